"""Keeps the database file itself in order: free pages given back, its index of texts merged, its log emptied."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from archiver.store.archive import Archive, Reading
from archiver.store.engine import open_connection, translate_error


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
    connection = reading.driver
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


def _empty_log(connection: sqlite3.Connection) -> bool:
    (busy, _pages, _done) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
