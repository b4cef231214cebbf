"""A key-value store of JSON values that later runs need: a working table, no evidence."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from archiver.store import schema
from archiver.store.archive import Reading, Writing

_RECALL = select(schema.memory.c.value).where(schema.memory.c.key == bindparam("key"))
"""This query is built once: building it takes longer than answering it, and a quiet run asks many small ones."""


def recall(reading: Reading, key: str, default: Any = None) -> Any:
    """The value of a key, or `default`."""
    value = reading.sql.execute(_RECALL, {"key": key}).scalar()
    return default if value is None else json.loads(value)


def remember(writing: Writing, key: str, value: Any) -> None:
    """Store a JSON value under a key; None deletes the key."""
    if value is None:
        writing.sql.execute(delete(schema.memory).where(schema.memory.c.key == key))
        return
    writing.sql.execute(_REMEMBER, {"key": key, "value": json.dumps(value, sort_keys=True)})


def upsert(table: Table) -> Insert:
    """A statement that inserts a row or changes the one with the same primary key."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


_REMEMBER = upsert(schema.memory)
