"""When each list of a room was last read completely, and when the download of a file is retried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from archiver.store import schema
from archiver.store.time_text import from_text, to_text
from archiver.store.transactions import Reading, SmallStatement, Writing
from archiver.store.working.key_value_store import upsert


@dataclass(frozen=True, slots=True)
class Visit:
    """When a list of a room was last read completely, and Chatwork's counters at that time."""

    at: datetime
    counters: str


_VISITS = SmallStatement(select(schema.visit))
_PUT_VISIT = SmallStatement(upsert(schema.visit))
_PUT_RETRY = upsert(schema.retry)


def last_visits(reading: Reading) -> dict[tuple[int, str], Visit]:
    """Every visit, by room and kind of list."""
    return {(room, kind): Visit(from_text(at), counters) for room, kind, at, counters in _VISITS.rows(reading.sql)}


def put_visit(writing: Writing, room: int, kind: str, *, at: datetime, counters: str) -> None:
    """Store that a list was read completely."""
    _PUT_VISIT.execute(writing.sql, room_id=room, kind=kind, at=to_text(at), counters=counters)


def forget_counters(writing: Writing, room: int, kinds: Collection[str]) -> None:
    """Let lists of a room count as moved, until each is read again."""
    visit = schema.visit
    if kinds:
        of_kinds = visit.c.room_id == room, visit.c.kind.in_(kinds)
        writing.sql.execute(update(visit).where(*of_kinds).values(counters=""))


def put_retry(writing: Writing, room: int, file: int, *, attempts: int, next_at: datetime, reason: str) -> None:
    """Store when to retry the download of a file."""
    values = {"room_id": room, "file_id": file, "attempts": attempts, "next_at": to_text(next_at), "reason": reason}
    writing.sql.execute(_PUT_RETRY, values)


def drop_retry(writing: Writing, room: int, file: int) -> None:
    """Delete the retry of a file that is saved or given up."""
    table = schema.retry
    writing.sql.execute(delete(table).where(table.c.room_id == room, table.c.file_id == file))
