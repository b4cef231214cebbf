"""`--from` and `--to`: days as they are typed, read as a period in Japan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from archiver.errors import BadValue, EmptyPeriod
from archiver.records import JST

EXAMPLE_DAY = "2026-11-24"


def parse_day(value: str | None, option: str) -> datetime | None:
    """The beginning of a Japanese day, or a time of it. Raises BadValue."""
    if value is None:
        return None
    said = value.replace("/", "-")
    try:
        if _is_day(said):
            return datetime.combine(date.fromisoformat(said), time(), JST)
        at = datetime.fromisoformat(said)
    except ValueError:
        raise _unreadable(value, option) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def parse_until(value: str | None, option: str) -> datetime | None:
    """The end of a Japanese day (which is meant as a whole), or a time of it. Raises BadValue."""
    at = parse_day(value, option)
    if at is None or value is None or not _is_day(value.replace("/", "-")):
        return at
    try:
        return at + timedelta(days=1)
    except OverflowError:  # the last day that there is
        raise _unreadable(value, option) from None


def _is_day(said: str) -> bool:
    """Whether a whole day is meant, and no time of it: 2026-11-01, or 20261101."""
    return len(said) == len(EXAMPLE_DAY) or (len(said) == len("20261101") and said.isdecimal())


def parse_period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Where `--from` begins and `--to` ends. Raises BadValue, EmptyPeriod."""
    begin, end = parse_day(since, "--from"), parse_until(until, "--to")
    if begin is not None and end is not None and begin >= end:
        raise EmptyPeriod(begin=since, end=until)
    return begin, end


def _unreadable(value: str, option: str) -> BadValue:
    return BadValue(value=value, option=option, example=f"{EXAMPLE_DAY} / {EXAMPLE_DAY}T14:05")
