"""Lists of files and tasks that Chatwork cuts, even when they are asked for person by person.

Nothing is written for it. A list shows 100 rows at most, and whatever a list shows is held. So where a person has 100
files or more, the list of that person's files was at its cap when it was last read, and where somebody with 100 tasks
in a status or more has some of a person who gave 100 or more, both ways of asking for them were (sync.pull). Lists that
are read whole leave no such number standing: what they no longer show is known to be gone.
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
    """A list of which there may be more than is held."""

    room_id: int
    kind: str
    """`files`, or the status of tasks: `open`, `done`."""


def truncated_lists(reading: Reading, rooms: Collection[int]) -> list[TruncatedList]:
    """Those of these rooms, by room."""
    file, task = schema.file.c, schema.task.c
    uploaders = select(file.room_id).where(file.state != "gone").group_by(file.room_id, file.account_id)
    lists = {TruncatedList(room, FILES) for (room,) in reading.sql.execute(uploaders.having(func.count() >= CAP))}
    lists |= _lists_at_cap(reading, task.account_id) & _lists_at_cap(reading, task.assigned_by)
    return sorted(one for one in lists if one.room_id in rooms)


def _lists_at_cap(reading: Reading, person: Column[int]) -> set[TruncatedList]:
    """Rooms and statuses in which some person has as many tasks as a list can show."""
    task = schema.task.c
    counted = select(task.room_id, task.status).where(task.state != "gone", task.status.in_((OPEN, DONE)))
    grouped = counted.group_by(task.room_id, task.status, person).having(func.count() >= CAP)
    return {TruncatedList(room, status) for room, status in reading.sql.execute(grouped)}
