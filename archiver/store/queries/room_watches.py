"""When each room was looked at: by the readings of its list of messages alone, whatever runs there were.

The usual interval is that of the room's own latest looks. A time without a look counts as a pause from three usual
intervals on, within fixed bounds: so a computer that was off for twenty minutes is told where it looks every five, and
an archive that is read once an hour does not consist of pauses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from archiver.records import Pause, Watch, pauses_between_looks
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.time_text import from_text

USUAL_INTERVALS = 3
"""A pause is longer than so many usual intervals …"""

SHORTEST_PAUSE, LONGEST_INTERVAL = timedelta(minutes=15), timedelta(minutes=90)
"""… but than no less than the one, and than no more than the other, however rarely the room is looked at."""

LATEST_ROWS = 200
"""So many of the latest records of looks show what is usual."""

Span = tuple[datetime, datetime]

LookRow = Sequence[str | None]
"""`observed_at`, `first` and `looks` of a row of the table `window`."""


def watch(reading: Reading, room: int, *, upto: int) -> Watch:
    """When a room was looked at, as of entry `upto`."""
    table = schema.window.c
    found = reading.sql.execute(
        select(table.observed_at, table.first, table.looks)
        .where(table.room_id == room, table.seq <= upto)
        .order_by(table.seq)
    )
    rows: list[LookRow] = [tuple(row) for row in found]
    if not rows:
        return Watch()
    usual = usual_interval(rows[-LATEST_ROWS:])
    limit = pause_limit(usual)
    spans = list(look_spans(rows, limit))
    last = max(ended for _begun, ended in spans)
    seconds = (found for found, _times in _intervals(rows))
    longest = max((span for each in seconds if (span := timedelta(seconds=each)) <= limit), default=timedelta())
    pauses = tuple(pauses_in(spans, limit))
    return Watch(spans[0][0], last, sum(map(_count_looks, rows)), pauses, usual, limit, longest)


def usual_interval(rows: Sequence[LookRow]) -> timedelta | None:
    """The interval that half of these looks keep (the lower median); None for less than two looks."""
    weighted = sorted(_intervals(rows))
    half, seen = (sum(times for _seconds, times in weighted) + 1) // 2, 0
    for seconds, times in weighted:
        seen += times
        if seen >= half:
            return timedelta(seconds=seconds)
    return None


def pause_limit(usual: timedelta | None) -> timedelta:
    """The longest time without a look that is no pause, where looks usually are so far apart."""
    return min(max(USUAL_INTERVALS * (usual or SHORTEST_PAUSE), SHORTEST_PAUSE), LONGEST_INTERVAL)


def look_spans(rows: Iterable[LookRow], limit: timedelta) -> Iterator[Span]:
    """The times of looks; looks at a list that stayed the same are one span, which every pause between them ends."""
    for at, first, coded in rows:
        assert at is not None
        if first is None or coded is None:
            yield from_text(at), from_text(at)
            continue
        begun, last = from_text(first), from_text(at)
        for pause_begun, pause_ended in pauses_between_looks(begun, json.loads(coded), limit):
            yield begun, pause_begun
            begun = pause_ended
        yield begun, last


def pauses_in(spans: Iterable[Span], limit: timedelta) -> Iterator[Pause]:
    """The pauses longer than a limit between these spans, oldest first."""
    last: datetime | None = None
    for begun, ended in sorted(spans):
        if last is not None and begun - last > limit:
            yield Pause(last, begun)
        last = ended if last is None else max(last, ended)


def _intervals(rows: Iterable[LookRow]) -> Iterator[tuple[float, int]]:
    """Seconds from each look to the next, and how many times in a row."""
    before: datetime | None = None
    for at, first, coded in rows:
        assert at is not None
        if before is not None:
            yield max(0.0, (from_text(first or at) - before).total_seconds()), 1
        yield from ((seconds, times) for seconds, times in json.loads(coded or "[]"))
        before = from_text(at)


def _count_looks(row: LookRow) -> int:
    intervals: list[list[int]] = json.loads(row[2] or "[]")
    return 1 + sum(times for _seconds, times in intervals)
