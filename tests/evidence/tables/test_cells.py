"""Cells, lines and times of a package's tables."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, strategies

from archiver.evidence.tables.cells import cell, csv_line, jsonl_line, jst, jst_of, message_cell
from tests.support.cases import cases_of

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
