"""Days on which banks are closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archiver.claims.money import ClosedDay, closed_day, is_holiday

HOLIDAYS_OF_2026 = (
    *("01-01", "01-12", "02-11", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06", "07-20", "08-11"),
    *("09-21", "09-22", "09-23", "10-12", "11-03", "11-23"),
)
"""As the Cabinet Office lists them: 05-06 in place of 05-03, a Sunday; 09-22 lies between two others."""


def test_the_holidays_of_2026_are_those_of_the_official_list() -> None:
    """No more and no fewer."""
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))

    assert [f"2026-{one}" for one in HOLIDAYS_OF_2026] == [day.isoformat() for day in days if is_holiday(day)]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 10, 30), None),
        (date(2026, 10, 31), ClosedDay.SATURDAY),
        (date(2026, 11, 1), ClosedDay.SUNDAY),
        (date(2026, 11, 3), ClosedDay.HOLIDAY),
        (date(2026, 12, 30), None),
        (date(2026, 12, 31), ClosedDay.TURN_OF_YEAR),
        (date(2027, 1, 4), None),
        (date(2027, 3, 22), ClosedDay.HOLIDAY),
        (date(2024, 11, 4), ClosedDay.HOLIDAY),
        (date(2032, 9, 21), ClosedDay.HOLIDAY),
    ],
)
def test_a_closed_day_has_its_reason(day: date, reason: ClosedDay | None) -> None:
    """Weekends, holidays, holidays in place of others or between two, and the turn of the year."""
    assert reason == closed_day(day)


@pytest.mark.parametrize("day", [date(2021, 7, 19), date(2021, 8, 11), date(2100, 3, 22), date(2101, 11, 3)])
def test_a_year_whose_holidays_are_not_known_gives_no_hint(day: date) -> None:
    """No hint rather than a wrong one: in 2021 holidays were moved, and equinoxes are computed until 2099."""
    assert closed_day(day) is None
