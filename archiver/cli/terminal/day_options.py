"""The options `--from` and `--to`: typed days, read as a period in Japan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from archiver.errors import BadValue, EmptyPeriod
from archiver.records import JST

EXAMPLE_DAY = "2026-11-24"


def parse_day(value: str | None, option: str) -> datetime | None:
    """The beginning of a day in Japan, or the time that is given. Raises BadValue."""
    if value is None:
        return None
    text = value.replace("/", "-")
    try:
        if _is_day(text):
            return datetime.combine(date.fromisoformat(text), time(), JST)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _bad_value(value, option) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def parse_until(value: str | None, option: str) -> datetime | None:
    """The end of a day in Japan, which is included, or the time that is given. Raises BadValue."""
    at = parse_day(value, option)
    if at is None or value is None or not _is_day(value.replace("/", "-")):
        return at
    try:
        return at + timedelta(days=1)
    except OverflowError:  # the last day that there is
        raise _bad_value(value, option) from None


def _is_day(text: str) -> bool:
    """Whether the text is a day without a time: 2026-11-01 or 20261101."""
    return len(text) == len(EXAMPLE_DAY) or (len(text) == len("20261101") and text.isdecimal())


def parse_period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The beginning that `--from` gives and the end that `--to` gives. Raises BadValue, EmptyPeriod."""
    begin, end = parse_day(since, "--from"), parse_until(until, "--to")
    if begin is not None and end is not None and begin >= end:
        raise EmptyPeriod(begin=since, end=until)
    return begin, end


def _bad_value(value: str, option: str) -> BadValue:
    return BadValue(value=value, option=option, example=f"{EXAMPLE_DAY} / {EXAMPLE_DAY}T14:05")
