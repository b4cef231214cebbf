"""Keeps the database file itself in order: free pages given back, its index of texts merged, its log emptied.

And the log of verifications: when the archive was verified, how far, and the findings; no evidence.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from archiver.store import schema
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.engine import driver_connection, open_connection, translate_error
from archiver.store.time_text import from_text, to_text

KEPT_VERIFICATIONS = 500
"""Verifications of the whole archive that the log keeps: one a month is twelve a year, each typed one comes on top."""

_VERIFICATION = schema.verification.c


class PageCounts(NamedTuple):
    """The size of the database's file, as its pages tell."""

    page_bytes: int
    pages: int
    free: int
    """Pages in which nothing is stored any more."""

    @property
    def total_bytes(self) -> int:
        """Bytes of the file."""
        return self.page_bytes * self.pages

    @property
    def free_bytes(self) -> int:
        """Bytes that writing the database anew would give back."""
        return self.page_bytes * self.free


def page_counts(reading: Reading) -> PageCounts:
    """The pages of the database and how many of them are free."""
    connection = driver_connection(reading.sql)
    names = ("page_size", "page_count", "freelist_count")
    return PageCounts(*(int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in names))


def room_for_vacuum(archive: Archive, counts: PageCounts) -> tuple[int, int]:
    """Bytes that must be free to write the database anew, and bytes that are. Raises OSError.

    SQLite writes a second database, and then all of its pages into the log (sqlite.org/lang_vacuum.html).
    """
    return 2 * (counts.total_bytes - counts.free_bytes), shutil.disk_usage(archive.home).free


@contextmanager
def _alone(archive: Archive) -> Iterator[sqlite3.Connection]:
    """A connection that commits each statement at once, with no other of this archive. Raises as `vacuum`."""
    archive.close()
    try:
        with closing(open_connection(archive.database)) as connection:
            connection.isolation_level = None
            yield connection
    except sqlite3.DatabaseError as error:
        raise translate_error(error, archive.database) from error


def vacuum(archive: Archive) -> bool:
    """Write the database anew without free pages, and empty its log; False while somebody reads an older state.

    Raises StorageError, ArchiveBusy.
    """
    with _alone(archive) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        return _empty_log(connection)


def merge_index(archive: Archive) -> bool:
    """Merge the pieces of the full-text index into one, and empty the log; False if this SQLite has no such index.

    Raises StorageError, ArchiveBusy.
    """
    with _alone(archive) as connection:
        has_index = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'search'").fetchone()[0]
        try:
            if has_index:
                connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        except sqlite3.OperationalError as error:
            if "no such module" in str(error):
                return False
            raise
        _empty_log(connection)
    return bool(has_index)


def surplus_verifications(reading: Reading) -> int:
    """How many entries of the log of verifications are older than those that it keeps."""
    count = reading.sql.execute(select(func.count()).select_from(schema.verification)).scalar_one()
    return max(0, count - KEPT_VERIFICATIONS)


def drop_surplus_verifications(writing: Writing) -> None:
    """Drop the entries of the log of verifications that are older than those that it keeps."""
    kept = select(_VERIFICATION.number).order_by(_VERIFICATION.number.desc()).limit(KEPT_VERIFICATIONS)
    writing.sql.execute(delete(schema.verification).where(_VERIFICATION.number.not_in(kept)))


def _empty_log(connection: sqlite3.Connection) -> bool:
    (busy, _pages, _done) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@dataclass(frozen=True, slots=True)
class VerificationRecord:
    """One verification of the whole archive."""

    at: datetime
    deep: bool
    """Whether the readable tables were made again and compared."""
    checked: Mapping[str, int]
    """How many entries, seals, stamps, files and messages were checked."""
    findings: int
    checks: Sequence[str] = ()
    """The names of the checks that found something."""


def keep_verification(writing: Writing, record: VerificationRecord) -> None:
    """Add a verification to the log."""
    number = writing.sql.execute(select(func.coalesce(func.max(_VERIFICATION.number), 0))).scalar_one() + 1
    writing.sql.execute(
        insert(schema.verification).values(
            number=number,
            at=to_text(record.at),
            deep=record.deep,
            checked=json.dumps(dict(record.checked), sort_keys=True),
            findings=record.findings,
            checks=json.dumps(sorted(record.checks)),
        )
    )


def last_verification(reading: Reading) -> VerificationRecord | None:
    """The last verification; None if there was none yet.

    What a deep one found stands until a deep one finds nothing: the others look at less.
    """
    newest = select(schema.verification).order_by(_VERIFICATION.number.desc()).limit(1)
    row = reading.sql.execute(newest).one_or_none()
    if row is not None and not row.findings:
        deep = reading.sql.execute(newest.where(_VERIFICATION.deep)).one_or_none()
        row = deep if deep is not None and deep.findings else row
    if row is None:
        return None
    return VerificationRecord(
        from_text(row.at), row.deep, json.loads(row.checked), row.findings, tuple(json.loads(row.checks))
    )
