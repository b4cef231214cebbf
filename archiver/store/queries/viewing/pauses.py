"""The pauses in which nobody looked at a room, within a period, without decoding every look.

The same pauses as `queries.last_looks.watch` finds, and those between looks that no entry has yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from archiver.evidence.pauses import LATEST_LOOKS, LookStretch, limit_of, pauses_in
from archiver.records import Pause
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.last_looks import STRETCHES, read_stretches
from archiver.store.time_text import to_text
from archiver.store.working.last_lists import running_looks

_OF_ROOM = "FROM window WHERE room_id = :room"
_LATEST = f"{STRETCHES} ORDER BY window.seq DESC LIMIT {LATEST_LOOKS}"
_AROUND = f"{STRETCHES} AND window.seq BETWEEN :start AND :end ORDER BY window.seq"
_LAST_UPTO = "SELECT seq, {time} " + _OF_ROOM + " AND seq <= :seq ORDER BY seq DESC LIMIT 1"
_NEXT_AFTER = f"SELECT min(seq) {_OF_ROOM} AND seq > :seq"
_END = 2**63 - 1
_AFTER_ALL = "~"


def pauses_between(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> list[Pause]:
    """A room's pauses that begin after `since` and not after `until`, oldest first; None means no bound."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, room: int, since: datetime, until: datetime) -> list[Pause]:
    """A room's pauses that overlap a period, oldest first."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if one.end > since and one.start < until]


def _pauses_around(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> Iterator[Pause]:
    source, running = driver_connection(reading.sql), _running_stretch(reading, room)
    latest = [*read_stretches(reading, _LATEST, room=room)][::-1] + running
    start = 0 if since is None else _last_seq_before(source, room, "observed_at", to_text(since))
    end = _END if until is None else _seq_after(source, room, to_text(until))
    around = [*read_stretches(reading, _AROUND, room=room, start=start, end=end), *running]
    return (Pause(*pause) for pause in pauses_in(around, limit_of(latest)))


def _seq_after(source: sqlite3.Connection, room: int, until: str) -> int:
    """The first row of a room whose looks began after a time."""
    last = _last_seq_before(source, room, "coalesce(first, observed_at)", until + _AFTER_ALL)
    (found,) = source.execute(_NEXT_AFTER, {"room": room, "seq": last}).fetchone()
    return _END if found is None else int(found)


def _last_seq_before(source: sqlite3.Connection, room: int, time: str, bound: str) -> int:
    """The last row of a room whose time is before a bound, by halving: times never decrease along the entries."""
    query = _LAST_UPTO.format(time=time)
    low, high = 0, source.execute("SELECT coalesce(max(seq), 0) FROM window").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = source.execute(query, {"room": room, "seq": middle}).fetchone()
        if row is None or row[1] < bound:
            low = middle
        else:
            high = row[0] - 1
    row = source.execute(query, {"room": room, "seq": low}).fetchone()
    return 0 if row is None else int(row[0])


def _running_stretch(reading: Reading, room: int) -> list[LookStretch]:
    """The looks that no entry has yet."""
    looks = running_looks(reading).get(room)
    return [] if looks is None else [LookStretch(looks.first, looks.last, looks.intervals)]
