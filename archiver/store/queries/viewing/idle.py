"""The times in which nobody looked, as far as they touch a stretch of time, without going through all runs.

The same pauses as `queries.runs.pauses` finds, of which a page shows a few: entries stand in the order of their
times, so the runs around a time are found by bisection among the numbers of the `sweep` entries alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from archiver.records import Pause
from archiver.store.archive import Reading
from archiver.store.clock import moment
from archiver.store.queries.runs import PAUSE
from archiver.store.search_index import driver

BESIDE = 2
"""Runs that are looked at beyond both ends."""

_BY_KEY = "FROM entry INDEXED BY entry_key WHERE key >= 'sweep/' AND key < 'sweep0'"
_FROM, _TO = "json_extract(line, '$.payload.from')", "json_extract(line, '$.payload.to')"
_SWEEPS = f"SELECT seq {_BY_KEY}"
_ENDED = f"SELECT {_TO} FROM entry WHERE seq = ?"  # noqa: S608 - our own names
_RUNS = f"SELECT {_FROM}, {_TO} {_BY_KEY} AND seq BETWEEN ? AND ? ORDER BY seq"


def pauses_between(reading: Reading, since: datetime | None, until: datetime | None) -> list[Pause]:
    """The pauses that begin later than `since` and not later than `until`, oldest first; None: without an end."""
    source = driver(reading.sql)
    seqs = sorted(seq for (seq,) in source.execute(_SWEEPS))
    first = 0 if since is None else max(0, _place(source, seqs, since) - BESIDE)
    last = len(seqs) if until is None else _place(source, seqs, until) + BESIDE
    found = _pauses(source, seqs[first:last])
    return [one for one in found if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, since: datetime, until: datetime) -> list[Pause]:
    """The pauses of which any part lies in a stretch of time, oldest first."""
    source = driver(reading.sql)
    seqs = sorted(seq for (seq,) in source.execute(_SWEEPS))
    first, last = max(0, _place(source, seqs, since) - BESIDE), _place(source, seqs, until) + BESIDE
    return [one for one in _pauses(source, seqs[first:last]) if one.end > since and one.start < until]


def _place(source: sqlite3.Connection, seqs: Sequence[int], at: datetime) -> int:
    """How many of these runs ended by a time."""
    low, high = 0, len(seqs)
    while low < high:
        middle = (low + high) // 2
        if moment(source.execute(_ENDED, (seqs[middle],)).fetchone()[0]) <= at:
            low = middle + 1
        else:
            high = middle
    return low


def _pauses(source: sqlite3.Connection, seqs: Sequence[int]) -> Iterator[Pause]:
    """Read in SQL, as a chat that was quiet for years has many thousand runs behind its last message."""
    last: datetime | None = None
    ends = (seqs[0], seqs[-1]) if seqs else (0, -1)
    for begun, ended in ((moment(one), moment(other)) for one, other in source.execute(_RUNS, ends)):
        if last is not None and begun - last > PAUSE:
            yield Pause(last, begun)
        last = ended if last is None else max(last, ended)
