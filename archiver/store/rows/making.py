"""What every maker of rows is given, and how it puts a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.dialects.sqlite import insert as upsert

from archiver.evidence.history import EntryObject
from archiver.store import schema

EntriesOf = Callable[[str, int], Sequence[EntryObject]]
"""Key and sequence number -> the entries of that key up to that number, oldest first."""

Maker = Callable[[Connection, Sequence[EntryObject], EntriesOf], None]
"""Brings one readable table (or two that belong together) up to date with entries, in order."""


def put(sql: Connection, table: Any, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows or replace the ones with the same primary key."""
    listed = list(rows)
    if not listed:
        return
    statement = upsert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in listed[0] if name not in keys}
    sql.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), listed)


def note(sql: Connection, entries: Sequence[EntryObject]) -> None:
    """Remember which entries of rooms can be events: not messages and files that are there for the first time."""
    if entries:
        rows = [{"room_id": entry["room_id"], "seq": entry["seq"]} for entry in entries]
        sql.execute(insert(schema.change), rows)


def id_of(entry: EntryObject) -> int:
    """The number at the end of an entry's key."""
    return int(entry["key"].rpartition("/")[2])
