"""The evidence tables exactly as stored, damaged or not: to verify, rebuild, compare and count.

Texts come as bytes, as a flipped bit can make them undecodable. Where SQLite cannot read a row at all, the stream
ends with ArchiveDamaged.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from archiver import errors
from archiver.store.archive import Reading
from archiver.store.engine import DATABASE

_AT_ONCE = 1_000
_PIECE = 1 << 20

RawEntry = tuple[int, bytes, bytes | None, bytes, int | None, int | None, bytes, bytes, bytes]
"""seq, observed_at, clock, kind, account_id, room_id, key, line, digest."""


RawReply = tuple[int, str, str | None]
"""Number, stated digest, and that of salt and body; None if the body cannot be decompressed."""


def entries(reading: Reading) -> Iterator[RawEntry]:
    """Every entry by number. Raises ArchiveDamaged."""
    columns = "seq, {}, {}, {}, account_id, room_id, {}, {}, {}".format(
        *(f"CAST({name} AS BLOB)" for name in ("observed_at", "clock", "kind", '"key"', "line", "digest"))
    )
    return rows(reading, f"SELECT {columns} FROM entry ORDER BY seq")  # noqa: S608 - our own names


def replies(reading: Reading) -> Iterator[RawReply]:
    """Every kept reply, oldest first, with the digest of its salt and body. Raises ArchiveDamaged."""
    query = "SELECT number, CAST(digest AS BLOB), CAST(salt AS BLOB), CAST(body AS BLOB) FROM reply ORDER BY number"
    for row in rows(reading, query):
        yield raw_reply(*row)


def raw_reply(number: int, stated: bytes | None, salt: bytes | None, body: bytes | None) -> RawReply:
    """A kept reply of the values of its columns, with the digest of its salt and body."""
    return number, _text(stated), _digest_inflated(salt, body)


def seals(reading: Reading) -> Iterator[tuple[int, int, int, str, str, str]]:
    """Every row of the table of seals by number; -1 stands for a value that is no number. Raises ArchiveDamaged."""
    columns = "number, first, last, CAST(sha256 AS BLOB), CAST(closed_at AS BLOB), CAST(day AS BLOB)"
    for number, first, last, digest, closed_at, day in rows(reading, f"SELECT {columns} FROM seal ORDER BY number"):  # noqa: S608
        yield number, _number(first), _number(last), _text(digest), _text(closed_at), _text(day)


def saved_digests(reading: Reading) -> Iterator[str]:
    """The digest under which each file's bytes were saved. Raises ArchiveDamaged."""
    for (name,) in rows(reading, "SELECT CAST(sha256 AS BLOB) FROM blob WHERE state = 'saved'"):
        yield _text(name)


def count(reading: Reading, table: str) -> int:
    """The number of rows of a table. Raises ArchiveDamaged."""
    ((number,),) = rows(reading, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
    return int(number)


def lines_of(reading: Reading, key: str, upto: int) -> list[bytes]:
    """The lines of one key up to an entry number, oldest first. Raises ArchiveDamaged."""
    query = 'SELECT CAST(line AS BLOB) FROM entry WHERE "key" = ? AND seq <= ? ORDER BY seq'
    return [line for (line,) in rows(reading, query, (key, upto))]


def lines_of_kinds(reading: Reading, kinds: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
    """Number and line of every entry of some kinds. Raises ArchiveDamaged."""
    marks = ", ".join("?" * len(kinds))
    query = f"SELECT seq, CAST(line AS BLOB) FROM entry WHERE kind IN ({marks}) ORDER BY seq"  # noqa: S608
    return rows(reading, query, kinds)


def reply_body(reading: Reading, digest: str) -> bytes | None:
    """The compressed body of a kept reply. Raises ArchiveDamaged."""
    return next(
        (body for (body,) in rows(reading, "SELECT CAST(body AS BLOB) FROM reply WHERE digest = ?", (digest,))), None
    )


def rows(reading: Reading, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the SQLite driver returns them: SQLAlchemy's rows would double the time of a verification.

    Raises ArchiveDamaged.
    """
    with damage_translated(reading):
        cursor = reading.sql.connection.cursor()
        try:
            cursor.execute(query, values)
            while part := cursor.fetchmany(_AT_ONCE):
                yield from part
        finally:
            with contextlib.suppress(sqlite3.ProgrammingError):  # the archive may be closed before who was interrupted
                cursor.close()


@contextlib.contextmanager
def damage_translated(reading: Reading) -> Iterator[None]:
    """Raise ArchiveDamaged in place of SQLite's own error."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise errors.ArchiveDamaged(path=reading.home / DATABASE, detail=str(error)) from error


def _digest_inflated(salt: bytes | None, body: bytes | None) -> str | None:
    """The SHA-256 of salt and decompressed body; decompressed in pieces, as a few bytes can expand to very many."""
    opener, digest = zlib.decompressobj(), sha256(salt or b"")
    rest = body or b""
    try:
        while not opener.eof:
            piece = opener.decompress(rest, _PIECE)
            if not piece and not opener.unconsumed_tail and not opener.eof:
                return None
            digest.update(piece)
            rest = opener.unconsumed_tail
    except zlib.error:
        return None
    return None if opener.unused_data else digest.hexdigest()


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
