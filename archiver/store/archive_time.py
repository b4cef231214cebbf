"""The times of entries and seals: Chatwork's wherever it is known, and what this computer's clock said beside it.

An entry whose `clock` is its own time could not be compared: it stands where no reply was received in the process that
made it. Such a time may be wrong and rules nothing; every other one is Chatwork's, or not later than it was there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.time_text import from_text, to_text

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far this computer's clock may differ from an entry's time without being noted in the entry."""

_ENTRY = schema.entry.c
_LAST_COMPARED = (
    select(_ENTRY.observed_at)
    .where(or_(_ENTRY.clock.is_(None), _ENTRY.clock != _ENTRY.observed_at))
    .order_by(_ENTRY.seq.desc())
    .limit(1)
)


def entry_times(writing: Writing, at: datetime, *, dated: bool) -> tuple[str, str | None]:
    """`observed_at` and `clock` of an entry made now; `dated`: `at` is the `Date` of a reply."""
    offset = None if writing.clock is None else writing.clock.offset
    if offset is None and not dated:
        return max(to_text(at), _last_compared_text(writing)), to_text(at)
    differs = offset is not None and abs(offset) > CLOCK_TOLERANCE
    return to_text(at), to_text(at - (offset or timedelta())) if differs else None


def seal_times(writing: Writing, now: datetime, last: int) -> tuple[str, str]:
    """When a seal up to entry `last` is closed, and the time that its day goes by.

    The corrected time, not earlier than the entry's, if that was compared; without an offset the entry's own.
    """
    row = writing.sql.execute(select(_ENTRY.observed_at, _ENTRY.clock).where(_ENTRY.seq == last)).one()
    if writing.clock is None or writing.clock.offset is None:
        return row.observed_at, row.observed_at
    floor = _last_compared_text(writing) if row.clock == row.observed_at else row.observed_at
    closed_at = max(to_text(now), floor)
    return closed_at, min(closed_at, row.observed_at)


def oldest_time(reading: Reading, first: int, now: datetime) -> tuple[datetime | None, datetime]:
    """The oldest time of the entries from `first` on, and the present time, which is not earlier than Chatwork's last.

    None if there are no entries.
    """
    oldest = reading.sql.execute(select(func.min(_ENTRY.observed_at)).where(_ENTRY.seq >= first)).scalar()
    latest = max(to_text(now), _last_compared_text(reading))
    return None if oldest is None else from_text(oldest), from_text(latest)


def _last_compared_text(reading: Reading) -> str:
    """The last time that is Chatwork's, by the numbers of the entries; empty if there is none."""
    return reading.sql.execute(_LAST_COMPARED).scalar() or ""
