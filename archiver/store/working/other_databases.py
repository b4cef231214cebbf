"""Other databases of the same archive beside its own, such as a conflicted copy that a synchronised folder made."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple

from archiver.store.engine import DATABASE
from archiver.store.queries.entries import record_digest
from archiver.store.transactions import Reading
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
