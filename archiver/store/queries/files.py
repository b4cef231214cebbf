"""Files of rooms: which bytes are still to be fetched, and which are held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select, true

from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.clock import moment


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file whose bytes are not held, as listed, with what earlier attempts came to."""

    room_id: int
    file_id: int
    account_id: int
    size: int
    upload_time: int
    gone: bool
    """Chatwork's list does not show it any more."""
    attempts: int
    next_at: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How a room's files stand."""

    known: int
    saved: int
    pending: int
    lost: int


_FILE, _BLOB, _RETRY = schema.file.c, schema.blob.c, schema.retry.c

_SAVED = and_(
    _BLOB.state == "saved", _BLOB.listed_size == _FILE.size, _BLOB.listed_time == _FILE.upload_time
)
"""The bytes held are those now listed: a file replaced under the same id is fetched again (§15, 21)."""

_TRIED = and_(_RETRY.room_id == _FILE.room_id, _RETRY.file_id == _FILE.file_id)

_LOST = and_(_BLOB.state == "lost", _BLOB.listed_size == _FILE.size, _BLOB.listed_time == _FILE.upload_time)


_HELD = schema.file.outerjoin(schema.blob, and_(_BLOB.room_id == _FILE.room_id, _BLOB.file_id == _FILE.file_id))


def wanted(reading: Reading, rooms: set[int] | None, *, most: int) -> list[Wanted]:
    """Files of these rooms (None: all) whose bytes are neither held nor given up, newest first.

    One that was only too large is wanted again when the limit (`most`, bytes) was raised.
    """
    given_up = and_(_LOST, ~and_(_BLOB.reason == "too_large", _FILE.size <= most))
    query = (
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
        )
        .select_from(_HELD.outerjoin(schema.retry, _TRIED))
        .where(or_(_BLOB.state.is_(None), ~or_(_SAVED, given_up)))
        .order_by(_FILE.upload_time.desc(), _FILE.file_id.desc())
    )
    if rooms is not None:
        query = query.where(_FILE.room_id.in_(rooms))
    return [Wanted(*row) for row in reading.sql.execute(query)]


def counts(reading: Reading) -> dict[int, FileCounts]:
    """How the files of each room stand."""
    return _counts(reading, true())


def of_others(reading: Reading, owner: int) -> dict[int, FileCounts]:
    """How the files of each room stand that somebody else than the owner sent."""
    return _counts(reading, _FILE.account_id != owner)


def _counts(reading: Reading, meant: ColumnElement[bool]) -> dict[int, FileCounts]:
    rows = reading.sql.execute(
        select(
            _FILE.room_id,
            func.count(),
            func.sum(case((_SAVED, 1), else_=0)),
            func.sum(case((_LOST, 1), else_=0)),
        )
        .select_from(_HELD)
        .where(meant)
        .group_by(_FILE.room_id)
    )
    return {room: FileCounts(known, saved, known - saved - lost, lost) for room, known, saved, lost in rows}


def unheld(reading: Reading) -> list[Row[Any]]:
    """Files whose bytes are not held: room_id, file_id, account_id, name, size, lost, gone, reason."""
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
        .select_from(_HELD.outerjoin(schema.retry, _TRIED))
        .where(or_(_BLOB.state.is_(None), ~_SAVED))
    )
    return list(reading.sql.execute(query))


def is_due(file: Wanted, now: datetime) -> bool:
    """Whether the pause after the last attempt is over."""
    return file.next_at is None or moment(file.next_at) <= now
