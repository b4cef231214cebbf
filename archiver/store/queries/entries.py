"""Entries and kept replies as streams, in the order in which they were made."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Row, bindparam, cast, func, select, text

from archiver.records import Entry
from archiver.store import schema
from archiver.store.transactions import Reading, SmallStatement

_AT_ONCE = 1_000

IS_WHOLE = func.substr(schema.entry.c.line, 1, 10) != '{"digest":'
"""The condition that an entry was not erased: a tombstone has no field before its digest."""


class KeptReply(NamedTuple):
    """A kept reply of Chatwork; `body` is None if its compressed bytes cannot be decompressed any more."""

    number: int
    digest: str
    """Of salt and body, as the entries name it."""
    salt: bytes
    room_id: int
    path: str
    status: int
    headers: dict[str, str]
    received_at: str
    body: bytes | None


_LAST_SEQ = SmallStatement(select(func.max(schema.entry.c.seq)))
_DIGEST = SmallStatement(select(cast(schema.entry.c.digest, LargeBinary)).where(schema.entry.c.seq == bindparam("seq")))


def last_seq(reading: Reading) -> int:
    """The number of the last entry; 0 for an empty archive."""
    return _LAST_SEQ.value(reading.sql) or 0


def last_record(reading: Reading) -> tuple[int, str] | None:
    """Number and digest of the last entry; None in an empty archive."""
    last = last_seq(reading)
    digest = record_digest(reading, last)
    return None if digest is None else (last, digest)


def last_record_time(reading: Reading) -> str | None:
    """When the last entry was made, as entries write it; None in an empty archive."""
    query = select(schema.entry.c.observed_at).order_by(schema.entry.c.seq.desc()).limit(1)
    return reading.sql.execute(query).scalar()


def record_digest(reading: Reading, seq: int) -> str | None:
    """The digest of an entry; None if there is none of this number. A damaged one may not be text, and stays one."""
    digest: bytes | None = _DIGEST.value(reading.sql, seq=seq)
    return None if digest is None else digest.decode("utf-8", "replace")


def last_held(reading: Reading, heads: Collection[tuple[int, str]]) -> int:
    """The highest number of those entries that the archive holds as they were; 0 if it holds none."""
    return max((seq for seq, digest in heads if record_digest(reading, seq) == digest), default=0)


def entries(reading: Reading, *, upto: int | None = None) -> Iterator[Entry]:
    """Every entry as its columns hold it, oldest first, a thousand in memory at a time."""
    table = schema.entry
    columns = (table.c.seq, table.c.observed_at, table.c.clock, table.c.kind, table.c.account_id, table.c.room_id)
    query = select(*columns, table.c.key, table.c.line, table.c.digest).order_by(table.c.seq)
    if upto is not None:
        query = query.where(table.c.seq <= upto)
    for rows in reading.sql.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from (Entry(*row) for row in rows)


def message_entries(reading: Reading, rooms: set[int], *, upto: int) -> Iterator[list[dict[str, Any]]]:
    """The entries of each message of these rooms, oldest first; messages by numeric id over all rooms."""
    query = text(
        "SELECT m.position, m.room_id, e.line FROM message AS m JOIN entry AS e"
        " ON e.key = 'message/' || m.message_id AND e.room_id = m.room_id"
        " WHERE m.room_id IN :rooms AND e.seq <= :upto AND e.line NOT LIKE '{\"digest\"%'"
        " ORDER BY m.position, m.room_id, e.seq"
    ).bindparams(bindparam("rooms", expanding=True))
    rows = reading.sql.execute(query.execution_options(yield_per=_AT_ONCE), {"rooms": sorted(rooms), "upto": upto})
    group: list[dict[str, Any]] = []
    current: tuple[int, int] | None = None
    for position, room, line in rows:
        if (position, room) != current and group:
            yield group
            group = []
        current = (position, room)
        group.append(json.loads(line))
    if group:
        yield group


def message_id_ranges(reading: Reading, rooms: set[int]) -> list[tuple[int, int, int]]:
    """(room, oldest id, newest id) of the messages held of these rooms; a room without messages is left out."""
    table = schema.message
    query = select(table.c.room_id, func.min(table.c.position), func.max(table.c.position))
    rows = reading.sql.execute(query.where(table.c.room_id.in_(rooms)).group_by(table.c.room_id))
    return [(room, oldest, newest) for room, oldest, newest in rows]


def replies(reading: Reading) -> Iterator[KeptReply]:
    """Every kept reply, oldest first."""
    query = select(schema.reply).order_by(schema.reply.c.number).execution_options(yield_per=100)
    for row in reading.sql.execute(query):
        yield kept_reply(row)


def kept_reply(row: Row[Any]) -> KeptReply:
    """A row of the table of replies as a kept reply."""
    headers, body = json.loads(row.headers), _inflate(row.body)
    return KeptReply(
        row.number, row.digest, row.salt, row.room_id, row.path, row.status, headers, row.received_at, body
    )


def _inflate(body: bytes) -> bytes | None:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return None
