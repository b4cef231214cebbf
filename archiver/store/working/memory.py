"""Working tables: what only the next run needs. None of it is evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from archiver.store import schema
from archiver.store.archive import Reading, Writing
from archiver.store.timestamps import moment, stamp


@dataclass(frozen=True, slots=True)
class Visit:
    """When a kind of thing was last read whole in a room, and Chatwork's counters then."""

    at: datetime
    counters: str


_VISITS = select(schema.visit)


def visits(reading: Reading) -> dict[tuple[int, str], Visit]:
    """Every visit, by room and kind."""
    rows = reading.sql.execute(_VISITS)
    return {(room, kind): Visit(moment(at), counters) for room, kind, at, counters in rows}


def put_visit(writing: Writing, room: int, kind: str, *, at: datetime, counters: str) -> None:
    """Remember that a kind was read whole."""
    values = {"room_id": room, "kind": kind, "at": stamp(at), "counters": counters}
    writing.sql.execute(_PUT_VISIT, values)


def put_retry(writing: Writing, room: int, file: int, *, attempts: int, next_at: datetime, reason: str) -> None:
    """Remember when to try a file again."""
    values = {"room_id": room, "file_id": file, "attempts": attempts, "next_at": stamp(next_at), "reason": reason}
    writing.sql.execute(_PUT_RETRY, values)


def drop_retry(writing: Writing, room: int, file: int) -> None:
    """Forget the attempts: the file is held or given up."""
    table = schema.retry
    writing.sql.execute(delete(table).where(table.c.room_id == room, table.c.file_id == file))


_REMEMBERED = select(schema.memory.c.value).where(schema.memory.c.key == bindparam("key"))
"""Made once: to put a query together takes longer than to answer it, and a quiet run asks many small ones."""


def recall(reading: Reading, key: str, default: Any = None) -> Any:
    """A remembered JSON value."""
    value = reading.sql.execute(_REMEMBERED, {"key": key}).scalar()
    return default if value is None else json.loads(value)


def remember(writing: Writing, key: str, value: Any) -> None:
    """Remember a JSON value; None forgets it."""
    if value is None:
        writing.sql.execute(delete(schema.memory).where(schema.memory.c.key == key))
        return
    writing.sql.execute(_REMEMBER, {"key": key, "value": json.dumps(value, sort_keys=True)})


def _upsert(table: Table) -> Insert:
    """Insert a row, or change the one that has its primary key."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


_REMEMBER, _PUT_VISIT, _PUT_RETRY = _upsert(schema.memory), _upsert(schema.visit), _upsert(schema.retry)
