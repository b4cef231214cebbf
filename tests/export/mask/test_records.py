"""What is shown of a message is the same whether it is made of its history or of its entry."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from archiver.evidence.tables import build
from archiver.export.mask.package_mask import PackageMask
from archiver.export.mask.policy_and_covers import Covers, masking_policy
from archiver.export.mask.records import is_plain, make_mask, masked_entry, shown_history
from tests.support.archives.maker import CLIENT, OWNER, ROOM, message_object

THIRD, UNKNOWN = 901, 902
PEOPLE = {OWNER: ["yamada"], CLIENT: ["田中 090-1234-5678"], THIRD: ["佐藤 花子", "hanako_s"]}
TEXTS = (
    *("了解です", "", "[deleted]", "佐藤さんに 090-1111-2222 へ電話", "[To:901]佐藤 花子さん", "hanako@example.com"),
    *(
        "[qt][qtmeta aid=901 time=60]佐藤です[/qt]とのこと",
        "[info][title][dtext:task_added][/title]あ[/info]",
        "お願い",
    ),
)

authors = st.sampled_from([(one, names[0]) for one, names in PEOPLE.items()] + [(UNKNOWN, "誰か"), (CLIENT, "")])
places = st.frozensets(st.just((ROOM, "7")))


def entry(body: str, author: tuple[int, str], state: str) -> dict[str, Any]:
    """The only entry of message 7."""
    received = message_object(7, body, sent=7, account=author[0], name=author[1])
    payload = {"object": received, "state": state, "source": "list"}
    about = {"seq": 5, "kind": "message", "key": "message/7", "room_id": ROOM, "account_id": OWNER, "salt": "s"}
    return about | {"observed_at": "2026-11-05T01:00:00.000Z", "reply": None, "payload": payload}


@given(st.sampled_from(TEXTS), authors, st.sampled_from(["present", "present", "edited"]), places, places)
def test_a_plain_message_is_shown_as_its_masked_entry(
    body: str,
    author: tuple[int, str],
    state: str,
    shown: frozenset[tuple[int, str]],
    unread: frozenset[tuple[int, str]],
) -> None:
    """Text, author and name, and what chapter 13 counts of them; read, unread or covered."""
    sent, policy = entry(body, author, state), masking_policy("support", masks=["お願い"])
    by_entry, by_history = (PackageMask(policy, PEOPLE, {THIRD}) for _ in range(2))

    history = build.message([sent], {})

    if is_plain(history, [sent]):
        masked = masked_entry(Covers(shown, unread).cover(sent), by_entry)
        assert build.message([masked], {}) == shown_history(history, by_history, Covers(shown, unread))
        assert by_entry.masked_lines == by_history.masked_lines
    else:
        assert state == "edited" or not author[1] or "[d" in body


def test_what_became_of_a_message_is_read_from_its_entries() -> None:
    """One of two entries, a post of the system and an author without a name are none that was only sent."""
    plain = entry("了解", (CLIENT, "田中"), "present")
    post, nameless = (entry(*one, "present") for one in (("[dtext:task_added]", (OWNER, "y")), ("了解", (CLIENT, ""))))

    found = [is_plain(build.message(one, {}), one) for one in ([plain], [plain, plain], [post], [nameless])]

    assert [True, False, False, False] == found


WORDS = ["list", "present", "edited", "member", "group", "open", "none", "stated", "direct", "2026-11-05", "worker"]


def test_no_word_of_the_program_and_no_day_of_a_record_is_masked() -> None:
    """Only what somebody wrote or is called; a third person may be called as such a word too."""
    mask = PackageMask(masking_policy("lawyer", masks=WORDS), {THIRD: ["single"]}, {THIRD})
    typed = {"body": "list 2026-11-05", "name": "group", "type": "group", "role": "member", "status": "open"}
    words = {"state": "present", "source": "list", "kind": "direct", "side": "worker", "at": "2026-11-05"}
    payload = {"object": typed | {"limit_type": "none"}, "due_on": "2026-11-05", "seen": "2026-11-05", **words}

    masked = masked_entry(entry("", (CLIENT, ""), "") | {"payload": payload}, mask)["payload"]

    shown = typed | {"limit_type": "none", "body": "■■(指定) ■■(指定)", "name": "■■(指定)"}
    assert payload | {"object": shown} == masked


def test_the_organisation_of_a_party_stays_though_a_third_person_bears_it_beside_the_name() -> None:
    """As the list of members has it, also without the form of the company."""
    people = ((CLIENT, "西園寺 誠", "株式会社ミドリ映像"), (THIRD, "佐藤花子@ミドリ映像", "株式会社ミドリ映像"))
    members = [
        entry("", (CLIENT, ""), "present")
        | {"kind": "member", "key": f"member/{ROOM}/{account}"}
        | {"payload": {"object": {"account_id": account, "name": name, "organization_name": organisation}}}
        for account, name, organisation in people
    ]
    mask = make_mask(masking_policy("support"), members, owner=OWNER, counterparts={CLIENT})

    text = "株式会社ミドリ映像、ミドリ映像の{}です"

    assert text.format("参加者A") == mask.mask_text(text.format("佐藤花子"))
