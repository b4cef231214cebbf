"""Attachments and tasks of rooms for the viewer: the newest first, of a message, or a single one.

The records are those of a package, but files that were replaced under their id appear once, with the content listed
now, and a task comes with every text, time limit and status that was seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, field_text, number, text
from archiver.evidence.tables.files_and_tasks import NOT_YET, REASONS, listed_row, name_first_listed
from archiver.records import AccountId, Attachment, FileId, MessageId, RoomId, Task, TaskId
from archiver.store.archive import Reading
from archiver.store.blobs import FOLDER
from archiver.store.queries.entries import entries_at
from archiver.store.time_text import from_text, sent_at, time_or_none

_SHA256 = re.compile("[0-9a-f]{64}")


class FileState(StrEnum):
    """Whether the bytes are saved."""

    HELD = "held"
    PENDING = "pending"
    LOST = "lost"


class FilePageKey(NamedTuple):
    """The position of a file among those of several rooms, the newest first."""

    upload_time: int
    file_id: int
    room_id: int


class FileDetails(NamedTuple):
    """An attachment with its state."""

    attachment: Attachment
    """`number` is the file's id; `reason` is in Japanese, as in a package; `stored_as` is a path below the home."""
    state: FileState
    """A file that is gone has `attachment.gone_since`, whether or not its bytes are saved."""
    reason: str | None
    """The recorded reason why it is not saved (`too_large`); None if no attempt failed."""


def file_page(
    reading: Reading,
    rooms: Collection[int],
    *,
    older_than: FilePageKey | None = None,
    limit: int = 50,
) -> tuple[list[FileDetails], FilePageKey | None]:
    """The newest files of these rooms, at most `limit`, and `older_than` of the next page; None: there are no more."""
    newest_first = merge(*(_walk(reading, room, older_than) for room in set(rooms)), key=_page_key, reverse=True)
    rows = list(islice(newest_first, limit + 1))
    return _files(reading, rows[:limit]), _page_key(rows[limit - 1]) if len(rows) > limit else None


def place_before(reading: Reading, room: int, file_id: int) -> FilePageKey | None:
    """The `older_than` of the page of a room that begins with this file; None if the room has none of this id."""
    query = "SELECT upload_time FROM file WHERE room_id = ? AND file_id = ?"
    row = reading.driver.execute(query, (room, file_id)).fetchone()
    return None if row is None else FilePageKey(row[0], file_id + 1, room)


def files_of_messages(
    reading: Reading, room: int, messages: Iterable[MessageId]
) -> dict[MessageId, tuple[Attachment, ...]]:
    """The files of these messages of a room, the oldest first; messages without files are left out."""
    rows = {one: [_FileRow(*row) for row in reading.driver.execute(_FILES_OF_MESSAGE, (room, one))] for one in messages}
    return {one: tuple(file.attachment for file in _files(reading, of)) for one, of in rows.items() if of}


def file_renames(reading: Reading, room: int, file_id: int) -> list[tuple[str, str, datetime]]:
    """Each change of a file's name: before, after, and when it was noticed; the oldest first."""
    listed = _listings(reading, room, file_id)
    names = [(field_text(one, "filename"), from_text(one["observed_at"])) for one in listed]
    return [(before, after, at) for (before, _at), (after, at) in pairwise(names) if before != after]


def file_details(reading: Reading, room: int, file_id: int) -> FileDetails | None:
    """One file in any state; None if the room has no file of this id."""
    rows = reading.driver.execute(_ONE_FILE, (room, file_id)).fetchall() if 0 <= file_id < 2**63 else []
    return next(iter(_files(reading, [_FileRow(*row) for row in rows])), None)


# --- rows ----------------------------------------------------------------------------------------


class _FileRow(NamedTuple):
    room_id: int
    file_id: int
    name: str
    upload_time: int
    gone_since: str | None
    seq: int
    blob_state: str | None
    """None if nothing was saved or given up of the file as now listed."""
    sha256: str | None
    saved_at: str | None
    lost_because: str | None
    waits_because: str | None
    attempts: int | None


_FILES = """
    SELECT f.room_id, f.file_id, f.name, f.upload_time, f.gone_since, f.seq,
        b.state, b.sha256, b.saved_at, b.reason, r.reason, r.attempts
    FROM file f
    LEFT JOIN blob b ON b.room_id = f.room_id AND b.file_id = f.file_id
        AND b.listed_size = f.size AND b.listed_time = f.upload_time
    LEFT JOIN retry r ON r.room_id = f.room_id AND r.file_id = f.file_id
    WHERE f.room_id = ?
"""
_NEWEST_FILES = f"{_FILES} AND (f.upload_time, f.file_id) < (?, ?) ORDER BY f.upload_time DESC, f.file_id DESC"
# With "+" it is found by the message; to be in order, SQLite would go through all files of the chat.
_FILES_OF_MESSAGE = f"{_FILES} AND f.message_id = ? ORDER BY +f.upload_time, f.file_id"
_FILE_ENTRIES = "SELECT line FROM entry WHERE key = ? AND room_id = ? ORDER BY seq"
_ONE_FILE = f"{_FILES} AND f.file_id = ?"


def _walk(reading: Reading, room: int, older_than: FilePageKey | None) -> Iterator[_FileRow]:
    """The files of one room from a page key on, the newest first."""
    if older_than is None:
        bounds = (2**63 - 1, 2**63 - 1)
    else:  # of files of the same time and id, that of the greater room came first
        bounds = (older_than.upload_time, older_than.file_id + (room < older_than.room_id))
    return (_FileRow(*row) for row in reading.driver.execute(_NEWEST_FILES, (room, *bounds)))


def _page_key(row: _FileRow) -> FilePageKey:
    return FilePageKey(row.upload_time, row.file_id, row.room_id)


def _state(row: _FileRow) -> FileState:
    """The state of a file's bytes, as `queries.room_holdings` counts them."""
    if row.blob_state == "saved" and row.sha256 is not None and _SHA256.fullmatch(row.sha256):
        return FileState.HELD
    return FileState.LOST if row.blob_state == "lost" and row.attempts is None else FileState.PENDING


def _listings(reading: Reading, room: int, file_id: int) -> list[EntryObject]:
    """What was listed of a file, the oldest first."""
    return [json.loads(line) for (line,) in reading.driver.execute(_FILE_ENTRIES, (f"file/{file_id}", room))]


def _files(reading: Reading, rows: list[_FileRow]) -> list[FileDetails]:
    entries = entries_at(reading, [row.seq for row in rows])
    return [_file(row, entries[row.seq], _listings(reading, row.room_id, row.file_id)) for row in rows]


def _file(row: _FileRow, entry: EntryObject, listings: list[EntryObject]) -> FileDetails:
    listed, state = entry["payload"]["object"], _state(row)
    account, message = account_of(listed), str(listed.get("message_id") or "")
    is_held = state is FileState.HELD and row.sha256 is not None
    saved_at = from_text(row.saved_at) if is_held and row.saved_at else None
    reason = row.lost_because if row.blob_state == "lost" else row.waits_because
    attachment = Attachment(
        number=str(row.file_id),
        room_id=RoomId(row.room_id),
        file_id=FileId(row.file_id),
        message_id=MessageId(message if message.isascii() and message.isdigit() else "0"),
        account_id=AccountId(number(account.get("account_id"))),
        account_name=text(account.get("name")),
        name=name_first_listed(listed_row((row.room_id, row.file_id), entry), listings).name,
        size=number(listed.get("filesize")),
        uploaded_at=sent_at(number(listed.get("upload_time"))) or saved_at or from_text(entry["observed_at"]),
        gone_since=time_or_none(row.gone_since),
        sha256=row.sha256 if is_held else None,
        saved_at=saved_at,
        reason=None if is_held else _reason_text(row),
        stored_as=f"{FOLDER}/{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}" if is_held and row.sha256 else None,
    )
    return FileDetails(attachment, state, None if is_held else reason)


def _reason_text(row: _FileRow) -> str:
    """Why the bytes are not saved, in the words of a package."""
    reason = (row.lost_because or "") if row.blob_state == "lost" else ""
    return REASONS.get(reason, reason) or NOT_YET


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
    versions: tuple[TaskVersion, ...]


def task_page(
    reading: Reading,
    rooms: Collection[int],
    *,
    are_open: bool,
    older_than: TaskPageKey | None = None,
    limit: int = 50,
) -> list[TaskDetails]:
    """The newest tasks of these rooms, at most `limit`: the open ones, or all others."""
    bound = older_than or TaskPageKey(2**63 - 1, 0)
    rows = reading.driver.execute(_TASKS_OF_ROOMS, (json.dumps(sorted(rooms)), *bound, are_open, limit)).fetchall()
    return [_task(reading, *row) for row in rows]


def is_task_open(reading: Reading, room: int, task: int) -> bool:
    """Whether a task is open and still listed, as `task_page` has it."""
    query = "SELECT state <> 'gone' AND status = 'open' FROM task WHERE room_id = ? AND task_id = ?"
    row = reading.driver.execute(query, (room, task)).fetchone()
    return bool(row and row[0])


def task_texts(reading: Reading, room: int, task: int) -> list[str]:
    """The texts that a task had, the newest one last."""
    query = "SELECT body FROM task_version WHERE room_id = ? AND task_id = ? ORDER BY number"
    return [body for (body,), _same in groupby(reading.driver.execute(query, (room, task)))]


def tasks_of_messages(reading: Reading, room: int, messages: Iterable[MessageId]) -> dict[MessageId, tuple[Task, ...]]:
    """The tasks that were made of these messages of a room, by id; messages without tasks are left out."""
    rows = {one: reading.driver.execute(_TASKS_OF_MESSAGE, (room, one)).fetchall() for one in messages}
    return {one: tuple(_task(reading, *row).task for row in of) for one, of in rows.items() if of}


_TASKS = "SELECT room_id, task_id, first_seen, gone_since, seq FROM task WHERE room_id"
_TASKS_OF_ROOMS = (
    f"{_TASKS} IN (SELECT value FROM json_each(?)) AND (task_id, room_id) < (?, ?)"  # noqa: S608 - our own names
    " AND (state <> 'gone' AND status = 'open') = ? ORDER BY task_id DESC, room_id DESC LIMIT ?"
)
# With "+" it is found by the message, as above.
_TASKS_OF_MESSAGE = f"{_TASKS} = ? AND message_id = ? ORDER BY +task_id"
_VERSIONS = "SELECT seq FROM task_version WHERE room_id = ? AND task_id = ? ORDER BY number"


def _task(reading: Reading, room: int, ident: int, first_seen: str, gone_since: str | None, last: int) -> TaskDetails:
    seqs = [seq for (seq,) in reading.driver.execute(_VERSIONS, (room, ident))]
    entries = entries_at(reading, {*seqs, last})
    facts = entries[last]["payload"]["object"]
    assignee, by = account_of(facts), account_of(facts, "assigned_by_account")
    message = str(facts.get("message_id") or "")
    task = Task(
        task_id=TaskId(ident),
        room_id=RoomId(room),
        message_id=MessageId(message if message.isascii() and message.isdigit() else "0"),
        assignee=text(assignee.get("name")),
        assigned_by=text(by.get("name")),
        body=text(facts.get("body")),
        limit=sent_at(number(facts.get("limit_time"))),
        status=text(facts.get("status")),
        gone_since=time_or_none(gone_since),
        first_seen=from_text(first_seen),
        limit_type=text(facts.get("limit_type")),
    )
    return TaskDetails(task, tuple(_version(entries[seq]) for seq in seqs))


def _version(entry: EntryObject) -> TaskVersion:
    facts = entry["payload"]["object"]
    limit = sent_at(number(facts.get("limit_time")))
    return TaskVersion(text(facts.get("body")), limit, text(facts.get("status")), from_text(entry["observed_at"]))
