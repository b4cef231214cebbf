"""Attachments of rooms for the viewer: the newest first, of a message, or a single one with its bytes.

The records are those of a package, but files that were replaced under their id appear once, as listed now.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from heapq import merge
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, number, text
from archiver.evidence.tables.files_and_tasks import NOT_YET, REASONS
from archiver.letter_folding import fold
from archiver.records import AccountId, Attachment, FileId, MessageId, RoomId
from archiver.store.archive import Reading
from archiver.store.blobs import FOLDER
from archiver.store.engine import driver_connection
from archiver.store.queries.entries import entries_at
from archiver.store.time_text import from_text, sent_at, time_or_none

LOOKED_AT = 10_000
"""Files that are read for one page: a rare name in a room of very many files takes several pages."""

_SHA256 = re.compile("[0-9a-f]{64}")


class FileState(StrEnum):
    """Whether the bytes are saved; `gone` means that Chatwork no longer lists the file, whether or not they are."""

    HELD = "held"
    PENDING = "pending"
    LOST = "lost"
    GONE = "gone"


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
    """`held`, `pending` or `lost`; a file that is gone has `attachment.gone_since`."""
    reason: str | None
    """The recorded reason why it is not saved (`too_large`); None if no attempt failed."""


class FilePage(NamedTuple):
    """A page of files."""

    files: list[FileDetails]
    next: FilePageKey | None
    """`older_than` of the next page; None if there are no more."""


class Blob(NamedTuple):
    """The saved bytes of a file, and the file's name."""

    sha256: str
    name: str
    """Untrusted text."""
    size: int


def page(
    reading: Reading,
    rooms: Collection[int],
    *,
    name: str = "",
    state: FileState | None = None,
    older_than: FilePageKey | None = None,
    limit: int = 50,
) -> FilePage:
    """The newest files of these rooms whose names contain `name` and that are in `state`, at most `limit`."""
    source, rows, folded_name, last = driver_connection(reading.sql), list[_FileRow](), fold(name), None
    newest_first = merge(*(_walk(source, room, older_than) for room in set(rooms)), key=_page_key, reverse=True)
    for looked_at, row in enumerate(newest_first):
        if len(rows) == limit or looked_at == LOOKED_AT:
            return FilePage(_files(source, rows), last)
        last = _page_key(row)
        is_gone = state is FileState.GONE and row.gone_since is not None
        if (state is None or is_gone or state is _state(row)) and (not folded_name or folded_name in fold(row.name)):
            rows.append(row)
    return FilePage(_files(source, rows), None)


def by_message(reading: Reading, room: int, messages: Iterable[MessageId]) -> dict[MessageId, tuple[Attachment, ...]]:
    """The files of these messages of a room, the oldest first; messages without files are left out."""
    source = driver_connection(reading.sql)
    found = {}
    for message in messages:
        rows = [_FileRow(*row) for row in source.execute(_OF_MESSAGE, (room, message))]
        if rows:
            found[message] = tuple(one.attachment for one in _files(source, rows))
    return found


def file_details(reading: Reading, room: int, file_id: int) -> FileDetails | None:
    """One file in any state; None if the room has no file of this id."""
    source = driver_connection(reading.sql)
    row = _row_of(source, room, file_id)
    return None if row is None else _files(source, [row])[0]


def blob(reading: Reading, room: int, file_id: int) -> Blob | None:
    """The saved bytes of a file as listed now; None if they are not saved or there is no such file."""
    row = _row_of(driver_connection(reading.sql), room, file_id)
    if row is None or row.sha256 is None or _state(row) is not FileState.HELD:
        return None
    return Blob(row.sha256, row.name, row.saved_size or 0)


def _row_of(source: sqlite3.Connection, room: int, file_id: int) -> _FileRow | None:
    rows = source.execute(_ONE, (room, file_id)).fetchall() if 0 <= file_id < 2**63 else []
    return _FileRow(*rows[0]) if rows else None


# --- rows ----------------------------------------------------------------------------------------


class _FileRow(NamedTuple):
    room_id: int
    file_id: int
    name: str
    upload_time: int
    state: str
    gone_since: str | None
    seq: int
    blob_state: str | None
    """None if nothing was saved or given up of the file as now listed."""
    sha256: str | None
    saved_size: int | None
    saved_at: str | None
    lost_because: str | None
    waits_because: str | None
    attempts: int | None


_QUERY = """
    SELECT f.room_id, f.file_id, f.name, f.upload_time, f.state, f.gone_since, f.seq,
        b.state, b.sha256, b.size, b.saved_at, b.reason, r.reason, r.attempts
    FROM file f
    LEFT JOIN blob b ON b.room_id = f.room_id AND b.file_id = f.file_id
        AND b.listed_size = f.size AND b.listed_time = f.upload_time
    LEFT JOIN retry r ON r.room_id = f.room_id AND r.file_id = f.file_id
    WHERE f.room_id = ?
"""
_NEWEST = f"{_QUERY} AND (f.upload_time, f.file_id) < (?, ?) ORDER BY f.upload_time DESC, f.file_id DESC"
# With "+" it is found by the message; to be in order, SQLite would go through all files of the chat.
_OF_MESSAGE = f"{_QUERY} AND f.message_id = ? ORDER BY +f.upload_time, f.file_id"
_ONE = f"{_QUERY} AND f.file_id = ?"


def _walk(source: sqlite3.Connection, room: int, older_than: FilePageKey | None) -> Iterator[_FileRow]:
    """The files of one room from a page key on, the newest first."""
    if older_than is None:
        bounds = (2**63 - 1, 2**63 - 1)
    else:  # of files of the same time and id, that of the greater room came first
        bounds = (older_than.upload_time, older_than.file_id + (room < older_than.room_id))
    return (_FileRow(*row) for row in source.execute(_NEWEST, (room, *bounds)))


def _page_key(row: _FileRow) -> FilePageKey:
    return FilePageKey(row.upload_time, row.file_id, row.room_id)


def _state(row: _FileRow) -> FileState:
    """The state of a file's bytes, as `queries.room_holdings` counts them."""
    if row.blob_state == "saved" and row.sha256 is not None and _SHA256.fullmatch(row.sha256):
        return FileState.HELD
    return FileState.LOST if row.blob_state == "lost" and row.attempts is None else FileState.PENDING


def _files(source: sqlite3.Connection, rows: list[_FileRow]) -> list[FileDetails]:
    entries = entries_at(source, [row.seq for row in rows])
    return [_file(row, entries[row.seq]) for row in rows]


def _file(row: _FileRow, entry: EntryObject) -> FileDetails:
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
        name=text(listed.get("filename")),
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
