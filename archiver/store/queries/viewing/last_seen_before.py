"""When a message, or its text, was last seen before the entry that records its change."""

from __future__ import annotations

from datetime import datetime

from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.time_text import from_text

MANY = 500
"""Readings before the entry that are searched; a vanished message was nearly always in one of the last lists."""

_VERSION = (
    "SELECT last_seen FROM message_version WHERE room_id = ? AND position = ? AND seq < ? ORDER BY number DESC LIMIT 1"
)
_LISTED = """
    SELECT observed_at FROM (
        SELECT observed_at, oldest, newest, absent FROM window
        WHERE room_id = ?1 AND seq < ?3 ORDER BY seq DESC LIMIT ?4
    ) WHERE ?2 BETWEEN oldest AND newest AND instr(absent, '"' || ?2 || '"') = 0 LIMIT 1
"""
_SINGLY = """
    SELECT observed_at FROM (
        SELECT observed_at, oldest, newest, ids FROM reading
        WHERE room_id = ?1 AND seq < ?3 ORDER BY seq DESC LIMIT ?4
    ) WHERE ?2 BETWEEN oldest AND newest AND instr(ids, '"' || ?2 || '"') > 0 LIMIT 1
"""
_ENTRY = "SELECT observed_at FROM entry WHERE key = ? AND room_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1"


def text_seen_before(reading: Reading, room: int, message_id: str, seq: int) -> datetime | None:
    """When the text before an entry was last seen; None if that text is still shown."""
    row = driver_connection(reading.sql).execute(_VERSION, (room, int(message_id), seq)).fetchone()
    return None if row is None or row[0] is None else from_text(row[0])


def message_seen_before(reading: Reading, room: int, message_id: str, seq: int) -> datetime | None:
    """When a message was last shown before an entry; None if never or long ago."""
    source, position = driver_connection(reading.sql), int(message_id)
    cursors = [source.execute(query, (room, position, seq, MANY)) for query in (_LISTED, _SINGLY)]
    cursors.append(source.execute(_ENTRY, (f"message/{position}", room, seq)))
    times = [row[0] for row in (one.fetchone() for one in cursors) if row is not None]
    return from_text(max(times)) if times else None
