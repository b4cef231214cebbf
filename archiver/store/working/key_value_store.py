"""A key-value store of JSON values for later runs, read and written through slots: a working table, no evidence."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from archiver.store import schema
from archiver.store.time_text import to_text
from archiver.store.transactions import Reading, SmallStatement, Writing

T = TypeVar("T")

_RECALL = SmallStatement(select(schema.memory.c.value).where(schema.memory.c.key == bindparam("key")))
_FORGET = SmallStatement(delete(schema.memory).where(schema.memory.c.key == bindparam("key")))

_CONVERTING = threading.Lock()
"""msgspec 0.22 describes each type at its first use; where two threads do so at once, the process is gone (SIGSEGV)."""


def to_json(value: Any) -> Any:
    """A value as it is stored: times as text, objects by their fields, sets sorted, keys of mappings as text."""
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, AbstractSet):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(one) for one in value]
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    return value


def stored_text(sql: Connection, key: str) -> str | None:
    """What is stored under a key, as it is; None: nothing."""
    stored: str | None = _RECALL.value(sql, key=key)
    return stored


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """The place of one remembered value; all of them stand in `archiver.store.working.remembered_values`."""

    key: str
    shape: Any
    """The type of what is stored."""
    default: T
    """The value as long as none was written, or where what was written cannot be understood."""

    def recall(self, reading: Reading) -> T:
        """The remembered value, or the default."""
        stored = stored_text(reading.sql, self.key)
        if stored is None:
            return self.default
        try:
            with _CONVERTING:
                value: T = msgspec.convert(json.loads(stored), self.shape, str_keys=True)
        except ValueError:  # also what msgspec says of another shape
            return self.default
        return value

    def remember(self, writing: Writing, value: T | None) -> None:
        """Store a value; None deletes it."""
        if value is None:
            _FORGET.execute(writing.sql, key=self.key)
            return
        _REMEMBER.execute(writing.sql, key=self.key, value=json.dumps(to_json(value), sort_keys=True))


@dataclass(frozen=True, slots=True)
class SlotFamily(Generic[T]):
    """Slots of one kind, such as one for each room."""

    key: str
    """The common beginning of the keys, and in angle brackets what the rest of each is."""
    shape: Any
    default: T

    def of(self, member: int | str) -> Slot[T]:
        """The slot of one member."""
        return Slot(f"{self.key.partition('<')[0]}{member}", self.shape, self.default)


def upsert(table: Table) -> Insert:
    """A statement that inserts a row or changes the one with the same primary key."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


_REMEMBER = SmallStatement(upsert(schema.memory))
