"""Computes which day's notice is due now and which period it covers, without clock and disk.

A notice is due from nine in the evening on; if no round ran that evening, the next round gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from archiver.notices.due_notices import DAILY
from archiver.records import JST

EVENING = time(21)
"""Time in Japan from which a day's notice is due."""


class NoticePeriod(NamedTuple):
    """The period that the notice of a day covers: from the notice before it to the end of the day at most."""

    day: date
    begin: datetime
    end: datetime


def last_due_day(now: datetime) -> date:
    """The last day whose notice is due."""
    here = now.astimezone(JST)
    return here.date() if here.time() >= EVENING else here.date() - timedelta(days=1)


def notice_key(now: datetime, *, begun: datetime | None) -> str | None:
    """The key of the notice; `begun`: when the archive began. None: no day since then is over."""
    day = last_due_day(now)
    return f"{DAILY}{day.isoformat()}" if begun is not None and begun < _end_of_day(day) else None


def notice_period(known: Mapping[str, datetime], now: datetime) -> NoticePeriod:
    """The period of the notice that is due; `known`: keys of earlier notices, with the time when they were given."""
    day = last_due_day(now)
    end = min(now, _end_of_day(day))
    before = [
        min(said_at, _end_of_day(notice_day))
        for key, said_at in known.items()
        if (notice_day := day_of(key)) is not None
    ]
    return NoticePeriod(day, min(max(before, default=_end_of_day(day - timedelta(days=1))), end), end)


def day_of(key: str) -> date | None:
    """The day of a daily notice's key; None for every other key."""
    with suppress(ValueError):
        return date.fromisoformat(key.removeprefix(DAILY)) if key.startswith(DAILY) else None
    return None


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), JST)
