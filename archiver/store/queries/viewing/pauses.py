"""The pauses in which nobody looked at a room, within a period, without decoding every look.

The same pauses as `queries.last_looks.watch` finds, and those between looks that no entry has yet.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from archiver.records import Pause
from archiver.store.archive import Reading, driver_connection
from archiver.store.queries.last_looks import (
    LATEST_ROWS,
    LookRow,
    look_spans,
    pause_limit,
    pauses_in,
    usual_interval,
)
from archiver.store.time_text import to_text
from archiver.store.working.last_lists import running_looks

_OF_ROOM = "FROM window WHERE room_id = :room"
_LATEST = f"SELECT observed_at, first, looks {_OF_ROOM} ORDER BY seq DESC LIMIT {LATEST_ROWS}"
_AROUND = (
    f"SELECT observed_at, first, looks {_OF_ROOM} AND seq "
    f"BETWEEN coalesce((SELECT max(seq) {_OF_ROOM} AND observed_at < :since), 0) "
    f"AND coalesce((SELECT min(seq) {_OF_ROOM} AND coalesce(first, observed_at) > :until), 9223372036854775807) "
    "ORDER BY seq"
)
_BEFORE_ALL, _AFTER_ALL = "", "~"


def pauses_between(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> list[Pause]:
    """A room's pauses that begin after `since` and not after `until`, oldest first; None means no bound."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, room: int, since: datetime, until: datetime) -> list[Pause]:
    """A room's pauses that overlap a period, oldest first."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if one.end > since and one.start < until]


def _pauses_around(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> Iterator[Pause]:
    source, running = driver_connection(reading.sql), _running_row(reading, room)
    latest = _rows(source, _LATEST, room=room)[::-1] + running
    bounds = {
        "since": _BEFORE_ALL if since is None else to_text(since),
        "until": _AFTER_ALL if until is None else to_text(until),
    }
    limit = pause_limit(usual_interval(latest[-LATEST_ROWS:]))
    return pauses_in(look_spans([*_rows(source, _AROUND, room=room, **bounds), *running], limit), limit)


def _rows(source: sqlite3.Connection, query: str, **values: object) -> list[LookRow]:
    return source.execute(query, values).fetchall()


def _running_row(reading: Reading, room: int) -> list[LookRow]:
    """The looks that no entry has yet, as the row that they will be."""
    looks = running_looks(reading).get(room)
    return [] if looks is None else [(to_text(looks.last), to_text(looks.first), json.dumps(looks.intervals))]
