"""The pauses in which nobody looked at a room, within a period, without going through all runs.

The same pauses as `queries.runs.watch` finds. Entries are in the order of their times, so the runs around a time are
found by bisection among the numbers of the `sweep` entries alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from archiver.records import Pause
from archiver.store.archive import Reading, driver_connection
from archiver.store.queries.runs import Span, list_spans, look_spans, pauses_in
from archiver.store.time_text import from_text

BESIDE = 2
"""Runs that are read beyond both ends."""

_BY_KEY = "FROM entry INDEXED BY entry_key WHERE key >= 'sweep/' AND key < 'sweep0'"
_FROM, _TO = "json_extract(line, '$.payload.from')", "json_extract(line, '$.payload.to')"
_NOT_READ = "json_extract(line, '$.payload.not_read')"
_SWEEPS = f"SELECT seq {_BY_KEY}"
_ENDED = f"SELECT {_TO} FROM entry WHERE seq = ?"  # noqa: S608 - our own names
_LACKED = f"SELECT {_NOT_READ} FROM entry WHERE seq = ?"  # noqa: S608 - our own names
_RUNS = f"SELECT {_FROM}, {_TO}, {_NOT_READ} {_BY_KEY} AND seq BETWEEN ? AND ? ORDER BY seq"
_FIRST = "SELECT observed_at FROM window WHERE room_id = ? ORDER BY seq LIMIT 1"
_WINDOWS = "SELECT observed_at, first, looks FROM window WHERE room_id = ? AND seq BETWEEN ? AND ? ORDER BY seq"


def pauses_between(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> list[Pause]:
    """A room's pauses that begin after `since` and not after `until`, oldest first; None means no bound."""
    pauses = _pauses_around(driver_connection(reading.sql), room, since, until)
    return [one for one in pauses if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, room: int, since: datetime, until: datetime) -> list[Pause]:
    """A room's pauses that overlap a period, oldest first."""
    pauses = _pauses_around(driver_connection(reading.sql), room, since, until)
    return [one for one in pauses if one.end > since and one.start < until]


def _pauses_around(
    source: sqlite3.Connection, room: int, since: datetime | None, until: datetime | None
) -> Iterator[Pause]:
    seqs = sorted(seq for (seq,) in source.execute(_SWEEPS))
    first = 0 if since is None else max(0, _count_ended(source, seqs, since) - BESIDE)
    last = len(seqs) if until is None else min(len(seqs), _count_ended(source, seqs, until) + BESIDE)
    while first > 0 and not _has_looked_at(source, seqs[first], room):
        first -= 1
    while last < len(seqs) and not _has_looked_at(source, seqs[last - 1], room):
        last += 1
    return pauses_in(_look_spans(source, room, seqs[first:last]))


def _count_ended(source: sqlite3.Connection, seqs: Sequence[int], at: datetime) -> int:
    """The number of these runs that ended by a time."""
    low, high = 0, len(seqs)
    while low < high:
        middle = (low + high) // 2
        if from_text(source.execute(_ENDED, (seqs[middle],)).fetchone()[0]) <= at:
            low = middle + 1
        else:
            high = middle
    return low


def _has_looked_at(source: sqlite3.Connection, seq: int, room: int) -> bool:
    """Whether a run looked at a room."""
    return not _is_not_read(source.execute(_LACKED, (seq,)).fetchone()[0], room)


def _is_not_read(not_read: str | None, room: int) -> bool:
    return not_read is not None and room in json.loads(not_read)


def _look_spans(source: sqlite3.Connection, room: int, seqs: Sequence[int]) -> list[Span]:
    """The spans in which a room was looked at, read in SQL, as a quiet chat can have many thousand runs."""
    begun = source.execute(_FIRST, (room,)).fetchone()
    if begun is None or not seqs:
        return []
    ends = (seqs[0], seqs[-1])
    lists = list_spans(source.execute(_WINDOWS, (room, *ends)))
    rows = source.execute(_RUNS, ends)
    runs = (
        (from_text(begun_at), from_text(ended_at))
        for begun_at, ended_at, not_read in rows
        if not _is_not_read(not_read, room)
    )
    return look_spans(lists, runs, since=from_text(begun[0]))
