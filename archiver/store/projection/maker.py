"""What every maker of rows is given, and how it adds or puts rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert

from archiver.evidence.history import EntryObject
from archiver.store import schema

EntriesOf = Callable[[str, int], Sequence[EntryObject]]
"""Key and sequence number -> the entries of that key up to that number, oldest first."""

Maker = Callable[[Connection, Sequence[EntryObject], EntriesOf], None]
"""Brings one readable table (or two that belong together) up to date with entries, in order."""


def add(sql: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows that are not there yet; all have the same columns, two or more.

    The driver takes them as they are: with the many rows of a list, SQLAlchemy's way of handing them over costs as
    much as SQLite's of keeping them.
    """
    if rows:
        names = tuple(rows[0])
        sql.exec_driver_sql(_insert(table.name, names), list(map(itemgetter(*names), rows)))


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join("?" * len(names))})'  # noqa: S608 - names of the schema


def put(sql: Connection, table: Any, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows or replace the ones with the same primary key."""
    listed = list(rows)
    if not listed:
        return
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in listed[0] if name not in keys}
    sql.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), listed)


def note(sql: Connection, entries: Sequence[EntryObject]) -> None:
    """Remember which entries of rooms can be events: not messages and files that are there for the first time."""
    if entries:
        add(sql, schema.change, [{"room_id": entry["room_id"], "seq": entry["seq"]} for entry in entries])


def id_of(entry: EntryObject) -> int:
    """The number at the end of an entry's key."""
    return int(entry["key"].rpartition("/")[2])
