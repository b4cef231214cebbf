"""The last message of each chat, its changed ones, and those around one, by small look-ups in the indexes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from archiver.records import JST
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.time_text import sent_at

COUNT_LIMIT = 1_000
"""Changed messages of a kind are counted up to this number."""

_LAST = "SELECT max(position) FROM message WHERE room_id = ?"
_CHANGED = (
    "FROM message INDEXED BY message_edited WHERE was_edited AND NOT was_deleted AND versions > 1 AND room_id = ?",
    "FROM message INDEXED BY message_vanished WHERE was_deleted AND versions > 1 AND room_id = ?",
)
"""Edited ones, then deleted ones; what was so before the first save is no change that anybody saw."""


def last_messages(reading: Reading, rooms: Iterable[int]) -> dict[int, MessageSummary]:
    """The last message of each of these rooms that has any."""
    source = driver_connection(reading.sql)
    places = [(room, source.execute(_LAST, (room,)).fetchone()[0]) for room in rooms]
    return {one.room_id: one for one in message_summaries(reading, [place for place in places if place[1] is not None])}


def count_changed(reading: Reading, room: int) -> int:
    """How many messages of a room were edited or deleted after they were saved, up to `COUNT_LIMIT` of each."""
    source = driver_connection(reading.sql)
    counts = (f"SELECT count(*) FROM (SELECT 1 {part} LIMIT {COUNT_LIMIT})" for part in _CHANGED)  # noqa: S608 - our own names
    return sum(source.execute(count, (room,)).fetchone()[0] for count in counts)


def changed_before(reading: Reading, room: int, position: int) -> int | None:
    """The last of these messages before a position, from the first one on the newest again; None if there is none."""
    source = driver_connection(reading.sql)
    for before in (position, 2**63 - 1):
        rows = [
            source.execute(f"SELECT position {part} AND position < ? ORDER BY position DESC LIMIT 1", (room, before))
            for part in _CHANGED
        ]
        found: list[int] = [row[0] for cursor in rows if (row := cursor.fetchone())]
        if found:
            return max(found)
    return None


_DAY = timedelta(days=1)
_OF_DAY = (
    "SELECT position FROM message WHERE room_id = ? AND send_time >= ? AND send_time < ? ORDER BY position LIMIT ?"
)
_BEFORE = "SELECT position FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"
_AFTER = "SELECT position FROM message WHERE room_id = ? AND position > ? ORDER BY position LIMIT ?"


def positions_of_day(reading: Reading, room: int, position: int, limit: int) -> list[int]:
    """The messages of the day of one message, at most so many."""
    source = driver_connection(reading.sql)
    row = source.execute(
        "SELECT send_time FROM message WHERE room_id = ? AND position = ?", (room, position)
    ).fetchone()
    at = None if row is None else sent_at(row[0])
    if at is None:
        return []
    begin = datetime.combine(at.astimezone(JST).date(), time(), JST)
    bounds = (int(one.timestamp()) for one in (begin, begin + _DAY))
    return [place for (place,) in source.execute(_OF_DAY, (room, *bounds, limit))]


def positions_around(reading: Reading, room: int, position: int, count: int) -> list[int]:
    """The messages next to one, so many on each side, with itself."""
    source = driver_connection(reading.sql)
    earlier, later = (source.execute(query, (room, position, count)).fetchall() for query in (_BEFORE, _AFTER))
    return [*(row[0] for row in reversed(earlier)), position, *(row[0] for row in later)]
