"""Files of rooms: those still to be downloaded, those saved, and their counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Row, and_, bindparam, case, false, func, or_, select

from archiver.store import schema
from archiver.store.time_text import from_text
from archiver.store.transactions import Reading, SmallStatement


class WantedFile(NamedTuple):
    """A file whose bytes are not saved, as listed, with the result of earlier attempts."""

    room_id: int
    file_id: int
    account_id: int
    size: int
    upload_time: int
    gone: bool
    """Whether Chatwork's list does not show it any more."""
    attempts: int
    next_at: str | None
    reason: str | None
    given_up: bool = False
    """Whether it had been given up and is tried only because everything is to be tried again."""


class FileCounts(NamedTuple):
    """Counts of a room's files: known, saved, still to be downloaded, and lost."""

    known: int
    saved: int
    pending: int
    lost: int


_FILE, _BLOB, _RETRY = schema.file.c, schema.blob.c, schema.retry.c

_SAVED = and_(_BLOB.state == "saved", _BLOB.listed_size == _FILE.size, _BLOB.listed_time == _FILE.upload_time)
"""The saved bytes are those now listed: a file replaced under the same id is downloaded again (§15, 21)."""

_TRIED = and_(_RETRY.room_id == _FILE.room_id, _RETRY.file_id == _FILE.file_id)

_LOST = and_(
    _BLOB.state == "lost",
    _BLOB.listed_size == _FILE.size,
    _BLOB.listed_time == _FILE.upload_time,
    _RETRY.file_id.is_(None),
)
"""Given up, and not being retried: a file that is retried counts as still to be downloaded."""

_FILES_WITH_BYTES = schema.file.outerjoin(
    schema.blob, and_(_BLOB.room_id == _FILE.room_id, _BLOB.file_id == _FILE.file_id)
).outerjoin(schema.retry, _TRIED)


_TOO_LARGE = and_(_BLOB.reason == "too_large", _FILE.size > bindparam("size_limit"))
_GIVEN_UP = and_(_LOST, or_(_BLOB.reason != "too_large", _TOO_LARGE))
_LEFT = and_(_GIVEN_UP, or_(_TOO_LARGE, ~bindparam("again", type_=Boolean)))

_WANTED = SmallStatement(
    select(
        _FILE.room_id,
        _FILE.file_id,
        _FILE.account_id,
        _FILE.size,
        _FILE.upload_time,
        (_FILE.state == "gone").label("gone"),
        func.coalesce(_RETRY.attempts, 0).label("attempts"),
        _RETRY.next_at,
        _RETRY.reason,
        func.coalesce(_GIVEN_UP, false()).label("given_up"),
    )
    .select_from(_FILES_WITH_BYTES)
    .where(or_(_BLOB.state.is_(None), ~or_(_SAVED, _LEFT)))
    .order_by(_FILE.upload_time.desc(), _FILE.file_id.desc())
)


def wanted_files(reading: Reading, rooms: set[int] | None, *, size_limit: int, again: bool = False) -> list[WantedFile]:
    """Files of these rooms (None: all) whose bytes are neither saved nor given up, newest first.

    A file that was only too large is included when the limit (`size_limit`, bytes) was raised; `again` includes
    whatever is not saved and not too large.
    """
    files = (WantedFile(*row) for row in _WANTED.rows(reading.sql, size_limit=size_limit, again=again))
    return [one for one in files if rooms is None or one.room_id in rooms]


def file_counts(reading: Reading) -> dict[int, FileCounts]:
    """The counts of files, by room."""
    rows = _COUNTS.rows(reading.sql)
    return {room: FileCounts(known, saved, known - saved - lost, lost) for room, known, saved, lost in rows}


_COUNTS = SmallStatement(
    select(
        _FILE.room_id,
        func.count(),
        func.sum(case((_SAVED, 1), else_=0)),
        func.sum(case((_LOST, 1), else_=0)),
    )
    .select_from(_FILES_WITH_BYTES)
    .group_by(_FILE.room_id)
)


def unheld_files(reading: Reading) -> list[Row[Any]]:
    """Files whose bytes are not saved: room_id, file_id, account_id, name, size, lost, gone, reason."""
    query = (
        select(
            _FILE.room_id,
            _FILE.file_id,
            _FILE.account_id,
            _FILE.name,
            _FILE.size,
            func.coalesce(_LOST, false()).label("lost"),
            (_FILE.state == "gone").label("gone"),
            case((_LOST, _BLOB.reason), else_=_RETRY.reason).label("reason"),
        )
        .select_from(_FILES_WITH_BYTES)
        .where(or_(_BLOB.state.is_(None), ~_SAVED))
    )
    return list(reading.sql.execute(query))


def held_files(reading: Reading) -> set[tuple[int, int]]:
    """Files whose bytes are saved as they are now listed: room_id, file_id."""
    query = select(_FILE.room_id, _FILE.file_id).select_from(_FILES_WITH_BYTES).where(_SAVED)
    return {(int(room), int(file)) for room, file in reading.sql.execute(query)}


LONGEST_RETRY_PAUSE = timedelta(days=3)
"""The longest pause between two attempts to download a file."""


def is_due(file: WantedFile, now: datetime) -> bool:
    """Whether the pause after the last attempt is over. One that is too long was made by a wrong clock."""
    return file.next_at is None or not timedelta() < from_text(file.next_at) - now <= LONGEST_RETRY_PAUSE
