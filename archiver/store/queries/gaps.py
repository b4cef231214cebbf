"""The open gaps of a room, as the records that every page and package shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from archiver.records import Gap, MessageId, RoomId
from archiver.store import schema
from archiver.store.time_text import from_text
from archiver.store.transactions import Reading, SmallStatement

_HOLES = SmallStatement(
    select(schema.gap.c.room_id, schema.gap.c.before).where(
        schema.gap.c.open, schema.gap.c.after.is_not(None), schema.gap.c.reason != "erased"
    )
)
_BEGINNINGS = SmallStatement(
    select(schema.gap.c.room_id, schema.gap.c.missing).where(schema.gap.c.open, schema.gap.c.after.is_(None))
)


def holes(reading: Reading) -> list[tuple[int, str]]:
    """Every open gap but those from a room's beginning and what was erased: the room, and the message that ends it."""
    return [(int(room), str(before)) for room, before in _HOLES.rows(reading.sql)]


@dataclass(frozen=True, slots=True)
class UnlistedBeginnings:
    """Messages from before the first list of some rooms, which no list has shown."""

    rooms: int = 0
    """Rooms in which there are such messages."""
    missing: int | None = 0
    """Their estimated number over all rooms; None: not known of at least one room."""


def unlisted_beginnings(reading: Reading, rooms: Collection[int]) -> UnlistedBeginnings:
    """What is known to be missing before the first list of these rooms; a gap estimated at 0 counts as none."""
    estimates = [missing for room, missing in _BEGINNINGS.rows(reading.sql) if room in rooms and missing != 0]
    total = None if None in estimates else sum(estimates)
    return UnlistedBeginnings(len(estimates), total)


def gaps(reading: Reading, room: int) -> tuple[Gap, ...]:
    """The open gaps of a room, the one from the room's beginning first."""
    table = schema.gap
    rows = reading.sql.execute(select(table).where(table.c.room_id == room, table.c.open))
    records = (
        Gap(
            room_id=RoomId(row.room_id),
            number=row.number,
            after=None if row.after is None else MessageId(row.after),
            before=MessageId(row.before),
            start=None if row.start is None else from_text(row.start),
            end=None if row.end is None else from_text(row.end),
            missing=row.missing,
            reason=row.reason,
        )
        for row in rows
    )
    return tuple(sorted(records, key=lambda gap: int(gap.after or 0)))
