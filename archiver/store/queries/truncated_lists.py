"""Lists of files and tasks that Chatwork truncates, even when they are asked for person by person.

This is derived, not recorded. A list has 100 rows at most, and every row is saved. So if a person has 100 files or
more, the list of that person's files was at its cap when it was last read. If somebody has 100 tasks or more in a
status, some from a person who gave 100 or more, both ways of listing them were at the cap (sync.pull). A list that was
read whole never leaves such a number: what it no longer shows is known to be gone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Column, func, select

from archiver.store import schema
from archiver.store.archive import Reading

CAP = 100
"""Rows of a list at most (chatwork-api §3.1, §4)."""

FILES, OPEN, DONE = "files", "open", "done"


class TruncatedList(NamedTuple):
    """A list that may have more rows than were saved."""

    room_id: int
    kind: str
    """`files`, or the status of tasks: `open`, `done`."""


def truncated_lists(reading: Reading, rooms: Collection[int]) -> list[TruncatedList]:
    """The truncated lists of these rooms, sorted by room."""
    file, task = schema.file.c, schema.task.c
    uploaders = select(file.room_id).where(file.state != "gone").group_by(file.room_id, file.account_id)
    lists = {TruncatedList(room, FILES) for (room,) in reading.sql.execute(uploaders.having(func.count() >= CAP))}
    lists |= _lists_at_cap(reading, task.account_id) & _lists_at_cap(reading, task.assigned_by)
    return sorted(one for one in lists if one.room_id in rooms)


def _lists_at_cap(reading: Reading, person: Column[int]) -> set[TruncatedList]:
    """The task lists (room and status) in which some person has as many tasks as a list can show."""
    task = schema.task.c
    counted = select(task.room_id, task.status).where(task.state != "gone", task.status.in_((OPEN, DONE)))
    grouped = counted.group_by(task.room_id, task.status, person).having(func.count() >= CAP)
    return {TruncatedList(room, status) for room, status in reading.sql.execute(grouped)}
