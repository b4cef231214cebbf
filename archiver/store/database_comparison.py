"""Compares two databases of the same archive: copies that a synchronised folder made, an earlier copy beside a new one.

Of two copies SQLite tells in one query which records are the same in both, byte for byte: texts are compared as their
bytes, so what either database declares its columns to be changes nothing.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import urllib.parse
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple

from archiver.store.engine import DATABASE, Reading
from archiver.store.queries.entries import record_digest
from archiver.store.queries.raw_tables import RawEntry, RawReply, raw_reply
from archiver.store.working.remembered_values import BROUGHT_IN

_HEAD = b"SQLite format 3\0"
_NOT_OTHERS = (DATABASE, "-wal", "-shm", "-journal", ".new")


class OtherDatabase(NamedTuple):
    """A database whose records go on in another way from a number on."""

    path: Path
    common: int
    """The number of the last record that both have."""
    records: int
    """Its records above that."""
    messages: int
    """How many messages those are about."""
    last: str
    """The digest of its last record."""


def is_database(path: Path) -> bool:
    """Whether a file is a database of SQLite."""
    try:
        with path.open("rb") as file:
            return is_database_file(file)
    except OSError:
        return False


def is_database_file(file: BinaryIO) -> bool:
    """Whether an open file is a database of SQLite; it is at its beginning then. Raises OSError."""
    head = file.read(len(_HEAD))
    file.seek(0)
    return head == _HEAD


def other_databases(reading: Reading) -> list[OtherDatabase]:
    """Those in the home with records that the archive neither has nor took in, by name."""
    stem, end = DATABASE.split(".")
    paths = [path for path in sorted(reading.home.glob(f"{stem}*.{end}*")) if not path.name.endswith(_NOT_OTHERS)]
    brought = BROUGHT_IN.recall(reading) if paths else ()
    found = [one for path in paths if is_database(path) and (one := compare(reading, path)) is not None]
    return [one for one in found if one.last not in brought]


def compare(reading: Reading, path: Path) -> OtherDatabase | None:
    """What a database has beyond the archive; None if it is none of this archive, or has nothing more."""
    with suppress(sqlite3.Error, OSError, TypeError), _opened(path) as other:
        last, digest = other.execute("SELECT seq, digest FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        low, high = 0, last
        while low < high:  # records are only ever added: what both have is the same up to a number
            middle = (low + high + 1) // 2
            (theirs,) = other.execute("SELECT digest FROM entry WHERE seq = ?", (middle,)).fetchone()
            low, high = (middle, high) if record_digest(reading, middle) == theirs else (low, middle - 1)
        query = "SELECT count(*), count(DISTINCT CASE kind WHEN 'message' THEN key END) FROM entry WHERE seq > ?"
        records, messages = other.execute(query, (low,)).fetchone()
        return OtherDatabase(path, low, records, messages, digest) if low and records else None
    return None


def message_entries(other: OtherDatabase) -> Iterator[tuple[str, dict[str, Any]]]:
    """Digest and object of each record about a message beyond those that both have, oldest first."""
    with _opened(other.path) as database:
        query = "SELECT digest, line FROM entry WHERE seq > ? AND kind = 'message' ORDER BY seq"
        for digest, line in database.execute(query, (other.common,)):
            yield digest, json.loads(line)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that nobody writes as it is; one with a log beside it as a copy, which takes that in."""
    log = path.with_name(f"{path.name}-wal")
    if not log.exists():
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as database:
            yield database
        return
    with TemporaryDirectory() as folder:
        copied = shutil.copy(path, folder)
        shutil.copy(log, folder)
        with closing(sqlite3.connect(copied)) as database:
            yield database


_AT_ONCE = 1_000
_TEXTS = ("observed_at", "clock", "kind", "key", "line", "digest")
_NUMBERS = ("account_id", "room_id")
_TOMBSTONE = b'{"digest":"'
"""How the line of an erased record begins, and no other (`evidence.masked_and_erased`)."""
_WITHOUT_REPLY = b',"reply":null,"room_id":'
_END = 130
"""Bytes at the end of a line in which its reply, room, salt and number stand, and no text that somebody wrote."""


class RecordsNotCompared(Exception):
    """The two databases cannot be compared, or their comparison does not suffice: everything is verified instead."""


FoundEntry = tuple[int, str, str, int | None]
"""Of an entry of the new copy: its number, time and digest, and, if it is the same in both, whether that time is by the
date of its reply; None: it is new, differs, or is of another kind, and has to be read as a whole."""


class TwoDatabases:
    """A new copy of the database and an earlier one, both unchanging. All methods raise sqlite3.Error."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Take a connection to the new copy, to which the earlier one is attached as `earlier`."""
        self._sql = sql

    def has_earlier_replies(self) -> bool:
        """Whether every kept reply of the earlier copy is in the new one as it was."""
        differs = " OR ".join(f"{_bytes('n', name)} IS NOT {_bytes('o', name)}" for name in ("digest", "salt", "body"))
        joined = "earlier.reply o LEFT JOIN main.reply n ON n.number = o.number"
        found = self._sql.execute(f"SELECT 1 FROM {joined} WHERE n.number IS NULL OR {differs} LIMIT 1")  # noqa: S608
        return found.fetchone() is None

    def reply_digests(self) -> Iterator[bytes]:
        """The stated digest of each kept reply of the new copy."""
        return (digest for (digest,) in self._rows("SELECT CAST(digest AS BLOB) FROM main.reply"))

    def new_replies(self) -> Iterator[RawReply]:
        """The kept replies that the earlier copy does not have, with the digests of their bodies."""
        columns = ", ".join(_bytes("n", name) for name in ("digest", "salt", "body"))
        absent = "NOT EXISTS (SELECT 1 FROM earlier.reply o WHERE o.number = n.number)"
        query = f"SELECT n.number, {columns} FROM main.reply n WHERE {absent} ORDER BY n.number"  # noqa: S608
        return (raw_reply(*row) for row in self._rows(query))

    def count(self, table: str) -> int:
        """The number of rows of a table of the new copy."""
        (count,) = self._sql.execute(f"SELECT count(*) FROM main.{table}").fetchone()  # noqa: S608 - our own names
        return int(count)

    def entries(self, kinds: Collection[str]) -> Iterator[FoundEntry]:
        """Every entry of the new copy by number; as the same are told those alone that are of one of these kinds."""
        same = " AND ".join(
            [f"{_bytes('n', 'kind')} IN ({', '.join('?' * len(kinds))})", f"substr({_bytes('n', 'line')}, 1, ?) <> ?"]
            + [f"{_bytes('n', name)} IS {_bytes('o', name)}" for name in _TEXTS]
            + [f"typeof(n.{name}) = typeof(o.{name}) AND +n.{name} IS +o.{name}" for name in _NUMBERS]
        )
        line, observed_at = _bytes("n", "line"), _bytes("n", "observed_at")
        is_dated = f"instr(substr({line}, -{_END}), ?) = 0 AND {_bytes('n', 'clock')} IS NOT {observed_at}"
        query = (
            f"SELECT n.seq, CAST({observed_at} AS TEXT), CAST({_bytes('n', 'digest')} AS TEXT),"  # noqa: S608
            f" CASE WHEN {same} THEN {is_dated} END"
            " FROM main.entry n LEFT JOIN earlier.entry o ON o.seq = n.seq ORDER BY n.seq"
        )
        values = (*(kind.encode() for kind in sorted(kinds)), len(_TOMBSTONE), _TOMBSTONE, _WITHOUT_REPLY)
        return self._rows(query, values)

    def entry(self, seq: int) -> RawEntry:
        """One entry of the new copy, as `raw_tables.entries` gives it."""
        before, after = (", ".join(_bytes("n", name) for name in part) for part in (_TEXTS[:3], _TEXTS[3:]))
        query = f"SELECT n.seq, {before}, n.account_id, n.room_id, {after} FROM main.entry n WHERE n.seq = ?"  # noqa: S608
        row: RawEntry | None = self._sql.execute(query, (seq,)).fetchone()
        if row is None:
            raise RecordsNotCompared(seq)
        return row

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with closing(self._sql.execute(query, values)) as cursor:
            while part := cursor.fetchmany(_AT_ONCE):
                yield from part


@contextmanager
def open_both(new: Path, earlier: Path) -> Iterator[TwoDatabases]:
    """Open two databases that nobody writes to, to be read alone. Raises sqlite3.Error."""
    with closing(sqlite3.connect(_address(new), uri=True)) as sql:
        sql.execute("ATTACH ? AS earlier", (_address(earlier),))
        yield TwoDatabases(sql)


@contextmanager
def faults_told() -> Iterator[None]:
    """Raise RecordsNotCompared for whatever SQLite cannot do with the two."""
    try:
        yield
    except sqlite3.Error as error:
        raise RecordsNotCompared from error


def _address(database: Path) -> str:
    return f"{database.absolute().as_uri()}?{urllib.parse.urlencode({'mode': 'ro', 'immutable': '1'})}"


def _bytes(table: str, column: str) -> str:
    return f'CAST({table}."{column}" AS BLOB)'
