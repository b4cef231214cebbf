"""Entries → what changed and when it was noticed, and the files of a package."""

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
from archiver.evidence.tables.files_and_tasks import FILE_HEADER, NOT_YET, extension, file_cells, files
from tests.support.archives.entries import ROOM, blob, entry, file, message_entry, object_entry, time
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


A, B = "ab" * 32, "cd" * 32


def test_files_are_numbered_by_upload_time_and_id() -> None:
    """The order in which they were seen does not matter."""
    other = [
        file(1, 30, "c.txt", upload_time=20),
        file(2, 20, "b.txt", upload_time=10),
        file(3, 10, "a.txt", upload_time=20),
    ]

    actual = [(row.number, row.file_id) for row in files(other)]

    assert [("F-0001", 20), ("F-0002", 10), ("F-0003", 30)] == actual


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([file(1, 10, "a.txt")], NOT_YET),
        ([file(1, 10, "a.txt"), blob(2, 10, None, reason="404")], "404"),
        ([file(1, 10, "a.txt"), blob(2, 10, "../../etc/passwd")], NOT_YET),
    ],
)
def test_a_file_without_bytes_says_why(other: list[dict[str, object]], reason: str) -> None:
    """Not yet, given up, or a digest that is none: nothing of it is in the package."""
    row = files(other)[0]

    assert (None, None, reason) == (row.stored_as, row.sha256, row.reason)


def test_a_file_replaced_under_its_id_keeps_both_contents() -> None:
    """The earlier bytes are a row of their own, under the name they had."""
    other = [
        file(1, 10, "v1.doc", size=5),
        blob(2, 10, A, size=5),
        file(3, 10, "v2.pdf", size=7, upload_time=1793850000),
        blob(4, 10, B, size=7, upload_time=1793850000),
    ]

    actual = [(row.number, row.name, row.sha256, row.state, row.stored_as) for row in files(other)]

    assert [
        ("F-0001", "v1.doc", A, "replaced", "F-0001.doc"),
        ("F-0002", "v2.pdf", B, "present", "F-0002.pdf"),
    ] == actual


def test_a_later_name_is_not_that_of_bytes_sent_before() -> None:
    """Under the same id and upload time: another name alone, and then another size, which was not sent at that time."""
    renamed = [file(1, 10, "100.pdf", size=5), blob(2, 10, A, size=5), file(3, 10, "50.doc", size=5)]
    replaced = [*renamed, file(4, 10, "20.txt", size=7), blob(5, 10, B, size=7), file(6, 10, "10.txt", size=7)]

    alone, both = (
        [(row.name, row.sha256, row.stored_as, row.replaced_at) for row in files(other)]
        for other in (renamed, replaced)
    )

    first = ("100.pdf", A, "F-0001.pdf", None)
    assert ([first], [first, ("20.txt", B, "F-0002.txt", time(4))]) == (alone, both)


def test_bytes_of_an_earlier_content_are_not_taken_for_the_present_one() -> None:
    """As long as the new content is not saved, its row says so."""
    other = [file(1, 10, "v1.doc"), blob(2, 10, A), file(3, 10, "v2.doc", size=9, upload_time=1793850000)]

    actual = [(row.name, row.sha256, row.reason) for row in files(other)]

    assert [("v1.doc", A, None), ("v2.doc", None, NOT_YET)] == actual


def test_a_file_that_is_gone_says_since_when() -> None:
    """Its bytes stay."""
    row = files([file(1, 10, "a.txt"), blob(2, 10, A), file(7, 10, "a.txt", state="gone")])[0]

    assert ("gone", time(7), A) == (row.state, row.gone_since, row.sha256)


@pytest.mark.parametrize(
    ("name", "expected"),
    cases_of(__file__, "extensions"),
)
def test_an_extension_is_short_and_plain(name: str, expected: str) -> None:
    """ASCII letters and digits, at most ten, lower case; else `.bin`."""
    assert expected == extension(name)


def test_the_table_tells_whether_bytes_are_in_the_package() -> None:
    """A file that is held but not in the package has no place in it."""
    row = files([file(1, 10, "a.txt"), blob(2, 10, A)])[0]
    here, elsewhere = file_cells(row, packed=True), file_cells(row, packed=False)

    assert ["files/F-0001.txt", "保存済み"] == [here[1], here[13]]
    assert ["", "保存済み(この資料には入っていません)"] == [elsewhere[1], elsewhere[13]]
    assert len(FILE_HEADER) == len(here)
