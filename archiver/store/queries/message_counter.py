"""Chatwork's message counter at each recent reading of a room, from which its message rate is computed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.time_text import from_text

LIMIT = 500
"""The newest readings that are used: a busy room is read 288 times a day, a quiet one four times."""


_WINDOW, _ENTRY = schema.window.c, schema.entry.c

_COUNTED = (
    select(_WINDOW.observed_at, _WINDOW.message_num)
    .where(_WINDOW.room_id == bindparam("room"), _WINDOW.message_num.is_not(None))
    .order_by(_WINDOW.seq.desc())
    .limit(LIMIT)
)
_READ_SINCE = (
    select(_ENTRY.room_id).distinct().where(_ENTRY.seq > bindparam("seq"), _ENTRY.kind.in_(("window", "steady")))
)
"""Built once: building a query takes longer than answering it."""


def counter_readings(reading: Reading, room: int, *, since: datetime) -> list[tuple[datetime, int]]:
    """The times at which a room's list was read and the counter at each, oldest first."""
    rows = reading.sql.execute(_COUNTED, {"room": room})
    readings = [(from_text(at), int(number)) for at, number in rows]
    return [one for one in reversed(readings) if one[0] >= since]


def rooms_read_since(reading: Reading, seq: int) -> list[int]:
    """The rooms whose lists were read after the entry with this number."""
    return [int(room) for room in reading.sql.execute(_READ_SINCE, {"seq": seq}).scalars()]
