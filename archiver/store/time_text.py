"""Times as the archive writes them, and those of entries and seals: Chatwork's wherever it is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, func, or_, select

from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, Writing


def to_text(at: datetime) -> str:
    """`2026-11-24T13:31:05.123Z` for an aware time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(value: str) -> datetime:
    """The aware time of a text that `to_text` wrote."""
    return datetime.fromisoformat(value)


def time_or_none(value: str | None) -> datetime | None:
    """The same; None for no text."""
    return None if value is None else from_text(value)


def from_unix(seconds: int) -> str | None:
    """The text of a time in Unix seconds, as Chatwork gives it; None for 0 and for years beyond 9999."""
    if not 0 < seconds < 253402300800:
        return None
    return to_text(datetime.fromtimestamp(seconds, UTC))


def sent_at(seconds: int) -> datetime | None:
    """The time of Chatwork's Unix seconds; None for 0 and for what no calendar holds in UTC or Tokyo."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 253402300800 - 86400 else None


CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far this computer's clock may differ from an entry's time without being noted in the entry."""

QUIET_KINDS = ("stamp", "steady", "sweep")
"""Kinds of entries that say nothing new of a room: a tail of them alone is sealed once a day."""

_ENTRY = schema.entry.c
_OLDEST_FROM = select(func.min(_ENTRY.observed_at)).where(_ENTRY.seq >= bindparam("first"))
_OLDEST = SmallStatement(_OLDEST_FROM)
_OLDEST_NEWS = SmallStatement(_OLDEST_FROM.where(_ENTRY.kind.not_in(QUIET_KINDS)))
_LAST_COMPARED = SmallStatement(
    select(_ENTRY.observed_at)
    .where(or_(_ENTRY.clock.is_(None), _ENTRY.clock != _ENTRY.observed_at))
    .where(_ENTRY.kind != "steady")  # dated by its last look, which is earlier than its neighbours
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


def run_time(writing: Writing, sweep: Mapping[str, object], at: datetime) -> tuple[datetime, bool]:
    """The time of the record of idle runs written at `at`, and whether it is Chatwork's though no reply came since.

    A process without a reply may have a clock that is a year off: then the record has the end of the runs' own, which
    replies have shown, and stands no earlier than the last such time.
    """
    is_compared = writing.clock is None or writing.clock.offset is not None
    if is_compared or sweep.get("clock_offset_ms") is None:
        return at, False
    return from_text(max(str(sweep["to"]), _last_compared_text(writing))), True


def seal_times(writing: Writing, now: datetime, last: int) -> tuple[str, str]:
    """When a seal up to entry `last` is closed, and the time that its day goes by.

    The corrected time, and not earlier than the entry's; without an offset it is the entry's. An entry whose time
    could not be compared stands back behind the last one before it that was.
    """
    row = writing.sql.execute(select(_ENTRY.observed_at, _ENTRY.clock).where(_ENTRY.seq == last)).one()
    compared = _last_compared_text(writing) if row.clock == row.observed_at else ""
    floor = compared or row.observed_at
    is_compared = writing.clock is not None and writing.clock.offset is not None
    closed_at = max(to_text(now), floor) if is_compared else floor
    return closed_at, min(closed_at, row.observed_at)


def unsealed_times(reading: Reading, first: int, *, pending: str | None) -> tuple[datetime | None, datetime | None]:
    """The oldest time of the entries from number `first` on and of what only was counted (`pending`); None: no time.

    And the same without the quiet kinds, which say nothing new, nor does what only was counted.
    """
    news = _OLDEST_NEWS.value(reading.sql, first=first)
    oldest = min((at for at in (_OLDEST.value(reading.sql, first=first), pending) if at is not None), default=None)
    return None if oldest is None else from_text(oldest), None if news is None else from_text(news)


def not_before_compared(reading: Reading, now: datetime) -> datetime:
    """The present time, not earlier than the last time that is Chatwork's."""
    return from_text(max(to_text(now), _last_compared_text(reading)))


def last_compared(reading: Reading) -> datetime | None:
    """The last time that is Chatwork's; None if there is none."""
    text = _last_compared_text(reading)
    return from_text(text) if text else None


def _last_compared_text(reading: Reading) -> str:
    """The last time that is Chatwork's, by the numbers of the entries; empty if there is none."""
    return _LAST_COMPARED.value(reading.sql) or ""
