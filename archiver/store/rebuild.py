"""Makes the readable tables again from the entries alone, beside the archive, and compares row by row.

What it makes lies in a folder for temporary files and is thrown away. It writes nothing into the archive.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table
from sqlalchemy.exc import SQLAlchemyError

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import build_engine
from archiver.store.projection.project import project
from archiver.store.queries import raw_tables

BATCH = 1_000

Progress = Callable[[int], None]
"""Told how many entries have been replayed."""


class RowDifference(NamedTuple):
    """A readable row that differs from what the entries give: `missing`, `extra` or `changed`.

    `entry` in place of a table: the entry of that number cannot be replayed. `columns` are those that differ.
    """

    table: str
    key: tuple[object, ...]
    kind: str
    columns: tuple[str, ...] = ()


def differences(
    reading: Reading, *, batch: int = BATCH, scratch: Path | None = None, progress: Progress | None = None
) -> Iterator[RowDifference]:
    """Replay every entry of the snapshot, then compare each readable table. Raises ArchiveDamaged, DiskFull.

    `scratch` is the folder in which a temporary one is made; None = the system's.
    """
    with tempfile.TemporaryDirectory(prefix="archive-rebuild-", dir=scratch, ignore_cleanup_errors=True) as folder:
        engine = build_engine(Path(folder) / "scratch.sqlite3", scratch=True)
        try:
            with engine.connect() as sql:
                _prepare(sql)
                yield from _replay(reading, sql, batch=batch, progress=progress)
                for table in schema.READABLE:
                    yield from _compare(reading, sql, table)
        finally:
            engine.dispose()


def integrity(reading: Reading) -> list[str]:
    """What SQLite itself finds wrong with the database; empty if nothing."""
    with raw_tables.damage_translated(reading):
        cursor = reading.sql.connection.cursor()
        found = [str(text) for (text,) in cursor.execute("PRAGMA integrity_check(20)")]
    return [] if found == ["ok"] else found


def altered_triggers(reading: Reading) -> list[str]:
    """Names of the triggers that keep entries append-only and are not there as made, or that do not belong there."""
    rows = reading.sql.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'"
    )
    there = {name: _bare(statement) for name, statement in rows}
    made = {name: _bare(statement) for name, statement in schema.TRIGGERS.items()}
    return sorted(name for name in there.keys() | made.keys() if there.get(name) != made.get(name))


def _bare(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


# --- replay ------------------------------------------------------------------------------------


def _prepare(sql: Connection) -> None:
    """Empty readable tables; a journal in memory, so that a batch that fails can be taken back."""
    sql.connection.cursor().execute("PRAGMA journal_mode = MEMORY")
    with sql.begin():
        schema.metadata.create_all(sql, tables=schema.READABLE)


def _replay(reading: Reading, sql: Connection, *, batch: int, progress: Progress | None) -> Iterator[RowDifference]:
    rows, done = raw_tables.entries(reading), 0
    while part := list(islice(rows, batch)):
        told = [found for row in part if (found := _object(row[6])) is not None]
        if not _apply(reading, sql, told):
            yield from (
                RowDifference("entry", (one["seq"],), "changed") for one in told if not _apply(reading, sql, [one])
            )
        done += len(part)
        if progress is not None:
            progress(done)


def _apply(reading: Reading, sql: Connection, entries: Sequence[EntryObject]) -> bool:
    """Bring the rows up to date, or leave them as they were and return False: an entry has another shape."""
    try:
        with sql.begin():
            project(sql, entries, lambda key, upto: _entries_of(reading, key, upto))
    except (SQLAlchemyError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return False
    return True


def _entries_of(reading: Reading, key: str, upto: int) -> list[EntryObject]:
    found = (_object(line) for line in raw_tables.lines_of(reading, key, upto))
    return [one for one in found if one is not None]


def _object(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None for a damaged one, which the checks of the entries name."""
    try:
        told = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and "kind" in told else None


# --- comparison --------------------------------------------------------------------------------


def _compare(reading: Reading, sql: Connection, table: Table) -> Iterator[RowDifference]:
    """Walk through both tables in the order of their keys, one row of each in memory."""
    query, names, width = _query(table)
    held, made = raw_tables.rows(reading, query), raw_tables.rows(Reading(sql, reading.home), query)
    one, other = next(held, None), next(made, None)
    while one is not None or other is not None:
        place = _order(one, width)
        against = _order(other, width)
        if one is not None and (against is None or (place is not None and place < against)):
            yield RowDifference(table.name, _shown(one[:width]), "extra")
            one = next(held, None)
        elif other is not None and (place is None or (against is not None and against < place)):
            yield RowDifference(table.name, _shown(other[:width]), "missing")
            other = next(made, None)
        else:
            assert one is not None
            assert other is not None
            if one != other:
                columns = tuple(name for name, a, b in zip(names, one, other, strict=True) if a != b)
                yield RowDifference(table.name, _shown(one[:width]), "changed", columns)
            one, other = next(held, None), next(made, None)


def _query(table: Table) -> tuple[str, list[str], int]:
    """A query for all rows by primary key, the key's columns first; texts as bytes, as they may be damaged."""
    keys = [column.name for column in table.primary_key]
    names = keys + [column.name for column in table.columns if column.name not in keys]
    columns = ", ".join(
        f'CASE typeof("{name}") WHEN \'text\' THEN CAST("{name}" AS BLOB) ELSE "{name}" END' for name in names
    )
    order = ", ".join(f'"{name}"' for name in keys)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY {order}', names, len(keys)  # noqa: S608 - our own names


def _order(row: tuple[Any, ...] | None, width: int) -> tuple[tuple[int, Any], ...] | None:
    """The key of a row in SQLite's order: null, numbers, texts."""
    if row is None:
        return None
    return tuple((0, 0) if one is None else (2, one) if isinstance(one, bytes) else (1, one) for one in row[:width])


def _shown(key: tuple[Any, ...]) -> tuple[object, ...]:
    return tuple(one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in key)
