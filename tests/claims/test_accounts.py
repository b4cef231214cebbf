"""A closed account is told by the API's own signs; a post that tells of it adds its time, and says nothing alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.claims.messages import ClosedAccount, closed_account, closed_since
from archiver.claims.sentences import closed_sign, closed_text
from archiver.evidence.acts_seen_in_lists import account_closings
from archiver.export.report import summary, timeline
from archiver.records import CaseFacts, Observation, closed_mark
from archiver.store import seals
from archiver.store.queries import contracts
from archiver.store.queries.contract_activity import activity_of
from tests.claims.artifacts import with_iso_days
from tests.claims.dispute import report_of
from tests.claims.test_played_disputes import words
from tests.support.archives.maker import CLIENT, OWNER, ROOM, ArchiveMaker, at, message_object

DAY = 24 * 60
POST = "[info][title][dtext:chatroom_member_is][piconname:{who}][dtext:chatroom_resigned_priv_change][/title][/info]"
ALL = "[info][dtext:chatroom_resigned_priv_change_all][/info]"
POSTED = "2026-11-08 10:00"
AFTER_IT = f"アカウントの解約を知らせる形のChatworkの自動メッセージ(No.2、{POSTED})の後、"
SUFFIX = "2026-11-10 10:00 に、相手の表示名に、Chatworkアカウントの解約を示す「(解約済)」が付いていることを確認"
GONE = "2026-11-10 10:00 に、相手が参加者の一覧に表示されなくなったことを確認"
GROUP = "2026-11-10 10:00 に、相手とのダイレクトチャットがグループチャットに変わったことを確認"


def played(
    home: Path,
    *,
    post: str | None,
    author: int = CLIENT,
    sign: str = "",
    sign_day: int = 5,
    who: int = CLIENT,
    again: bool = False,
) -> ArchiveMaker:
    """A dispute with a post on the third day, perhaps another one a day later, and a sign of the API on another one."""
    maker = ArchiveMaker(home)
    maker.me()
    maker.contract("job1", platform="crowdworks", client="田中")
    room = {"room_id": ROOM, "name": "田中", "type": "direct"}
    maker.append([Observation("room", f"room/{ROOM}", {"object": room}, ROOM)])
    maker.account(CLIENT, "田中")
    maker.member(CLIENT, "田中")
    told = [message_object(1, "お願いします", sent=0)]
    maker.sync(told, minutes=5)
    if post is not None:
        told.append(message_object(2, post.format(who=who), sent=3 * DAY, account=author))
        maker.sync(told, changed={2: "present"}, minutes=3 * DAY + 5)
    if again:
        told.append(message_object(3, POST.format(who=who), sent=4 * DAY))
        maker.sync(told, changed={3: "present"}, minutes=4 * DAY + 5)
    if sign == "suffix":
        maker.account(CLIENT, "田中(解約済)", minutes=sign_day * DAY)
    elif sign == "gone":
        maker.member(CLIENT, "田中", state="gone", minutes=sign_day * DAY)
    elif sign == "group":
        group = {"object": room | {"type": "group"}}
        maker.append([Observation("room", f"room/{ROOM}", group, ROOM)], minutes=sign_day * DAY)
    seals.close_seals(maker.archive, now=at(10 * DAY))
    return maker


@pytest.mark.drawn(but=6)
@pytest.mark.parametrize(
    ("post", "author", "sign", "sign_day", "who", "expected"),
    [
        (None, CLIENT, "suffix", 5, CLIENT, SUFFIX),
        (POST, CLIENT, "suffix", 5, CLIENT, AFTER_IT + SUFFIX),
        (POST, CLIENT, "gone", 5, CLIENT, AFTER_IT + GONE),
        (POST, CLIENT, "group", 5, CLIENT, AFTER_IT + GROUP),
        (ALL, CLIENT, "suffix", 5, CLIENT, AFTER_IT + SUFFIX),
        (POST, 555, "suffix", 5, CLIENT, AFTER_IT + SUFFIX),
        (POST, OWNER, "suffix", 5, CLIENT, SUFFIX),  # the reporter wrote it
        (POST, OWNER, "gone", 5, CLIENT, ""),
        (POST, CLIENT, "suffix", 2, CLIENT, SUFFIX.replace("11-10", "11-07")),  # no reply after the post showed it
        (POST, CLIENT, "gone", 2, CLIENT, ""),
        (POST, CLIENT, "suffix", 5, 555, SUFFIX),  # about somebody else
        (ALL, 555, "suffix", 5, CLIENT, SUFFIX),
        (POST, CLIENT, "", 5, CLIENT, ""),
        (None, CLIENT, "gone", 5, CLIENT, ""),
        (None, CLIENT, "group", 5, CLIENT, ""),
        (POST + "解約しました", CLIENT, "gone", 5, CLIENT, ""),  # not the whole body
    ],
)
def test_a_post_adds_its_time_only_before_a_sign_of_the_api(
    tmp_path: Path, post: str | None, author: int, sign: str, sign_day: int, who: int, expected: str
) -> None:
    """On page 1; `job show` knows the same."""
    maker = played(tmp_path / "home", post=post, author=author, sign=sign, sign_day=sign_day, who=who)
    with maker.archive.reading() as reading:
        case = report_of(reading)
        page = with_iso_days(words(summary.chapter(case, "")))
        facts = activity_of(reading, contracts.find_contract(reading, "job1")).facts

    told = closed_text(closed_account(case.statistics.facts))
    assert expected == told
    assert f"{expected}。" in page if expected else "アカウントの解約を" not in page
    assert "表示名が" not in page  # the line above tells it
    assert _without_numbers(facts) == _without_numbers(case.statistics.facts)


def _without_numbers(facts: CaseFacts) -> tuple[object, ...]:
    closed = closed_account(facts).value
    return () if closed is None else (closed.sign, None if closed.post is None else closed.post._replace(no=0))


def test_of_two_posts_the_one_next_to_the_sign_tells_chatworks_time(tmp_path: Path) -> None:
    """Somebody may have typed the earlier one; `job show`, which numbers no message, gives the time alone."""
    maker = played(tmp_path / "home", post=POST, author=555, sign="group", again=True)
    with maker.archive.reading() as reading:
        page = words(summary.chapter(report_of(reading), ""))
        shown = closed_text(closed_account(activity_of(reading, contracts.find_contract(reading, "job1")).facts))

    after = "アカウントの解約を知らせる形のChatworkの自動メッセージ({place})の後、" + GROUP
    assert after.format(place="No.3、2026-11-09 10:00") in with_iso_days(page)
    assert after.format(place="2026-11-09 10:00") == shown


def test_a_post_alone_is_told_as_a_form_that_anybody_can_write(tmp_path: Path) -> None:
    """In chapters 5 and 8, never on page 1."""
    maker = played(tmp_path / "home", post=POST)
    with maker.archive.reading() as reading:
        case = report_of(reading)
        page = words(summary.chapter(case, ""))
        course = words(timeline.chapter(case))

    assert "解約" not in page
    assert "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)" in course


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("田中(解約済)", "(解約済)"),
        ("田中（解約済み） ", "（解約済み）"),
        ("Tanaka (Cancelled)", "(Cancelled)"),
        ("解約済みユーザー", "解約済みユーザー"),
        ("田中(解約済)さん", ""),
        ("田中", ""),
    ],
)
def test_a_closed_account_is_known_by_the_end_of_its_name(name: str, mark: str) -> None:
    """One rule for alerts, pages and reports; the sentence quotes the mark as it was seen."""
    entry = {
        "kind": "account",
        "room_id": ROOM,
        "key": f"account/{ROOM}/{CLIENT}",
        "seq": 5,
        "observed_at": "2026-11-10T01:00:00.000Z",
        "payload": {"object": {"name": name}, "state": "present"},
    }
    closings = account_closings([entry], OWNER)

    assert closed_mark(name) == mark
    told = [f"相手の表示名に、Chatworkアカウントの解約を示す「{mark}」が付いている"] * bool(mark)
    assert told == [closed_sign(ClosedAccount(one, None, 1)) for one in closings]


def test_a_name_is_closed_since_it_had_the_mark_to_the_end() -> None:
    """A name that lost the mark again is not closed now."""
    names = [("田中", at(0)), ("田中(解約済)", at(1)), ("田中企画(解約済)", at(2))]

    assert at(1) == closed_since(names)
    assert closed_since([*names, ("田中", at(3))]) is None
    assert closed_since([]) is None
