"""Name, description and icon of a room, for the head of a page about it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Reading
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
