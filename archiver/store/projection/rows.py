"""The signature of a maker of readable rows, and how makers insert and replace rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from archiver.evidence.history import EntryObject
from archiver.store import schema

EntriesOf = Callable[[str, int], Sequence[EntryObject]]
"""A function from a key and a sequence number to the entries of that key up to that number, oldest first."""

Maker = Callable[[Connection, Sequence[EntryObject], EntriesOf], None]
"""Brings one readable table (or two that belong together) up to date with entries, in order."""


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
    """Insert rows or replace the ones with the same primary key."""
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


def note_changes(sql: Connection, entries: Sequence[EntryObject]) -> None:
    """Record entries that can be events of a room; messages and files that are merely new are no events."""
    if entries:
        insert_rows(sql, schema.change, [{"room_id": entry["room_id"], "seq": entry["seq"]} for entry in entries])


def id_in_key(entry: EntryObject) -> int:
    """The number at the end of an entry's key."""
    return int(entry["key"].rpartition("/")[2])
