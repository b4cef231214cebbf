"""Readable rows compared with the entries they name, while an export reads both.

A package is made from entries; these rows are what the user saw on the screen. If the two differ, somebody
changed one of them, and nothing is handed out before that is understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, text

from archiver import errors
from archiver.evidence.history import GONE, EntryObject, MessageHistory
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import build_engine
from archiver.store.fingerprints import readable, storable
from archiver.store.projection.project import project

_AT_ONCE = 1_000

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
"""Tables whose rows come from single entries: they are made again in memory and compared."""

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
        """Open both tables; messages come by numeric id, then room."""
        listed = {"rooms": sorted(rooms)}
        self._messages = _ordered(
            reading.sql,
            "SELECT position, room_id, message_id, account_id, name, send_time, update_time, state, first_seen,"
            " changed_at, versions, seq FROM message WHERE room_id IN :rooms ORDER BY position, room_id",
            listed,
        )
        self._versions = _ordered(
            reading.sql,
            "SELECT position, room_id, number, body, update_time, first_seen, last_seen, seq FROM message_version"
            " WHERE room_id IN :rooms ORDER BY position, room_id, number",
            listed,
        )
        self._version = next(self._versions, None)

    def check(self, entries: Sequence[EntryObject], history: MessageHistory | None) -> None:
        """Compare the next message; None: it is outside the package and only passed. Raises RowsDisagree."""
        key = entries[0]["key"]
        position, room = int(key.partition("/")[2]), entries[0]["room_id"]
        row = next(self._messages, None)
        if self._version is not None and (self._version[0], self._version[1]) < (position, room):
            raise errors.RowsDisagree(subject=f"message/{self._version[0]}")
        if row is None or (row[0], row[1]) != (position, room):
            raise errors.RowsDisagree(subject=key)
        versions = self._versions_of(position, room)
        if history is not None and (tuple(row[2:]), versions) != (_message(history), _spans(history)):
            raise errors.RowsDisagree(subject=key)

    def end(self) -> None:
        """No row may be left over. Raises RowsDisagree."""
        row = next(self._messages, None) or self._version
        if row is not None:
            raise errors.RowsDisagree(subject=f"message/{row[0]}")

    def _versions_of(self, position: int, room: int) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        while self._version is not None and (self._version[0], self._version[1]) == (position, room):
            found.append(tuple(self._version[2:]))
            self._version = next(self._versions, None)
        return found


def check_others(reading: Reading, entries: Iterable[EntryObject], rooms: Iterable[int]) -> None:
    """Compare files, their bytes, gaps, tasks, members and rooms with all entries of these rooms.

    Raises RowsDisagree, which names the first row that differs, lacks or is too many.
    """
    engine = build_engine(Path(":memory:"), scratch=True)
    try:
        with engine.begin() as scratch:
            schema.metadata.create_all(scratch)
            project(scratch, [one for one in entries if one["kind"] in _REPLAYED_KINDS], lambda _key, _upto: [])
            for table in REPLAYED:
                _compare(table, _rows(scratch, table, rooms), _rows(reading.sql, table, rooms))
    finally:
        engine.dispose()


def _ordered(sql: Connection, query: str, rooms: dict[str, list[int]]) -> Iterator[tuple[Any, ...]]:
    asked = text(query).bindparams(bindparam("rooms", expanding=True)).execution_options(yield_per=_AT_ONCE)
    yield from (tuple(row) for row in sql.execute(asked, rooms))


def _message(history: MessageHistory) -> tuple[object, ...]:
    return (
        history.message_id,
        history.account_id,
        readable(history.name),
        storable(history.send_time),
        storable(history.update_time),
        history.state,
        history.first_seen,
        history.changed_at,
        len(history.versions),
        history.entry_seq,
    )


def _spans(history: MessageHistory) -> list[tuple[object, ...]]:
    last = len(history.versions)
    return [
        (
            number,
            readable(span.body),
            storable(span.update_time),
            span.first_seen,
            None if number == last and history.state not in GONE else span.last_seen,
            span.seq,
        )
        for number, span in enumerate(history.versions, 1)
    ]


def _rows(sql: Connection, table: Table, rooms: Iterable[int]) -> dict[tuple[object, ...], tuple[object, ...]]:
    keys = list(table.primary_key)
    rows = sql.execute(select(*keys, table).where(table.c.room_id.in_(sorted(rooms))).order_by(*keys))
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in rows}


def _compare(
    table: Table, made: dict[tuple[object, ...], tuple[object, ...]], held: dict[tuple[object, ...], tuple[object, ...]]
) -> None:
    for key in [*made, *held]:
        if made.get(key) != held.get(key):
            raise errors.RowsDisagree(subject="/".join(str(part) for part in (table.name, *key)))
