"""Makes readable rows again from the entries and compares them with those of the archive.

All tables are made in a temporary database that is thrown away; nothing is written into the archive. An export, which
is made from entries, compares the rows that it reads: the user saw them on the screen. If the two differ, one of them
was changed, and nothing is exported.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, func, or_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from archiver import errors
from archiver.evidence.chain import digest
from archiver.evidence.history import LIST_KINDS, EntryObject, MessageHistory
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.seals import SealChain, SealedDigests, SealRow
from archiver.records import State
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.durable_files import SEALS, list_files
from archiver.store.engine import IN_MEMORY, build_engine, driver_rows
from archiver.store.message_projection import message_row, version_rows
from archiver.store.projection import project
from archiver.store.queries import raw_tables
from archiver.store.queries.entries import IS_WHOLE, entries_where, last_seq

BATCH = 1_000

_STEPS_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine after which a limited check looks at the clock."""

Progress = Callable[[int], None]
"""A function that is called with the number of entries replayed so far."""


class RowDifference(NamedTuple):
    """A readable row that differs from what the entries give: `missing`, `extra` or `changed`.

    If the table is `entry`, the entry of that number cannot be replayed. `columns` are those that differ.
    """

    table: str
    key: tuple[object, ...]
    kind: str
    columns: tuple[str, ...] = ()


def row_differences(
    reading: Reading, *, batch: int = BATCH, progress: Progress | None = None
) -> Iterator[RowDifference]:
    """Replay every entry of the snapshot, then compare each readable table. Raises ArchiveDamaged, DiskFull."""
    with tempfile.TemporaryDirectory(prefix="archive-rebuild-", ignore_cleanup_errors=True) as folder:
        engine = build_engine(Path(folder) / "scratch.sqlite3", scratch=True)
        try:
            with engine.connect() as sql:
                sql.connection.cursor().execute("PRAGMA journal_mode = MEMORY")  # a failed batch can be rolled back
                with sql.begin():
                    schema.metadata.create_all(sql, tables=schema.READABLE)
                yield from _replay(reading, sql, batch, progress)
                for table in schema.READABLE:
                    yield from _compare_tables(reading, sql, table)
        finally:
            engine.dispose()


def integrity_problems(reading: Reading, *, seconds: float | None = None) -> list[str] | None:
    """What SQLite's own check finds wrong with the database; empty if nothing, None if it needs more than `seconds`."""
    connection = reading.sql.connection.driver_connection
    assert connection is not None
    until = None if seconds is None else monotonic() + seconds
    with raw_tables.damage_translated(reading):
        connection.set_progress_handler(lambda: until is not None and monotonic() > until, _STEPS_BETWEEN_LOOKS)
        try:
            problems = [str(text) for (text,) in connection.execute("PRAGMA integrity_check(20)")]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return None
        finally:
            connection.set_progress_handler(None, 0)
    return [] if problems == ["ok"] else problems


def altered_triggers(reading: Reading) -> list[str]:
    """Names of triggers on the table of entries that are missing, altered or foreign."""
    rows = reading.sql.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'"
    )
    present = {name: _collapse_spaces(statement) for name, statement in rows}
    expected = {name: _collapse_spaces(statement) for name, statement in schema.TRIGGERS.items()}
    return sorted(name for name in present.keys() | expected.keys() if present.get(name) != expected.get(name))


def _collapse_spaces(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


# --- replay ------------------------------------------------------------------------------------


def _replay(reading: Reading, sql: Connection, batch: int, progress: Progress | None) -> Iterator[RowDifference]:
    """Project all entries into the tables of another database; gives those it cannot."""
    rows, done = iter(raw_tables.entries(reading)), 0
    while chunk := list(islice(rows, batch)):
        entries = [entry for *_columns, line, _digest in chunk if (entry := _parse_line(line)) is not None]
        if not _apply(reading, sql, entries):
            yield from (
                RowDifference("entry", (entry["seq"],), "changed")
                for entry in entries
                if not _apply(reading, sql, [entry])
            )
        done += len(chunk)
        if progress is not None:
            progress(done)


def _apply(reading: Reading, sql: Connection, entries: Sequence[EntryObject]) -> bool:
    """Project entries; if one has an unexpected shape, change nothing and return False."""
    try:
        with sql.begin():
            project(sql, entries, lambda key, upto: _entries_of(reading, key, upto))
    except (SQLAlchemyError, LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return False
    return True


def _entries_of(reading: Reading, key: str, upto: int) -> list[EntryObject]:
    objects = (_parse_line(line) for line in raw_tables.lines_of(reading, key, upto))
    return [one for one in objects if one is not None]


def _parse_line(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None for a damaged line, which the checks of the entries report."""
    try:
        parsed = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and parsed.keys() >= {"kind", "seq"} else None


# --- comparison --------------------------------------------------------------------------------


def _compare_tables(
    reading: Reading, sql: Connection, table: Table, rooms: Iterable[int] | None = None
) -> Iterator[RowDifference]:
    """Walk through both tables, or their rows of these rooms, in the order of their keys, with one row of each held."""
    query, names, width = _rows_query(table, rooms)
    stored, rebuilt = raw_tables.rows(reading, query), raw_tables.rows(Reading(sql, reading.home), query)
    stored_row, rebuilt_row = next(stored, None), next(rebuilt, None)
    while stored_row is not None or rebuilt_row is not None:
        stored_key = _sort_key(stored_row, width)
        rebuilt_key = _sort_key(rebuilt_row, width)
        if stored_row is not None and (rebuilt_key is None or (stored_key is not None and stored_key < rebuilt_key)):
            yield RowDifference(table.name, _printable_key(stored_row[:width]), "extra")
            stored_row = next(stored, None)
        elif rebuilt_row is not None and (stored_key is None or (rebuilt_key is not None and rebuilt_key < stored_key)):
            yield RowDifference(table.name, _printable_key(rebuilt_row[:width]), "missing")
            rebuilt_row = next(rebuilt, None)
        else:
            assert stored_row is not None
            assert rebuilt_row is not None
            if stored_row != rebuilt_row:
                columns = tuple(name for name, a, b in zip(names, stored_row, rebuilt_row, strict=True) if a != b)
                yield RowDifference(table.name, _printable_key(stored_row[:width]), "changed", columns)
            stored_row, rebuilt_row = next(stored, None), next(rebuilt, None)


def _rows_query(table: Table, rooms: Iterable[int] | None) -> tuple[str, list[str], int]:
    """A query for the rows by primary key, the key's columns first. Texts come as bytes, as they may be damaged."""
    keys = [column.name for column in table.primary_key]
    names = keys + [column.name for column in table.columns if column.name not in keys]
    columns = ", ".join(
        f'CASE typeof("{name}") WHEN \'text\' THEN CAST("{name}" AS BLOB) ELSE "{name}" END' for name in names
    )
    order = ", ".join(f'"{name}"' for name in keys)
    where = "" if rooms is None or "room_id" not in keys else f"WHERE room_id IN ({', '.join(map(str, sorted(rooms)))})"
    query = f'SELECT {columns} FROM "{table.name}" {where} ORDER BY {order}'  # noqa: S608 - our own names and numbers
    return query, names, len(keys)


def _sort_key(row: tuple[Any, ...] | None, width: int) -> tuple[tuple[int, Any], ...] | None:
    """The key of a row in SQLite's order: null, numbers, texts."""
    if row is None:
        return None
    return tuple(
        (0, 0) if value is None else (2, value) if isinstance(value, bytes) else (1, value) for value in row[:width]
    )


def _printable_key(key: tuple[Any, ...]) -> tuple[object, ...]:
    return tuple(one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in key)


REPLAYED = (
    schema.file,
    schema.blob,
    schema.gap,
    schema.task,
    schema.task_version,
    schema.room,
    schema.person,
    schema.member,
    schema.contract,
    schema.window,
    schema.coverage,
)
"""Tables whose rows come from entries other than messages; they are made again in memory and compared."""

_REPLAYED_KINDS = (
    "file",
    "blob",
    "gap",
    "gap.narrowed",
    "gap.closed",
    "task",
    "room",
    "room.inaccessible",
    "room.accessible",
    "account",
    "member",
    *LIST_KINDS,
)


class MessageRows:
    """The rows of the messages of some rooms, walked beside their histories in the same order."""

    def __init__(self, reading: Reading, rooms: Iterable[int]) -> None:
        """Open both tables; messages come in the order of numeric id and room."""
        self._messages = _select_rows(reading.sql, schema.message, rooms)
        self._versions = _select_rows(reading.sql, schema.message_version, rooms)
        self._version = next(self._versions, None)

    def check(self, entries: Sequence[EntryObject], history: MessageHistory | None) -> None:
        """Compare the next message; if `history` is None, it is not in the package. Raises RowsDisagree."""
        key = entries[0]["key"]
        position, room = int(key.partition("/")[2]), entries[0]["room_id"]
        row = next(self._messages, None)
        if self._version is not None and _place(self._version) < (position, room):
            raise errors.RowsDisagree(subject=f"message/{self._version[1]}")
        if row is None or _place(row) != (position, room):
            raise errors.RowsDisagree(subject=key)
        versions = []
        while self._version is not None and _place(self._version) == (position, room):
            versions.append(self._version)
            self._version = next(self._versions, None)
        if history is not None:
            was_edited = len(entries) > 1 and any(one["payload"]["state"] == State.EDITED for one in entries)
            expected = message_row(position, history, was_edited=was_edited), version_rows(position, history)
            if (row, versions) != expected:
                raise errors.RowsDisagree(subject=key)

    def check_end(self) -> None:
        """Raise RowsDisagree if a row is left over."""
        row = next(self._messages, None) or self._version
        if row is not None:
            raise errors.RowsDisagree(subject=f"message/{row[1]}")


_json_text = json.JSONEncoder(ensure_ascii=False).encode
_NAME, _ROOM = '"key":{},"kind":"{}","observed_at":"', ',"room_id":{},"salt":"'
"""What a line says of its columns; in what somebody typed no quotation mark stands alone."""


def check_records(reading: Reading, rooms: Collection[int]) -> None:
    """Compare each record of these rooms, and of none, with its digest, and that with the seal that closes it.

    Of these rooms is what its line says to be, wherever its columns put it.
    The records of a seal whose file is lost or altered are compared with their digests alone. Raises RecordDiffers, and
    NotAsSealed, which name the first record or seal.
    """
    verification, folder = Verification(), reading.home / SEALS
    seals = [SealRow(*row) for row in raw_tables.seals(reading)]
    last, last_sealed = (seals[-1].number, seals[-1].last) if seals else (0, 0)
    names = [one.name for one in list_files(folder) if one.number <= last]
    chain = SealChain(verification, names, lambda name: (folder / name).read_bytes(), seals)
    sealed = SealedDigests(chain.ranges())
    table = schema.entry.c
    said = (func.instr(table.line, _ROOM.format(room)) > 0 for room in rooms)
    is_of_rooms = or_(table.room_id.in_(sorted(rooms)), table.room_id.is_(None), *said)
    query = select(table.seq, table.key, table.kind, table.room_id, table.line, table.digest)
    query = query.where(is_of_rooms, IS_WHOLE).order_by(table.seq)
    for seq, key, kind, room, line, kept in driver_rows(reading.sql, query):
        if digest(line) != kept:
            raise errors.RecordDiffers(subject=key)
        is_sealed = sealed.digest_of(seq) in (kept, None) and (seq > last_sealed or sealed.seal_of(seq) is not None)
        is_in_place = _ROOM.format(room or "null") in line and _NAME.format(_json_text(key), kind) in line
        if not is_sealed or not is_in_place:
            raise errors.NotAsSealed(subject=key)
    sealed.close()
    broken = (one.subject for one in verification.findings if one.check in ("seal-chain", "seal-row"))
    for subject in (*broken, *_missing_entries(reading)):
        raise errors.NotAsSealed(subject=subject)


def _missing_entries(reading: Reading) -> Iterator[str]:
    """The first number of which there is no entry, though there is a later one."""
    if raw_tables.count(reading, "entry") != last_seq(reading):
        numbers = raw_tables.rows(reading, "SELECT seq FROM entry ORDER BY seq")
        yield next(f"entry/{expected}" for expected, (seq,) in enumerate(numbers, 1) if seq != expected)


def check_other_rows(reading: Reading, rooms: Collection[int]) -> None:
    """Compare all rows of these rooms but those of messages, and the contracts, with their entries.

    Raises RowsDisagree, which names the first row that differs, is missing or is extra.
    """
    table, engine = schema.entry.c, build_engine(IN_MEMORY, scratch=True)
    is_of_rooms = and_(table.room_id.in_(sorted(rooms)), table.kind.in_(_REPLAYED_KINDS))
    entries = entries_where(reading, or_(is_of_rooms, table.kind == "contract"), IS_WHOLE)
    try:
        with engine.begin() as scratch:
            for definition in _definitions():
                scratch.exec_driver_sql(definition)
            while chunk := list(islice(entries, BATCH)):
                project(scratch, chunk, lambda _key, _upto: [])
            for readable in REPLAYED:
                for row in _compare_tables(reading, scratch, readable, rooms):
                    raise errors.RowsDisagree(subject="/".join(map(str, (row.table, *row.key))))
    finally:
        engine.dispose()


@cache
def _definitions() -> list[str]:
    """The statements that make the readable tables, without their indexes."""
    return [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in schema.READABLE]


def _select_rows(sql: Connection, table: Table, rooms: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of messages or of their versions, in the order of numeric id and room."""
    query = select(table).where(table.c.room_id.in_(sorted(rooms)))
    query = query.order_by(table.c.position, table.c.room_id, *list(table.primary_key)[2:])
    return driver_rows(sql, query)


def _place(row: tuple[Any, ...]) -> tuple[int, int]:
    return row[1], row[0]
