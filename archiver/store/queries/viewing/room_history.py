"""A room as it was last shown, and its names and descriptions over time, each with the time in which it was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from archiver.evidence.history import EntryObject, text
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.time_text import from_text


class RoomRow(NamedTuple):
    """A room as it was last shown."""

    name: str
    description: str
    icon: str
    inaccessible_since: datetime | None


def room_row(reading: Reading, room: int) -> RoomRow | None:
    """The room with this number; None if it was never read."""
    table = schema.room.c
    query = select(table.name, table.description, table.icon, table.inaccessible_since).where(table.room_id == room)
    row = reading.sql.execute(query).one_or_none()
    if row is None:
        return None
    since = row.inaccessible_since
    return RoomRow(row.name, row.description, row.icon, None if since is None else from_text(since))


class PastValue(NamedTuple):
    """A value as received, empty if there was none; `until` is when the next was first seen, None for the last."""

    value: str
    since: datetime
    until: datetime | None


class RoomHistory(NamedTuple):
    """The names and descriptions of a room, oldest first."""

    names: tuple[PastValue, ...]
    descriptions: tuple[PastValue, ...]
    """Descriptions from the first that had any text on."""


_LINES = "SELECT line FROM entry WHERE key = ? AND kind = 'room' ORDER BY seq"


def room_history(reading: Reading, room: int) -> RoomHistory:
    """The history of a room by its entries, exactly as received."""
    entries = [json.loads(line) for (line,) in driver_connection(reading.sql).execute(_LINES, (f"room/{room}",))]
    return RoomHistory(_past_values(entries, _field_of("name")), _past_values(entries, _field_of("description")))


def _field_of(field: str) -> Callable[[EntryObject], str]:
    return lambda entry: text(entry["payload"]["object"].get(field))


def _past_values(entries: list[EntryObject], value_of: Callable[[EntryObject], str]) -> tuple[PastValue, ...]:
    """The values with their times; equal neighbours are one, and empty values at the beginning are left out."""
    found: list[PastValue] = []
    for entry in entries:
        value, at = value_of(entry), from_text(entry["observed_at"])
        if value == (found[-1].value if found else ""):
            continue
        if found:
            found[-1] = found[-1]._replace(until=at)
        found.append(PastValue(value, at, None))
    return tuple(found)
