"""The tables of a package, made of its entries alone; `tests/export/golden/tables` has them byte for byte."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.evidence.tables.build import (
    BOM,
    CSV_HEADERS,
    messages,
    seal_numbers,
    sightings,
    table_lines,
)
from archiver.evidence.tables.files_and_tasks import task_cells, tasks
from archiver.evidence.tables.links_and_pauses import message_links, other_links, urls
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
