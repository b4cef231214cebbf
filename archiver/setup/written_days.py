"""Reads a day or a time that somebody stated, and refuses what cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver import errors
from archiver.records import JST
from archiver.setup.japanese_dates import read_past_day, read_written_day

EXAMPLE_DAY, EXAMPLE_TIME = "2026-11-03", "2026-11-03 09:12"
EARLIEST_YEAR = 2000
"""No job of this kind was agreed before this year."""
LATEST_YEAR = 2099
"""A later one is a slip of the hand; the days that follow from it would leave the calendar."""

_CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clock of a platform may be ahead of this computer's."""


def read_day(value: str, option: str, example: str, *, now: datetime | None) -> str:
    """A day in Japan, or a time if the example has one, in any form in which people write it there.

    With `now` it cannot be ahead, so it needs no year: the last such day is meant.
    Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate, and DayAhead for one after `now` (aware).
    """
    written_day = read_written_day(value)
    if written_day is None and now is not None:
        written_day = read_past_day(value, now.astimezone(JST).date())
    if written_day is None or (written_day.clock and len(example) == len(EXAMPLE_DAY)):
        raise errors.BadValue(value=value, option=option, example=example)
    try:
        at = datetime(written_day.year, written_day.month, written_day.day, *(written_day.clock or (0, 0)), tzinfo=JST)
    except ValueError:
        raise errors.NoSuchDay(value=value, option=option) from None
    if at.year < EARLIEST_YEAR:
        raise errors.DayTooEarly(value=value, option=option)
    if now is not None and at > now + _CLOCK_TOLERANCE:
        raise errors.DayAhead(value=value, option=option)
    if at.year > LATEST_YEAR:
        raise errors.DayTooLate(value=value, option=option)
    return at.strftime("%Y-%m-%d %H:%M" if written_day.clock else "%Y-%m-%d")
