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
from archiver.store.transactions import Reading, SmallStatement

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
