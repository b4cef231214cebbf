"""The days in Japan on which banks are closed. Pure functions.

Saturdays, Sundays, public holidays, and 31 December to 3 January (銀行法 15条, 銀行法施行令 5条).
Public holidays are those of the law as it stands since 2022; the equinoxes are computed, as the office names them
a year ahead only.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

_KNOWN_YEARS = range(2022, 2100)
"""Before, holidays were moved for single years, and later the equinoxes are not computed so: only weekends and the
turn of the year are told there."""
_FIXED = {(1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23)}
_MONDAYS = {(1, 2), (7, 3), (9, 3), (10, 2)}
"""Month, and which Monday of it."""
_TURN_OF_YEAR = {(12, 31), (1, 1), (1, 2), (1, 3)}


class ClosedDay(StrEnum):
    """Why banks are closed on a day."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    TURN_OF_YEAR = "turn_of_year"


def closed_day(day: date) -> ClosedDay | None:
    """Why banks are closed on a day; None if they are open."""
    if (day.month, day.day) in _TURN_OF_YEAR:
        return ClosedDay.TURN_OF_YEAR
    if day.weekday() >= 5:
        return ClosedDay.SATURDAY if day.weekday() == 5 else ClosedDay.SUNDAY
    return ClosedDay.HOLIDAY if is_holiday(day) else None


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday: of the law itself, in place of one on a Sunday, or between two others."""
    if day.year not in _KNOWN_YEARS:
        return False
    if _is_named(day):
        return True
    before = day - timedelta(days=1)
    if day.weekday() < 6 and _is_named(before) and _is_named(day + timedelta(days=1)):
        return True
    while _is_named(before):  # the first day after a Sunday's holiday that is none itself
        if before.weekday() == 6:
            return True
        before -= timedelta(days=1)
    return False


def _is_named(day: date) -> bool:
    place = (day.month, day.day)
    monday = (day.month, (day.day + 6) // 7) if day.weekday() == 0 else None
    return place in _FIXED or monday in _MONDAYS or place in {(3, _equinox(day.year, 20.8431)), _autumn(day.year)}


def _autumn(year: int) -> tuple[int, int]:
    return 9, _equinox(year, 23.2488)


def _equinox(year: int, base: float) -> int:
    """The day of the equinox in its month, by the usual approximation for 1980 to 2099."""
    return int(base + 0.242194 * (year - 1980)) - (year - 1980) // 4
