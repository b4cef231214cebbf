"""The options `--from` and `--to`: typed days, read as a period in Japan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from archiver.day_words import DayRange, read_days
from archiver.errors import BadValue, EmptyPeriod
from archiver.records import JST

EXAMPLE_DAY = "2026-11-24"


def parse_day(value: str | None, option: str, *, now: datetime | None = None) -> datetime | None:
    """The beginning of a day in Japan, or the time that is given. Raises BadValue.

    With `now` a day may be written as people write it: 昨日, 11月10日; without, only as a date.
    """
    if value is None:
        return None
    if (days := _days(value, now)) is not None:
        return datetime.combine(days.first, time(), JST)
    text = value.replace("/", "-")
    try:
        if _is_day(text):
            return datetime.combine(date.fromisoformat(text), time(), JST)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _bad_value(value, option, knows_words=now is not None) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def parse_until(value: str | None, option: str, *, now: datetime | None = None) -> datetime | None:
    """The end of a day in Japan, which is included, or the time that is given. Raises BadValue."""
    if value is not None and (days := _days(value, now)) is not None:
        return parse_until(f"{days.last:%Y-%m-%d}", option)
    at = parse_day(value, option)
    if at is None or value is None or not _is_day(value.replace("/", "-")):
        return at
    try:
        return at + timedelta(days=1)
    except OverflowError:  # the last day that there is
        raise _bad_value(value, option) from None


def _days(value: str, now: datetime | None) -> DayRange | None:
    return None if now is None else read_days(value, now.astimezone(JST).date())


def _is_day(text: str) -> bool:
    """Whether the text is a day without a time: 2026-11-01 or 20261101."""
    return len(text) == len(EXAMPLE_DAY) or (len(text) == len("20261101") and text.isdecimal())


def parse_period(
    since: str | None, until: str | None, *, now: datetime | None = None
) -> tuple[datetime | None, datetime | None]:
    """The beginning that `--from` gives and the end that `--to` gives. Raises BadValue, EmptyPeriod."""
    begin, end = parse_day(since, "--from", now=now), parse_until(until, "--to", now=now)
    if begin is not None and end is not None and begin >= end:
        raise EmptyPeriod(begin=since, end=until)
    return begin, end


def _bad_value(value: str, option: str, *, knows_words: bool = False) -> BadValue:
    examples = (EXAMPLE_DAY, f"{EXAMPLE_DAY}T14:05", *(("11月24日", "昨日") if knows_words else ()))
    return BadValue(value=value, option=option, example=" / ".join(examples))
