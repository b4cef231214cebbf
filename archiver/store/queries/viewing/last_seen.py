"""When messages that are still shown were last seen, by the latest reading that had each, or before they changed.

The same as `evidence.history.Sightings.last`, but from the readable tables and for a few neighbouring messages.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.time_text import from_text

MANY = 1_000
"""Readings that are gone through for a page; a message that none of them had is then looked up by itself."""

_OVERLAPPING = (
    "SELECT seq, observed_at, oldest, newest, {ids} FROM {table}"
    " WHERE room_id = ? AND seq > ? AND oldest <= ? AND newest >= ? ORDER BY seq DESC"
)
_WINDOWS = _OVERLAPPING.format(table="window", ids="absent")
_READINGS = _OVERLAPPING.format(table="reading", ids="ids")
_ONE_WINDOW = f"SELECT observed_at FROM ({_WINDOWS}) WHERE instr(absent, ?) = 0 LIMIT 1"  # noqa: S608 - our own names
_ONE_READING = f"SELECT observed_at FROM ({_READINGS}) WHERE instr(ids, ?) > 0 LIMIT 1"  # noqa: S608 - likewise


def last_seen(source: sqlite3.Connection, room: int, last_entries: Mapping[int, int]) -> dict[int, str]:
    """The time of the last reading that showed each message, where one is later than the message's last entry.

    `last_entries` has the number of the last entry by position.
    """
    listed = _latest(source, room, last_entries, singly=False)
    singly = _latest(source, room, last_entries, singly=True)
    return listed | {one: max(at, listed.get(one, at)) for one, at in singly.items()}


def _latest(source: sqlite3.Connection, room: int, last_entries: Mapping[int, int], *, singly: bool) -> dict[int, str]:
    """The time of the last list that showed each message, or (`singly`) of the last time it was read by itself."""
    found: dict[int, str] = {}
    waiting = dict(last_entries)
    if not waiting:
        return found
    bounds = (room, min(waiting.values()), max(waiting), min(waiting))
    with closing(source.execute(_READINGS if singly else _WINDOWS, bounds)) as rows:
        for number, (seq, at, oldest, newest, ids) in enumerate(rows):
            positions = {int(one) for one in json.loads(ids)} if ids != "[]" else set()
            for position in [pos for pos in waiting if _has(pos, positions, oldest, newest, singly=singly)]:
                last = waiting.pop(position)
                if seq > last:
                    found[position] = at
            if not waiting or number == MANY:
                break
        else:
            waiting.clear()
    for position, last in waiting.items():
        values = (room, last, position, position, f'"{position}"')
        row = source.execute(_ONE_READING if singly else _ONE_WINDOW, values).fetchone()
        if row is not None:
            found[position] = row[0]
    return found


def _has(position: int, positions: set[int], oldest: int, newest: int, *, singly: bool) -> bool:
    if singly:
        return position in positions
    return oldest <= position <= newest and position not in positions


# --- before the entry that records a change ---------------------------------------------------------

MANY_BEFORE = 500
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
    cursors = [source.execute(query, (room, position, seq, MANY_BEFORE)) for query in (_LISTED, _SINGLY)]
    cursors.append(source.execute(_ENTRY, (f"message/{position}", room, seq)))
    times = [row[0] for row in (one.fetchone() for one in cursors) if row is not None]
    return from_text(max(times)) if times else None
