"""The tables of a package, made of its entries alone; `tests/export/golden/tables` has them byte for byte."""

from __future__ import annotations

import csv
import io
import json
from itertools import groupby
from typing import Any

import pytest
from hypothesis import example, given, strategies

from archiver.evidence.looks import code_intervals
from archiver.evidence.tables.build import BOM, CSV_HEADERS, messages, seal_numbers, sightings, table_lines
from archiver.evidence.tables.cells import cell, csv_line, jsonl_line, jst, jst_of, message_cell
from archiver.evidence.tables.files_and_tasks import task_cells, tasks
from archiver.evidence.tables.links_and_pauses import (
    PauseRow,
    message_links,
    other_links,
    pause_cells,
    pause_object,
    pause_rows,
    urls,
)
from tests.support.archives.entries import ROOM, entry, message_entry, object_entry, time, window
from tests.support.cases import cases_of


def test_the_readings_of_one_room_tell_nothing_about_another() -> None:
    """Ids of two rooms lie among each other; windows and single readings of its own room only end intervals."""
    readings = [window(1, 1, 9, reply="r1"), window(6, 1, 9), entry(8, "reading", f"reading/{ROOM}/8", {"ids": ["5"]})]
    last = [
        next(messages([[message_entry(2, 5, "前", room=room)]], sightings(readings))).versions[-1].last_seen
        for room in (42, ROOM)
    ]

    assert [time(2), time(8)] == last


def test_a_seal_is_found_by_an_entrys_number() -> None:
    """First and last belong to it; what lies in no seal has none."""
    seal_of = seal_numbers([(2, 11, 20), (1, 1, 10), (4, 31, 40)])

    assert [None, 1, 1, 2, None, 4, None] == [seal_of(seq) for seq in (0, 1, 10, 11, 25, 40, 41)]


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "web_addresses_are_found_in_texts"))
def test_web_addresses_are_found_in_texts(text: str, expected: list[str]) -> None:
    """http(s) alone, without the signs of the sentence around them, each once."""
    assert expected == urls(text)


def test_links_of_earlier_texts_are_listed_too() -> None:
    """Where a link was taken out, that is seen."""
    entries = [message_entry(1, 5, "https://a.example https://b.example"), message_entry(2, 5, "https://b.example")]

    found = message_links(1, next(messages([entries], {})))

    assert [("https://b.example", True), ("https://a.example", False)] == [(one.url, one.current) for one in found]


def test_links_of_tasks_and_descriptions_are_listed() -> None:
    """With their place."""
    other = [
        object_entry(1, "task", "task/55", {"body": "https://a.example"}),
        object_entry(2, "room", f"room/{ROOM}", {"description": "https://b.example"}),
        object_entry(3, "room", f"room/{ROOM}", {"description": ""}),
    ]

    assert [("タスクID 55", "https://a.example", True), ("チャットの概要", "https://b.example", False)] == [
        (link.place, link.url, link.current) for link in other_links(other)
    ]


def test_a_task_shows_its_earlier_texts() -> None:
    """And since when it is not shown any more."""
    task = {"body": "一", "status": "open", "limit_time": 1793840400, "limit_type": "date", "message_id": "5"}
    other = [
        object_entry(1, "task", "task/55", task),
        object_entry(2, "task", "task/55", task | {"body": "二", "status": "done"}),
        object_entry(3, "task", "task/55", task | {"body": "二", "status": "done"}, state="gone"),
    ]

    cells = task_cells(tasks(other)[0])

    assert ["m5", "二", "2026-11-05", "完了"] == [cells[2], cells[7], cells[8], cells[10]]
    assert ["2026-11-05 10:03:00", "【2026-11-05 10:01:00 に確認】一"] == cells[12:14]
    assert len(CSV_HEADERS["tasks.csv"]) == len(cells)


def tables_of(entries: list[dict[str, Any]]) -> dict[str, list[str]]:
    """All tables of these entries, by name."""
    groups = [one for one in entries if one["kind"] == "message"]
    groups.sort(key=lambda one: (int(one["key"].partition("/")[2]), one["seq"]))
    other = [one for one in entries if one["kind"] != "message"]
    lines: dict[str, list[str]] = {}
    by_message = (list(group) for _, group in groupby(groups, key=lambda one: str(one["key"])))
    for name, line in table_lines(by_message, other, sightings(other), seal_of=lambda _: 1, packed={"F-0001.txt"}):
        lines.setdefault(name, []).append(line)
    return lines


def test_every_table_begins_with_its_head() -> None:
    """Also if there is nothing in it; a CSV file begins with a byte order mark."""
    lines = tables_of([])

    assert set(CSV_HEADERS) == set(lines)
    assert {BOM} == {table[0][0] for table in lines.values()}
    assert {1} == {len(table) for table in lines.values()}


ODD: strategies.SearchStrategy[Any] = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=2) | strategies.dictionaries(strategies.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = ("account", "body", "send_time", "update_time", "message_id", "filename", "filesize", "status")
OBJECT = strategies.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ODD))


@given(
    strategies.sampled_from(["message", "file", "task", "room", "account", "member"]),
    strategies.lists(OBJECT, min_size=1, max_size=3),
)
def test_objects_of_any_shape_make_lines_that_can_be_written(kind: str, objects: list[dict[str, Any]]) -> None:
    """Null, missing and foreign kinds of values never stop an export."""
    keys = {"room": f"room/{ROOM}"}
    entries = [object_entry(n, kind, keys.get(kind, f"{kind}/5"), told) for n, told in enumerate(objects, 1)]

    lines = tables_of(entries)

    assert all(line.encode("utf-8") for table in lines.values() for line in table)


# Every code point, half surrogates included.
TEXT = strategies.text(strategies.characters(exclude_categories=()))


@pytest.mark.parametrize(("given_text", "expected"), cases_of(__file__, "a_cell_is_safe_for_a_spreadsheet"))
def test_a_cell_is_safe_for_a_spreadsheet(given_text: object, expected: str) -> None:
    """What begins like a formula gets an apostrophe, what cannot be seen is named, all else stays."""
    assert expected == cell(given_text)


@given(TEXT)
def test_no_cell_is_a_formula_and_every_cell_can_be_encoded(text: str) -> None:
    """Whatever was written, the first sign beyond spaces begins no formula."""
    visible = cell(text)

    visible.encode("utf-8")
    assert not visible.lstrip().startswith(("=", "+", "-", "@"))
    assert not visible.startswith(("\t", "\r"))


@example(["a\x1fb"])
@given(strategies.lists(TEXT, min_size=1, max_size=4))
def test_a_csv_line_reads_back_as_its_cells(texts: list[str]) -> None:
    """Another program's CSV reader finds the same cells again."""
    line = csv_line(texts)

    actual = list(csv.reader(io.StringIO(line, newline="")))

    assert [[cell(text) for text in texts]] == actual


@given(TEXT)
def test_a_json_line_is_one_line_for_everybody(text: str) -> None:
    """It holds one line end by any program's idea of one, and gives the text back exactly."""
    line = jsonl_line({"body": text})

    assert 1 == len(line.encode("utf-8").decode("utf-8").splitlines())
    assert {"body": text} == json.loads(line)


def test_a_json_line_is_not_escaped_without_need() -> None:
    """Japanese and emoji stand as they are; half surrogates and odd line ends are escaped."""
    line = jsonl_line({"no": 1, "body": "吉𠮷🎉\ud83d\u2028\u0085"})

    assert '{"no":1,"body":"吉𠮷🎉\\ud83d\\u2028\\u0085"}\n' == line


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1793841273, "2026-11-05 10:14:33"),
        (0, ""),
        (-1, ""),
        (253402268399, "9999-12-31 23:59:59"),
        (253402268400, ""),
        (10**400, ""),
    ],
)
def test_times_are_those_of_japan(seconds: int, expected: str) -> None:
    """Nine hours ahead, all the year; what no calendar holds is empty."""
    assert expected == jst(seconds)


def test_an_entrys_time_is_shown_in_japan() -> None:
    """Milliseconds are dropped, the day moves on."""
    assert "2026-11-06 07:31:05" == jst_of("2026-11-05T22:31:05.123Z")
    assert "" == jst_of(None)


def test_a_message_id_cannot_be_taken_for_a_number() -> None:
    """A spreadsheet would keep 15 of its digits."""
    assert "m1876543210987654321" == message_cell("1876543210987654321")
    assert ["", "", ""] == [message_cell(one) for one in (None, "", "0")]


CHAT = 5


def read(at: str, *, room: int = CHAT) -> dict[str, Any]:
    """A list that was read."""
    return window(1, 1, 1) | {"observed_at": f"2026-11-05T{at}.000Z", "room_id": room}


def steady(first: str, last: str, *intervals: tuple[int, int]) -> dict[str, Any]:
    """Looks that showed the same."""
    times = {"first": f"2026-11-05T{first}.000Z", "last": f"2026-11-05T{last}.000Z"}
    payload = {"oldest": "1", "newest": "1", "count": 1, **times, "looks": code_intervals(intervals)}
    return read(last) | {"kind": "steady", "payload": payload}


def rows(*entries: dict[str, Any]) -> list[PauseRow]:
    """What these readings give."""
    return list(pause_rows(sightings(entries)))


def test_an_outage_of_twenty_minutes_is_a_row_where_rounds_are_five_minutes_apart() -> None:
    """Within looks that are counted and between two readings alike; with the looks at both of its ends."""
    within = rows(read("01:00:00"), steady("01:05:00", "02:00:00", (300, 4), (1200, 1), (300, 3)))
    between = rows(read("01:00:00"), steady("01:05:00", "01:25:00", (300, 4)), read("01:45:00"))

    bounds = ("2026-11-05T01:25:00.000Z", "2026-11-05T01:45:00.000Z")
    assert [PauseRow(CHAT, *bounds, 1200, 900)] == within == between
    assert [CHAT, "2026-11-05 10:25:00", "2026-11-05 10:45:00", 1200, 900] == pause_cells(within[0])
    assert {"room_id": CHAT, "from": bounds[0], "to": bounds[1], "seconds": 1200, "longer_than": 900} == pause_object(
        within[0]
    )


def test_where_looks_are_rare_a_pause_is_longer() -> None:
    """Looks an hour apart are no pauses; each chat is judged by its own."""
    hourly = [read(f"{hour:02}:00:00") for hour in (1, 2, 3, 4, 6)]
    other = [read(at, room=6) for at in ("01:00:00", "01:01:00", "01:17:00", "01:18:00")]

    assert [(CHAT, 7200, 5400), (6, 960, 900)] == [
        (one.room_id, one.seconds, one.limit) for one in rows(*hourly, *other)
    ]


@pytest.mark.parametrize("looks", [None, "eNpb", "x", [[1, 10**12]], [[1]]])
def test_looks_of_another_shape_are_noticed(looks: object) -> None:
    """A package that somebody made gives an error, not a table."""
    entry = steady("01:00:00", "02:00:00", (300, 12))
    entry["payload"]["looks"] = looks

    with pytest.raises((TypeError, ValueError)):
        rows(entry)
