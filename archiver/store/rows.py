"""Inserts and replaces rows of any table, and keeps JSON values for later runs in one: no evidence, read by slots."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, delete, func, select

from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, Writing
from archiver.store.time_text import to_text

T = TypeVar("T")


def by_room(places: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Room → the ids of messages in it, of places given as room and id."""
    found: dict[int, set[int]] = {}
    for room, message in places:
        found.setdefault(room, set()).add(message)
    return found


def insert_rows(sql: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert new rows, all with the same two or more columns.

    They go to the driver directly: for the many rows of a list, SQLAlchemy would take as long as SQLite itself.
    """
    if rows:
        names = tuple(rows[0])
        insert_values(sql, table, names, list(map(itemgetter(*names), rows)))


def insert_values(sql: Connection, table: Table, names: tuple[str, ...], values: Sequence[tuple[Any, ...]]) -> None:
    """Insert new rows, at least one, given as the values of these columns."""
    sql.exec_driver_sql(_insert_statement(table.name, names), list(values))


@cache
def _insert_statement(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(names))})'  # noqa: S608 - names of the schema


def upsert_rows(sql: Connection, table: Table, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows or change the ones with the same primary key."""
    values = list(rows)
    if values:
        names = tuple(values[0])
        sql.exec_driver_sql(_upsert_statement(table, names), list(map(itemgetter(*names), values)))


@cache
def _upsert_statement(table: Table, names: tuple[str, ...]) -> str:
    """Made once, and for the driver: SQLAlchemy takes longer than SQLite to carry it out."""
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f"{_insert_statement(table.name, names)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"


def among(column: Column[Any], values: Iterable[int | str]) -> ColumnElement[bool]:
    """The condition that a column has one of these values, however many: they are one parameter."""
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(each.c.value))


_RECALL = SmallStatement(select(schema.memory.c.value).where(schema.memory.c.key == bindparam("key")))
_FORGET = SmallStatement(delete(schema.memory).where(schema.memory.c.key == bindparam("key")))
_CONVERTING = threading.Lock()
"""msgspec 0.22 describes each type at its first use; where two threads do so at once, the process is gone (SIGSEGV)."""


def stored_text(sql: Connection, key: str) -> str | None:
    """What is stored under a key, as it is; None: nothing."""
    stored: str | None = _RECALL.value(sql, key=key)
    return stored


def _time(at: date) -> str:
    return to_text(at) if isinstance(at, datetime) else at.isoformat()


class Slot(NamedTuple, Generic[T]):
    """The place of one remembered value; all of them stand in `archiver.store.working.remembered_values`."""

    key: str
    """Of one of many, such as one for each room, it ends in what the rest is, in angle brackets (`of`)."""
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
        with _CONVERTING:
            plain = msgspec.to_builtins(value, str_keys=True, order="sorted", builtin_types=(date, datetime))
        text = json.dumps(plain, sort_keys=True, default=_time)
        upsert_rows(writing.sql, schema.memory, [{"key": self.key, "value": text}])

    def of(self, member: int | str) -> Slot[T]:
        """The slot of one of many."""
        return self._replace(key=f"{self.key.partition('<')[0]}{member}")
