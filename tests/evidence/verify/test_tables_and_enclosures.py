"""Rows of a package's tables against those that the records give."""

from __future__ import annotations

import io

from hypothesis import given, strategies

from archiver.evidence.tables.cells import csv_line
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.tables_and_enclosures import NAMED_ROWS, TableCheck, compare_tables

TEXTS = strategies.text(strategies.sampled_from('a",\n\r-1'), max_size=6)


def compared(name: str, given_rows: list[str], there: list[str]) -> list[tuple[str, str]]:
    """Subjects and texts of what is found."""
    verification = Verification()
    check = TableCheck(verification, name, io.BytesIO("".join(there).encode()))
    compare_tables(verification, ((name, row) for row in given_rows), {name: check})
    return [(one.subject, one.text) for one in verification.findings]


def messages(ids: list[int], *, body: str = "x") -> list[str]:
    """Lines of `messages.jsonl`."""
    return [f'{{"no":{no},"message_id":"{one}","body":"{body}"}}\n' for no, one in enumerate(ids, 1)]


def test_equal_rows_are_not_found() -> None:
    """A file that is as it was made has nothing wrong."""
    rows = messages([5, 6, 7])

    assert [] == compared("messages.jsonl", rows, rows)


@given(strategies.lists(strategies.lists(TEXTS, min_size=1, max_size=3), max_size=6))
def test_rows_of_a_csv_file_are_told_apart_whatever_their_cells_hold(cells: list[list[str]]) -> None:
    """Quotes, commas and line ends inside of cells end no row."""
    rows = [csv_line(row) for row in cells]

    assert [] == compared("tasks.csv", rows, rows)


@given(strategies.lists(strategies.integers(1, 30), min_size=1, max_size=25, unique=True), strategies.data())
def test_a_removed_row_is_the_only_one_that_is_named(ids: list[int], data: strategies.DataObject) -> None:
    """Those after it count otherwise, which is told at most once."""
    index = data.draw(strategies.integers(0, len(ids) - 1))

    actual = compared("messages.jsonl", messages(ids), messages(ids[:index] + ids[index + 1 :]))

    assert (f"message/{ids[index]}", "messages.jsonl lacks a row that the records give.") == actual[0]
    assert len(actual) == (1 if index == len(ids) - 1 else 2)


@given(strategies.lists(strategies.integers(1, 30), max_size=25, unique=True), strategies.data())
def test_an_added_row_is_the_only_one_that_is_named(ids: list[int], data: strategies.DataObject) -> None:
    """Wherever it was put."""
    index = data.draw(strategies.integers(0, len(ids)))

    actual = compared("messages.jsonl", messages(ids), messages([*ids[:index], 99, *ids[index:]]))

    assert ("message/99", "messages.jsonl has a row that the records do not give.") == actual[0]
    assert len(actual) == (1 if index == len(ids) else 2)


@given(
    strategies.lists(strategies.integers(1, 6), max_size=12), strategies.lists(strategies.integers(1, 6), max_size=12)
)
def test_files_that_differ_are_found(expected_rows: list[int], there: list[int]) -> None:
    """Whatever was done to the rows: found if and only if they differ."""
    actual = compared("messages.jsonl", messages(expected_rows), messages(there))

    assert (expected_rows != there) == bool(actual)


def test_a_file_of_other_rows_is_told_in_few_findings() -> None:
    """The first rows are named and the rest counted."""
    actual = compared("messages.jsonl", messages(list(range(1, 3_001))), messages(list(range(1, 3_001)), body="y"))

    assert [f"message/{one}" for one in range(1, NAMED_ROWS + 1)] == [subject for subject, _ in actual[:NAMED_ROWS]]
    assert [
        (
            "data/messages.jsonl",
            f"Further rows of messages.jsonl that are not what the records give: {3_000 - NAMED_ROWS}.",
        )
    ] == (actual[NAMED_ROWS:])


def test_a_changed_cell_is_not_taken_for_another_count() -> None:
    """What stands before and behind the number of a row still counts."""
    expected_rows = [csv_line(["2026-11-05 10:00:00", "編集", 3, "m5", "x"])]
    changed = [csv_line(["2026-11-05 10:00:00", "削除", 3, "m5", "x"])]
    recounted = [csv_line(["2026-11-05 10:00:00", "編集", 4, "m5", "x"])]

    actual = [compared("events.csv", expected_rows, there)[0][1] for there in (changed, recounted)]

    assert [
        "A row of events.csv is not what the records give.",
        "From here on, the numbers in events.csv differ from the records.",
    ] == actual


def test_records_of_another_shape_are_a_finding() -> None:
    """Tables cannot be made of them."""

    def lines() -> object:
        yield "messages.jsonl", messages([1])[0]
        raise KeyError("payload")

    verification = Verification()
    check = TableCheck(verification, "messages.jsonl", io.BytesIO(messages([1])[0].encode()))

    compare_tables(verification, lines(), {"messages.jsonl": check})  # type: ignore[arg-type]

    assert ["data/entries.jsonl"] == [one.subject for one in verification.findings]
