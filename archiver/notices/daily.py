"""Pure: which day's notice is due now, and which time it tells of.

It is due from nine in the evening on; a day on whose evening no round ran has its notice from the next round.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from archiver.notices.due import DAILY
from archiver.records import JST

EVENING = time(21)
"""In Japan."""


class NoticePeriod(NamedTuple):
    """What the notice of a day tells of: since the notice before it, and nothing of the day after."""

    day: date
    begin: datetime
    end: datetime


def due(now: datetime) -> date:
    """The last day of which a notice may be given."""
    here = now.astimezone(JST)
    return here.date() if here.time() >= EVENING else here.date() - timedelta(days=1)


def key(now: datetime, *, begun: datetime | None) -> str | None:
    """The trouble that stands for the notice; `begun`: when the archive began. None: of no day since then."""
    day = due(now)
    return f"{DAILY}{day.isoformat()}" if begun is not None and begun < _end(day) else None


def period(known: Mapping[str, datetime], now: datetime) -> NoticePeriod:
    """The time that is told of; `known` are the troubles as they were said before, with the time."""
    day = due(now)
    end = min(now, _end(day))
    before = [min(said, _end(told)) for one, said in known.items() if (told := day_of(one)) is not None]
    return NoticePeriod(day, min(max(before, default=_end(day - timedelta(days=1))), end), end)


def day_of(one: str) -> date | None:
    """The day of a daily notice's key; None for every other key."""
    with suppress(ValueError):
        return date.fromisoformat(one.removeprefix(DAILY)) if one.startswith(DAILY) else None
    return None


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), JST)
