"""Entries → what changed and when it was noticed."""

from __future__ import annotations

from typing import Any

import pytest

from archiver.evidence.history import Sightings
from archiver.evidence.tables.events import (
    EVENT_HEADER,
    EVENT_TEXT_LIMIT,
    event_cells,
    message_events,
    other_events,
    sort_events,
)
from tests.support.archives.entries import ROOM, entry, file, message_entry, object_entry, time
from tests.support.cases import cases_of

Told = dict[str, Any]


@pytest.mark.parametrize(("states", "kinds"), cases_of(__file__, "every_change_of_state_is_an_event"))
def test_every_change_of_state_is_an_event(states: list[str], kinds: list[str]) -> None:
    """A message that never changed has none."""
    bodies = ["[deleted]" if state == "deleted" else "本文" for state in states]
    entries = [
        message_entry(n, 5, body, state=state) for n, (state, body) in enumerate(zip(states, bodies, strict=True), 1)
    ]

    assert kinds == [event.kind for event in message_events(1, entries, Sightings())]


def test_a_message_that_came_back_was_not_seen_while_it_was_gone() -> None:
    """Its absence is no sight of it."""
    entries = [message_entry(1, 5, "a"), message_entry(2, 5, "a", state="missing"), message_entry(3, 5, "a")]

    assert [time(1), None] == [event.last_before for event in message_events(1, entries, Sightings())]


def person(seq: int, name: str) -> Told:
    return object_entry(seq, "account", f"account/{ROOM}/7", {"name": name})


def member(seq: int, account: int, state: str = "present") -> Told:
    return object_entry(seq, "member", f"member/{ROOM}/{account}", {"name": "佐藤"}, state=state)


def room(seq: int, name: str, description: str = "") -> Told:
    return object_entry(seq, "room", f"room/{ROOM}", {"name": name, "description": description})


def task(seq: int, state: str = "present") -> Told:
    return object_entry(seq, "task", "task/55", {"body": "字幕の修正"}, state=state)


def typed_room(seq: int, kind: str) -> Told:
    return object_entry(seq, "room", f"room/{ROOM}", {"name": "田中", "description": "", "type": kind})


def test_the_post_of_a_cancelled_account_has_chatworks_own_time() -> None:
    """Whose account, and when it was posted; anybody can type it, and one of the reporter's own is no event."""
    line = "[dtext:chatroom_member_is][piconname:7654321][dtext:chatroom_resigned_priv_change]"
    bodies = [f"[info][title]{line}[/title][/info]", f"[info]{line}[/info]", line, f"[info]{line}[/info]と言いました"]
    entries = [message_entry(number, number, body) for number, body in enumerate(bodies, 1)]
    own = message_entry(9, 9, bodies[0]) | {"account_id": 7654321}

    found = [event for one in (*entries, own) for event in message_events(1, [one], Sightings())]

    after = "アカウントID 7654321 メッセージの日時 2026-11-05 10:00:00"
    kind = "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)"
    assert [(kind, 1, after), (kind, 2, after)] == [(event.kind, event.seq, event.after) for event in found]


def gap(seq: int, kind: str) -> Told:
    return entry(seq, kind, f"gap/{ROOM}/1", {"after": None, "before": "5", "missing": None})


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([person(1, "田中"), person(2, "田中(解約済)")], [("表示名が変わった", "田中", "田中(解約済)")]),
        ([member(1, 7), member(1, 8), member(5, 9)], [("参加者の一覧に加わった", "", "")]),
        (
            [member(1, 7), member(5, 7, "gone"), member(6, 7)],
            [("参加者の一覧に表示されなくなった", "", ""), ("参加者の一覧に加わった", "", "")],
        ),
        (
            [room(1, "a", "x"), room(2, "b", "y"), room(3, "b", "y")],
            [("チャット名が変わった", "a", "b"), ("チャットの概要が変わった", "x", "y")],
        ),
        (
            [typed_room(1, "direct"), typed_room(2, "group")],
            [("チャットの種類が変わった", "ダイレクトチャット", "グループチャット")],
        ),
        (
            [room(1, "a"), entry(2, "room.inaccessible", f"room/{ROOM}", {}), room(3, "b")],
            [("チャットが開けなくなった(理由不明)", "", ""), ("チャット名が変わった", "a", "b")],
        ),
        ([file(1, 3, "a"), file(2, 3, "a", state="gone")], [("ファイルが一覧に表示されなくなった", "", "")]),
        ([file(1, 3, "a"), file(2, 3, "b"), file(3, 3, "b")], [("ファイル名が変わった", "a", "b")]),
        (
            [task(1), task(2), task(3, "gone"), task(4, "gone"), task(5)],
            [("タスクが表示されなくなった(理由不明)", "字幕の修正", ""), ("タスクが再び表示された", "", "字幕の修正")],
        ),
        ([task(3, "gone")], [("タスクが表示されなくなった(理由不明)", "字幕の修正", "")]),
        (
            [gap(1, "gap"), gap(2, "gap.narrowed"), gap(3, "gap.closed")],
            [
                ("保存できなかった期間が生じた", "", ""),
                ("保存できなかった期間が狭まった", "", ""),
                ("保存できなかった期間がなくなった", "", ""),
            ],
        ),
        ([entry(1, "contract", "contract/job1", {}, room=None)], []),
    ],
)
def test_rooms_people_files_tasks_and_gaps_have_events(other: list[Told], expected: list[tuple[str, str, str]]) -> None:
    """What was there at the first reading is no event."""
    assert expected == [(event.kind, event.before, event.after) for event in other_events(other)]


def test_events_come_in_the_order_in_which_they_were_noticed() -> None:
    """Events of messages and of others are mixed by the number of their entries."""
    events = [
        *other_events([person(1, "a"), person(4, "b")]),
        *message_events(1, [message_entry(2, 5, "a"), message_entry(3, 5, "b"), message_entry(5, 5, "c")], Sightings()),
    ]

    assert [3, 4, 5] == [event.seq for event in sort_events(events)]


def test_a_long_text_is_cut_in_the_table() -> None:
    """The whole stands in another one, and that is said."""
    long = "長" * 65_535
    event = message_events(1, [message_entry(1, 5, long), message_entry(2, 5, "短")], Sightings())[0]

    cells = event_cells(event)

    assert "長" * EVENT_TEXT_LIMIT + "…(全文は messages.csv)" == cells[5]
    assert len(EVENT_HEADER) == len(cells)
    described = next(other_events([room(1, "a", long), room(2, "a", "短")]))
    assert "長" * EVENT_TEXT_LIMIT + "…(全文は entries.jsonl)" == event_cells(described)[5]
