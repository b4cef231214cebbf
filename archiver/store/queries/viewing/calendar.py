"""Counts of a room's messages by day and month of Japan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from archiver.records import JST
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.time_text import sent_at

_DAY = 86_400
_AHEAD = 9 * 3_600
"""Seconds by which Tokyo is ahead of UTC."""

_SENT = "FROM message INDEXED BY message_sent WHERE room_id = ? AND send_time >= ? AND send_time < ?"
_BY_DAY = f"SELECT (send_time + {_AHEAD}) / {_DAY}, count(*) {_SENT} GROUP BY 1"
_COUNT = f"SELECT count(*) {_SENT}"
_ENDS = "SELECT send_time FROM message INDEXED BY message_sent WHERE room_id = ? AND send_time > 0 ORDER BY send_time"


def day_counts(reading: Reading, room: int, first: date, end: date) -> dict[date, int]:
    """The number of messages of each day from the first one on, `end` excluded; days without any are left out."""
    rows = driver_connection(reading.sql).execute(_BY_DAY, (room, _seconds(first), _seconds(end)))
    return {date(1970, 1, 1) + timedelta(days=day): count for day, count in rows}


def span_counts(reading: Reading, room: int, spans: Iterable[tuple[date, date]]) -> list[int]:
    """The number of messages of each span of days, its end excluded."""
    source = driver_connection(reading.sql)
    return [source.execute(_COUNT, (room, _seconds(first), _seconds(end))).fetchone()[0] for first, end in spans]


def first_and_last_time(reading: Reading, room: int) -> tuple[datetime, datetime] | None:
    """When the first and the last message of a room were sent; None if no time is known of any."""
    source = driver_connection(reading.sql)
    rows = [source.execute(f"{_ENDS} {order} LIMIT 1", (room,)).fetchone() for order in ("ASC", "DESC")]
    first, last = (None if row is None else sent_at(row[0]) for row in rows)
    return None if first is None or last is None else (first, last)


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), JST).timestamp())
