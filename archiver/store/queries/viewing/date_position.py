"""The first message of a room at or after a time, to jump to a date."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from archiver.records import MessageId
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection

AROUND = 500
"""Messages before the found position that are checked too: ids rise with time nearly always, not always."""

_NEXT = "SELECT position, send_time FROM message WHERE room_id = ? AND position >= ? ORDER BY position LIMIT 1"
_ENDS = (
    "SELECT (SELECT min(position) FROM message WHERE room_id = ?1),"
    " (SELECT max(position) FROM message WHERE room_id = ?1)"
)
_BEFORE = "SELECT position, send_time FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"


def first_on_or_after(reading: Reading, room: int, at: datetime) -> MessageId | None:
    """The first message of a room, in the order of the ids, that was sent at a time or later; None if none was."""
    source, seconds = driver_connection(reading.sql), int(at.timestamp())
    nearest = _bisect_position(source, room, seconds)
    while True:
        end = 2**63 - 1 if nearest is None else nearest
        sooner = [pos for pos, sent in source.execute(_BEFORE, (room, end, AROUND)) if sent >= seconds]
        if not sooner:
            return None if nearest is None else MessageId(str(nearest))
        nearest = sooner[-1]


def _bisect_position(source: sqlite3.Connection, room: int, seconds: int) -> int | None:
    """A position whose message is late enough while the one before is not; None if even the last is too early."""
    low, high = source.execute(_ENDS, (room,)).fetchone()
    if low is None:
        return None
    last = high
    while low <= high:
        middle = (low + high) // 2
        position, sent = source.execute(_NEXT, (room, middle)).fetchone()
        if sent >= seconds:
            last, high = position, middle - 1
        else:
            low = position + 1
    _position, sent = source.execute(_NEXT, (room, last)).fetchone()
    return last if sent >= seconds else None
