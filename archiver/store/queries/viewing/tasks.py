"""Tasks of rooms for the viewer: the newest first, with every text, time limit and status that was seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, number, text
from archiver.records import AccountId, MessageId, RoomId, Task, TaskId
from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.queries.entries import entries_at
from archiver.store.time_text import from_text, sent_at, time_or_none

REST = "rest"
"""The status to ask for every task that is not open."""


class TaskPageKey(NamedTuple):
    """The position of a task among those of several rooms, the newest first."""

    task_id: int
    room_id: int


class TaskVersion(NamedTuple):
    """Text, time limit and status of a task from one reading on."""

    body: str
    limit: datetime | None
    status: str
    first_seen: datetime


class TaskDetails(NamedTuple):
    """A task as last seen, with all its versions, the oldest first."""

    task: Task
    limit_type: str
    """`none`, `date` or `time`."""
    assignee_id: AccountId
    assigned_by_id: AccountId
    versions: tuple[TaskVersion, ...]


class TaskPage(NamedTuple):
    """A page of tasks."""

    tasks: list[TaskDetails]
    next: TaskPageKey | None
    """`older_than` of the next page; None if there are no more."""


def page(
    reading: Reading,
    rooms: Collection[int],
    *,
    status: str | None = None,
    older_than: TaskPageKey | None = None,
    limit: int = 50,
) -> TaskPage:
    """The newest tasks of these rooms, at most `limit`.

    `status` is `open`, `done`, `gone` (not listed any more) or `REST` (all but the open ones).
    """
    source = driver_connection(reading.sql)
    narrowed = () if status in {None, REST} else (status,)
    query = _OF_ROOMS + (_STATUS if narrowed else _REST if status == REST else "") + _NEWEST
    bound = older_than or TaskPageKey(2**63 - 1, 0)
    values = (json.dumps(sorted(rooms)), *bound, *narrowed, limit + 1)
    rows = [_TaskRow(*row) for row in source.execute(query, values)]
    following = TaskPageKey(rows[limit - 1].task_id, rows[limit - 1].room_id) if len(rows) > limit else None
    return TaskPage([_task(source, row) for row in rows[:limit]], following)


def is_open(reading: Reading, room: int, task: int) -> bool:
    """Whether a task is open and still listed, as `page` has it."""
    query = "SELECT state <> 'gone' AND status = 'open' FROM task WHERE room_id = ? AND task_id = ?"
    row = driver_connection(reading.sql).execute(query, (room, task)).fetchone()
    return bool(row and row[0])


def by_message(reading: Reading, room: int, messages: Iterable[MessageId]) -> dict[MessageId, tuple[Task, ...]]:
    """The tasks that were made of these messages of a room, by id; messages without tasks are left out."""
    source = driver_connection(reading.sql)
    found = {}
    for message in messages:
        rows = [_TaskRow(*row) for row in source.execute(_OF_MESSAGE, (room, message))]
        if rows:
            found[message] = tuple(_task(source, row).task for row in rows)
    return found


# --- rows ----------------------------------------------------------------------------------------


class _TaskRow(NamedTuple):
    room_id: int
    task_id: int
    state: str
    first_seen: str
    gone_since: str | None
    seq: int


_QUERY = "SELECT room_id, task_id, state, first_seen, gone_since, seq FROM task WHERE room_id"
_OF_ROOMS = f"{_QUERY} IN (SELECT value FROM json_each(?)) AND (task_id, room_id) < (?, ?)"  # noqa: S608 - our own names
_STATUS = " AND CASE state WHEN 'gone' THEN 'gone' ELSE status END = ?"
_REST = " AND CASE state WHEN 'gone' THEN 'gone' ELSE status END <> 'open'"
_NEWEST = " ORDER BY task_id DESC, room_id DESC LIMIT ?"
# With "+" it is found by the message, as in `files`.
_OF_MESSAGE = f"{_QUERY} = ? AND message_id = ? ORDER BY +task_id"
_VERSIONS = "SELECT seq FROM task_version WHERE room_id = ? AND task_id = ? ORDER BY number"


def _task(source: sqlite3.Connection, row: _TaskRow) -> TaskDetails:
    seqs = [seq for (seq,) in source.execute(_VERSIONS, (row.room_id, row.task_id))]
    entries = entries_at(source, {*seqs, row.seq})
    facts = entries[row.seq]["payload"]["object"]
    assignee, by = account_of(facts), account_of(facts, "assigned_by_account")
    message = str(facts.get("message_id") or "")
    task = Task(
        task_id=TaskId(row.task_id),
        room_id=RoomId(row.room_id),
        message_id=MessageId(message if message.isascii() and message.isdigit() else "0"),
        assignee=text(assignee.get("name")),
        assigned_by=text(by.get("name")),
        body=text(facts.get("body")),
        limit=sent_at(number(facts.get("limit_time"))),
        status=text(facts.get("status")),
        gone_since=time_or_none(row.gone_since),
        first_seen=from_text(row.first_seen),
    )
    assignee_id, by_id = (AccountId(number(one.get("account_id"))) for one in (assignee, by))
    versions = tuple(_version(entries[seq]) for seq in seqs)
    return TaskDetails(task, text(facts.get("limit_type")), assignee_id, by_id, versions)


def _version(entry: EntryObject) -> TaskVersion:
    facts = entry["payload"]["object"]
    limit = sent_at(number(facts.get("limit_time")))
    return TaskVersion(text(facts.get("body")), limit, text(facts.get("status")), from_text(entry["observed_at"]))
