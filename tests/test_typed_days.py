"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.typed_days import DayRange, read_days

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("今日", date(2026, 11, 24), date(2026, 11, 24)),
        ("昨日", date(2026, 11, 23), date(2026, 11, 23)),
        ("一昨日", date(2026, 11, 22), date(2026, 11, 22)),
        ("おととい", date(2026, 11, 22), date(2026, 11, 22)),
        ("Yesterday", date(2026, 11, 23), date(2026, 11, 23)),
        ("先週", date(2026, 11, 16), date(2026, 11, 22)),
        ("今週", date(2026, 11, 23), date(2026, 11, 29)),
        ("先月", date(2026, 10, 1), date(2026, 10, 31)),
        ("11月10日", date(2026, 11, 10), date(2026, 11, 10)),
        ("１１月１０日", date(2026, 11, 10), date(2026, 11, 10)),
        ("11/10", date(2026, 11, 10), date(2026, 11, 10)),
        ("11-10", date(2026, 11, 10), date(2026, 11, 10)),
        ("12月1日", date(2025, 12, 1), date(2025, 12, 1)),
        ("2月29日", date(2024, 2, 29), date(2024, 2, 29)),
        ("2025年11月10日", date(2025, 11, 10), date(2025, 11, 10)),
        ("2025/1/5", date(2025, 1, 5), date(2025, 1, 5)),
        ("10月", date(2026, 10, 1), date(2026, 10, 31)),
        ("12月", date(2025, 12, 1), date(2025, 12, 31)),
        ("2025年2月", date(2025, 2, 1), date(2025, 2, 28)),
    ],
)
def test_a_day_is_what_people_mean_by_it(text: str, first: date, last: date) -> None:
    """Without a year it lies behind us."""
    assert DayRange(first, last) == read_days(text, TODAY)


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
