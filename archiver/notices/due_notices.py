"""Decides which conditions are due for a notice: a new one at once, a known one once a day, the end of one once.

They are remembered by their keys, such as `stale`, `fault/TokenRefused`, `alert/3` or `gap/17/2`. Three keys more are
no conditions: the end of a long pause, and the notices of a day and of a week. Without clock and disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from archiver.health.conditions import CONDITIONS, ConditionKind, Notice
from archiver.records import JST
from archiver.reminders import due_reminders

PAUSE, DAILY, WEEKLY = "pause/", "daily/", "weekly/"
"""A long pause that has ended; the notice of a day, and that of a week."""

NOTICED = frozenset(row.kind for row in CONDITIONS if row.notice is not Notice.NEVER)
"""The conditions of which notices are given: what the user cannot wait to hear until they look."""

LASTING = (*(row.kind for row in CONDITIONS if row.notice is Notice.ONCE), PAUSE, DAILY, WEEKLY)
"""How the keys begin of what is said once and not every day: nobody can mend it, or it is no trouble."""


class DueNotices(NamedTuple):
    """The notices to give now, and what to remember for the next time."""

    say: tuple[str, ...]
    over: tuple[str, ...]
    known: dict[str, datetime]
    """Key → when it was last reported."""
    is_remembered: bool = True
    """Whether the archive could remember that these are reported."""


def due_notices(present: Iterable[str], known: Mapping[str, datetime], *, now: datetime) -> DueNotices:
    """The notices due for the keys present, given those reported before; `now` is aware."""
    present_keys = set(present)
    reminders = due_reminders(present_keys, known, now=now, once=LASTING)
    # A notice that saving has stopped gives the error as its reason, so the error counts as reported too.
    reasons = [key for key in present_keys if ConditionKind.STALE in reminders.say and is_fault(key)]
    return DueNotices(reminders.say, reminders.over, reminders.known | dict.fromkeys(reasons, now))


def is_fault(key: str) -> bool:
    """Whether this is the key of an error that keeps rounds from going through."""
    return key.startswith(f"{ConditionKind.FAULT}/")


def keeps_from_saving(key: str) -> bool:
    """Whether nothing is saved while the condition of this key lasts."""
    return key == ConditionKind.STALE or is_fault(key)


def has_kind(keys: Iterable[str], *kinds: str) -> bool:
    """Whether any of these keys is of one of these kinds."""
    return any(key.partition("/")[0] in kinds for key in keys)


# --- the notice of a day: due from nine in the evening on, or given by the next round ----------------

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


# --- the notice of a week: from nine in the evening of one Sunday to the next, whenever it is given ----

WEEK = timedelta(days=7)


def week_end(now: datetime) -> datetime:
    """When the last week ended whose notice is due: Sunday at nine in the evening, in Japan."""
    day = last_due_day(now)
    return datetime.combine(day - timedelta(days=day.isoweekday() % 7), EVENING, JST)


def week_key(now: datetime, *, begun: datetime | None) -> str | None:
    """The key of its notice; None: no week since the archive began is over."""
    end = week_end(now)
    return f"{WEEKLY}{end.date().isoformat()}" if begun is not None and begun < end else None
