"""What is known to be missing: open gaps of a room, and lists of files and tasks that Chatwork truncates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Column, func, select

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


CAP = 100
"""Rows of a list at most (chatwork-api §3.1, §4)."""

FILES, OPEN, DONE = "files", "open", "done"


def _tasks_at_cap(person: Column[int]) -> SmallStatement:
    """The task lists (room and status) in which some person has as many tasks as a list can show."""
    counted = select(_TASK.room_id, _TASK.status).where(_TASK.state != "gone", _TASK.status.in_((OPEN, DONE)))
    return SmallStatement(counted.group_by(_TASK.room_id, _TASK.status, person).having(func.count() >= CAP))


_FILE, _TASK = schema.file.c, schema.task.c
_FILES_AT_CAP = SmallStatement(
    select(_FILE.room_id)
    .where(_FILE.state != "gone")
    .group_by(_FILE.room_id, _FILE.account_id)
    .having(func.count() >= CAP)
)
_ASSIGNED_AT_CAP, _GIVEN_AT_CAP = _tasks_at_cap(_TASK.account_id), _tasks_at_cap(_TASK.assigned_by)


class TruncatedList(NamedTuple):
    """A list that may have more rows than were saved."""

    room_id: int
    kind: str
    """`files`, or the status of tasks: `open`, `done`."""


def truncated_lists(reading: Reading, rooms: Collection[int]) -> list[TruncatedList]:
    """The truncated lists of these rooms, sorted by room."""
    lists = {TruncatedList(room, FILES) for (room,) in _FILES_AT_CAP.rows(reading.sql)}
    assigned, given = _ASSIGNED_AT_CAP.rows(reading.sql), _GIVEN_AT_CAP.rows(reading.sql)
    lists |= {TruncatedList(room, status) for room, status in set(assigned) & set(given)}
    return sorted(one for one in lists if one.room_id in rooms)
