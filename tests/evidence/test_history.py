"""A message's history, made of its entries: when each text was seen, and which posts are the system's."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies
from hypothesis import strategies as some

from archiver.chatwork.notation.nodes import SYSTEM_TEXTS
from archiver.evidence import history as histories
from archiver.evidence.history import Sightings, is_system_post, message_history, message_kind
from tests.support.archives.entries import message_entry, window
from tests.support.chatwork import system_texts
from tests.support.chatwork.simulator import Chatwork


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2026-11-05T01:02:01.000Z", "2026-11-05T01:02:01.000Z"),
        ("2026-11-05T01:01:58.000Z", "2026-11-05T01:02:00.000Z"),
        ("2026-11-05T01:01:57.000Z", "2026-11-05T01:01:57.000Z"),
        ("no time at all", "no time at all"),
    ],
)
def test_a_text_begins_not_before_the_one_before_it_was_last_seen(second: str, expected: str) -> None:
    """Chatwork's servers differ by seconds, and order goes by the numbers of the entries."""
    entries = [message_entry(1, 5, "はい"), message_entry(3, 5, "いいえ") | {"observed_at": second}]
    sightings = Sightings([window(2, 1, 9), window(4, 1, 9)])

    history = message_history(entries, lambda entry: sightings.before(5, entry), lambda: None)

    assert ["2026-11-05T01:02:00.000Z"] == [history.versions[0].last_seen]
    assert expected == history.versions[1].first_seen


_ANYTHING: some.SearchStrategy[Any] = (
    some.none() | some.booleans() | some.integers(-1, 2**64) | some.text(max_size=3) | some.just([])
)
_BODIES = some.sampled_from(["はい", "", "[deleted]", "[info][dtext:live_start][/info]"]) | _ANYTHING
_ACCOUNTS = _ANYTHING | some.fixed_dictionaries(
    {}, optional={"account_id": _ANYTHING | some.just(7), "name": _ANYTHING | some.just("田中")}
)
_OBJECTS = some.fixed_dictionaries(
    {}, optional={"account": _ACCOUNTS, "body": _BODIES, "send_time": _ANYTHING, "update_time": _ANYTHING}
)


@given(
    received=_OBJECTS,
    state=some.sampled_from(["present", "edited", "deleted", "missing", "hidden"]),
    last=some.sampled_from([None, "2026-11-05T01:00:00.000Z", "2027-01-01T00:00:00.000Z"]),
)
def test_the_history_of_one_entry_is_that_of_several_that_are_one(
    received: dict[str, Any], state: str, last: str | None
) -> None:
    """It is made in one step, as nearly every message has one entry; whatever that holds, it comes out the same."""
    entry = message_entry(1, 5, "はい")
    entry |= {"account_id": 7, "payload": {"object": received, "state": state, "source": "list"}}

    folded = histories._fold([entry], lambda _entry: None, lambda: last)

    assert folded == message_history([entry], lambda _entry: None, lambda: last)


WRITTEN = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))

FORMS = WRITTEN["forms"]
"""Bodies seen by others in real replies, and their nearest neighbours where no sample is known."""


@pytest.mark.parametrize("body", FORMS)
def test_a_post_of_the_system_is_a_notice(body: str) -> None:
    """In each form that is known."""
    assert is_system_post(body)
    assert is_system_post(f"{body}\n")


@pytest.mark.parametrize("body", WRITTEN["speech"])
def test_whatever_a_person_added_makes_it_speech(body: str) -> None:
    """One word outside of the forms is enough: a reply must never be lost among notices."""
    assert not is_system_post(body)


@given(
    body=strategies.sampled_from(FORMS),
    added=strategies.text(strategies.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=5),
    before=strategies.booleans(),
)
def test_text_before_or_after_a_form_makes_it_speech(body: str, added: str, before: bool) -> None:
    """Whatever the text is."""
    assert not is_system_post(added + body if before else body + added)


def test_every_system_text_stands_in_a_form() -> None:
    """The suffix of a name is the only text that people's own messages hold too."""
    used = {key for key in SYSTEM_TEXTS if any(f"[dtext:{key}]" in body for body in FORMS)}

    assert {"nickname_suffix"} == set(SYSTEM_TEXTS) - used


def test_what_the_simulated_chatwork_posts_is_a_notice() -> None:
    """Its posts are the forms of the true one."""
    chatwork = Chatwork()
    for members in ([], [chatwork.add_account("田中")]):
        chatwork.add_room("動画編集", members)
    bodies = [
        *(message.body for message in chatwork.messages.values()),
        system_texts.members_changed("leaved", [1]),
        system_texts.members_changed("added", [1, 2]),
        system_texts.account_cancelled(1),
        system_texts.everyone_admin(),
        system_texts.room_changed("chatname", "新しい名前"),
        system_texts.room_changed("description", "1行目\n2行目"),
    ]

    assert [] == [body for body in bodies if not is_system_post(body)]


def test_the_kind_of_a_message_follows_from_every_text_it_had() -> None:
    """Without any text nothing is known; speech that was edited into the form of a notice stays speech."""
    post = FORMS[-1]

    kinds = [message_kind(bodies) for bodies in ([post], [post, "[deleted]"], ["払いません", post], ["[deleted]"], [])]

    assert ["notice", "notice", "speech", "unknown", "unknown"] == kinds


@pytest.mark.parametrize(
    "piece",
    ["[info]", "[dtext:live_start]", "[dtext:chatroom_member_is]", "[piconname:1]", "[piconname:1] ",
     "[download:1]a[/download]",
     "a", "\n", "[preview id=1]", "[task aid=1]", "[", "[dtext:"],
)  # fmt: skip
@pytest.mark.parametrize(
    "begin",
    ["[info]", "[info][title][dtext:file_uploaded][/title]", "[info][title][dtext:file_deleted][/title]",
     "[info][dtext:chatroom_chatname_is]", "[info][dtext:chatroom_member_is]",
     "[info][title][dtext:task_added][/title][task aid=1]"],
)  # fmt: skip
def test_hostile_bodies_take_linear_time(begin: str, piece: str) -> None:
    """The longest body of any one piece is judged in well under a second."""
    body = begin + piece * (65_535 // len(piece))

    begun = time.process_time()
    is_system_post(body)
    is_system_post(f"{body}[dtext:chatroom_leaved]x[/info]")

    assert time.process_time() - begun < 4


def test_the_box_of_a_removed_file_may_keep_its_tag() -> None:
    """Nobody edited the words then, and the file is gone all the same."""
    form = "仕様書です。\n[info][title][dtext:file_{}][/title][download:7]仕様書.txt (1 KB)[/download][/info]"
    before, after = form.format("uploaded"), form.format("deleted")

    assert histories.is_box_removal(before, after, 0)
    assert [7] == histories.removed_files(before, after)
