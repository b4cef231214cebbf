"""Compares readable rows with the entries they were made of, while an export reads both.

A package is made from entries, but the user saw these rows on the screen. If the two differ, one of them was changed,
and nothing is exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from archiver import errors
from archiver.evidence.history import GONE_STATES, EntryObject, MessageHistory
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import IN_MEMORY, build_engine
from archiver.store.fingerprints import readable_text, storable_integer
from archiver.store.projection.project import project

_ROWS_AT_ONCE = 1_000

REPLAYED = (
    schema.file,
    schema.blob,
    schema.gap,
    schema.task,
    schema.task_version,
    schema.room,
    schema.person,
    schema.member,
)
"""Tables whose rows come from single entries; they are made again in memory and compared."""

_REPLAYED_KINDS = frozenset(
    (
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
    )
)


class MessageRows:
    """The rows of the messages of some rooms, walked beside their histories in the same order."""

    def __init__(self, reading: Reading, rooms: Iterable[int]) -> None:
        """Open both tables; messages come in the order of numeric id and room."""
        parameters = {"rooms": sorted(rooms)}
        self._messages = _select_rows(
            reading.sql,
            "SELECT position, room_id, message_id, account_id, name, send_time, update_time, state, kind, first_seen,"
            " changed_at, versions, seq FROM message WHERE room_id IN :rooms ORDER BY position, room_id",
            parameters,
        )
        self._versions = _select_rows(
            reading.sql,
            "SELECT position, room_id, number, body, update_time, first_seen, last_seen, seq FROM message_version"
            " WHERE room_id IN :rooms ORDER BY position, room_id, number",
            parameters,
        )
        self._version = next(self._versions, None)

    def check(self, entries: Sequence[EntryObject], history: MessageHistory | None) -> None:
        """Compare the next message; if `history` is None, it is not in the package. Raises RowsDisagree."""
        key = entries[0]["key"]
        position, room = int(key.partition("/")[2]), entries[0]["room_id"]
        row = next(self._messages, None)
        if self._version is not None and (self._version[0], self._version[1]) < (position, room):
            raise errors.RowsDisagree(subject=f"message/{self._version[0]}")
        if row is None or (row[0], row[1]) != (position, room):
            raise errors.RowsDisagree(subject=key)
        versions = self._versions_of(position, room)
        if history is not None and (tuple(row[2:]), versions) != (_message_row(history), _version_rows(history)):
            raise errors.RowsDisagree(subject=key)

    def check_end(self) -> None:
        """Raise RowsDisagree if a row is left over."""
        row = next(self._messages, None) or self._version
        if row is not None:
            raise errors.RowsDisagree(subject=f"message/{row[0]}")

    def _versions_of(self, position: int, room: int) -> list[tuple[object, ...]]:
        versions: list[tuple[object, ...]] = []
        while self._version is not None and (self._version[0], self._version[1]) == (position, room):
            versions.append(tuple(self._version[2:]))
            self._version = next(self._versions, None)
        return versions


def check_other_rows(reading: Reading, entries: Iterable[EntryObject], rooms: Iterable[int]) -> None:
    """Compare files, their bytes, gaps, tasks, members and rooms with all entries of these rooms.

    Raises RowsDisagree, which names the first row that differs, is missing or is extra.
    """
    engine = build_engine(IN_MEMORY, scratch=True)
    try:
        with engine.begin() as scratch:
            for definition in _definitions():
                scratch.exec_driver_sql(definition)
            project(scratch, [one for one in entries if one["kind"] in _REPLAYED_KINDS], lambda _key, _upto: [])
            for table in REPLAYED:
                _compare_rows(table, _rows_by_key(scratch, table, rooms), _rows_by_key(reading.sql, table, rooms))
    finally:
        engine.dispose()


@cache
def _definitions() -> list[str]:
    """The statements that make the readable tables, without their indexes."""
    return [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in schema.READABLE]


def _select_rows(sql: Connection, query: str, rooms: dict[str, list[int]]) -> Iterator[tuple[Any, ...]]:
    statement = text(query).bindparams(bindparam("rooms", expanding=True)).execution_options(yield_per=_ROWS_AT_ONCE)
    yield from (tuple(row) for row in sql.execute(statement, rooms))


def _message_row(history: MessageHistory) -> tuple[object, ...]:
    return (
        history.message_id,
        history.account_id,
        readable_text(history.name),
        storable_integer(history.send_time),
        storable_integer(history.update_time),
        history.state,
        history.kind,
        history.first_seen,
        history.changed_at,
        len(history.versions),
        history.entry_seq,
    )


def _version_rows(history: MessageHistory) -> list[tuple[object, ...]]:
    last = len(history.versions)
    return [
        (
            number,
            readable_text(span.body),
            storable_integer(span.update_time),
            span.first_seen,
            None if number == last and history.state not in GONE_STATES else span.last_seen,
            span.seq,
        )
        for number, span in enumerate(history.versions, 1)
    ]


def _rows_by_key(sql: Connection, table: Table, rooms: Iterable[int]) -> dict[tuple[object, ...], tuple[object, ...]]:
    keys = list(table.primary_key)
    rows = sql.execute(select(*keys, table).where(table.c.room_id.in_(sorted(rooms))).order_by(*keys))
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows}


def _compare_rows(
    table: Table,
    expected: dict[tuple[object, ...], tuple[object, ...]],
    stored: dict[tuple[object, ...], tuple[object, ...]],
) -> None:
    for key in [*expected, *stored]:
        if expected.get(key) != stored.get(key):
            raise errors.RowsDisagree(subject="/".join(str(part) for part in (table.name, *key)))
