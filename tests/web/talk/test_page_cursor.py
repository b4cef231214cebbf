"""Where a page begins survives the way through an address, and nothing in an address can break a query."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, strategies

from archiver.web.talk.room_header import cursor_text, parse_cursor

INTEGERS = strategies.integers(-(2**63), 2**63 - 2)


@given(strategies.lists(INTEGERS, min_size=1, max_size=4))
def test_there_and_back(place: list[int]) -> None:
    """Every place that the archive can name."""
    assert place == parse_cursor(cursor_text(place), len(place))


@given(strategies.text())
def test_anything_else_is_the_beginning_or_numbers_that_fit(text: str) -> None:
    """SQLite takes what is let through, and one more."""
    found = parse_cursor(text, 1)

    assert found is None or sqlite3.connect(":memory:").execute("SELECT ?", (found[0] + 1,)).fetchone()


@pytest.mark.parametrize("text", ["", ".", "1.", "1.2.3", "9223372036854775807", "٣", "1e3", "1\n", "+1", "9" * 5000])
def test_no_place(text: str) -> None:
    """Too few, too many, too large, no digits."""
    assert parse_cursor(text, 2 if text != "1.2.3" else 4) is None
