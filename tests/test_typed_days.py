"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.typed_days import DayRange, read_days
from tests.support.cases import cases_of

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    cases_of(__file__, "days"),
)
def test_a_day_is_what_people_mean_by_it(text: str, first: str, last: str) -> None:
    """Without a year it lies behind us."""
    assert DayRange(date.fromisoformat(first), date.fromisoformat(last)) == read_days(text, TODAY)


@pytest.mark.parametrize("text", ["", "あさって", "13月1日", "2月30日", "0月", "2026", "2026-02-30", "11-10-1"])
def test_what_is_no_day_means_none(text: str) -> None:
    """The caller says so in a sentence."""
    assert read_days(text, TODAY) is None


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_a_day_of_the_last_year_is_read_back(day: date, today: date) -> None:
    """As the program's own screens show it, without its year."""
    days = read_days(f"{day:%m-%d}", today)

    assert days is not None
    assert (day.month, day.day) == (days.first.month, days.first.day)
    assert days.first <= today
