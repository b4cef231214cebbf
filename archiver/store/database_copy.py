"""Copies a database consistently while others write to it, into a single file that needs no log beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from archiver import errors
from archiver.store.durable_files import database_disk_error, is_failing, is_full, lacks_locks

_PAGES = 2_000
"""Pages between two reports of progress (8 MB)."""

_LOG_SUFFIXES = ("-wal", "-shm", "-journal")
_EXTENT = "SELECT count(*), max(seq), (SELECT digest FROM entry ORDER BY seq DESC LIMIT 1) FROM entry"
"""Number, last number and last digest of the entries, which must be equal in a copy."""

_BUSY, _FULL, _IO_ERROR, _CORRUPT, _NO_DATABASE = 5, 13, 10, 11, 26
"""Primary result codes of SQLite (sqlite.org/rescode.html)."""


def copy_database(source: sqlite3.Connection, target: Path, *, tell: Callable[[int], None] | None = None) -> None:
    """Copy a database into a new file `target` and check the copy; `tell` is called with the bytes done.

    A `source` with an open reading is copied as of that reading, whatever others write meanwhile; without one a
    write makes SQLite begin again (sqlite.org/c3ref/backup_finish.html). A file at `target` is replaced.
    Raises ArchiveDamaged, DiskFull, DiskFailing, StorageError.
    """
    try:
        remove_with_logs(target)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy_pages(source, target, tell)
        _check_copy(source, target)
        with target.open("r+b") as file:
            os.fsync(file.fileno())
    except sqlite3.Error as error:
        with suppress(OSError):
            remove_with_logs(target)
        raise _storage_error(error, target) from error
    except OSError as error:
        if is_full(error):
            raise errors.DiskFull(path=target) from error
        if is_failing(error):
            raise errors.DiskFailing(path=target, detail=error.strerror or str(error)) from error
        raise errors.StorageError(path=target, detail=error.strerror or str(error)) from error


def remove_with_logs(database: Path) -> None:
    """Remove a database file and SQLite's files beside it, as far as they exist. Raises OSError."""
    remove_logs(database)
    database.unlink(missing_ok=True)


def remove_logs(database: Path) -> None:
    """Remove SQLite's files beside a database, as a log would be applied to a new one. Raises OSError."""
    for end in _LOG_SUFFIXES:
        database.with_name(database.name + end).unlink(missing_ok=True)


def checkpoint_log(database: Path) -> None:
    """Write into a database what a killed writer left in the log beside it, if there is one."""
    logs = [database.with_name(database.name + end) for end in ("-wal", "-journal")]
    if any(log.exists() and log.stat().st_size for log in logs):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def copy_size(source: sqlite3.Connection) -> int:
    """Bytes that a copy of the database takes."""
    ((pages,), (page,)) = (source.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(page)


def _copy_pages(source: sqlite3.Connection, target: Path, tell: Callable[[int], None] | None) -> None:
    (page,) = source.execute("PRAGMA page_size").fetchone()

    def report(_status: int, left: int, total: int) -> None:
        if tell is not None:
            tell((total - left) * page)

    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it is synced once, at the end
        source.backup(copy, pages=_PAGES, progress=report)
    with closing(sqlite3.connect(target)) as copy:
        # The copy says of itself that it has a log beside it, as the original does. In exclusive mode SQLite needs
        # no shared memory to change that, which some sticks and shares do not have (sqlite.org/wal.html, §8).
        copy.execute("PRAGMA locking_mode = EXCLUSIVE")
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()


def _check_copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        counted = [one.execute(_EXTENT).fetchone() for one in (source, copy)]
    if verdict != "ok" or counted[0] != counted[1]:
        raise errors.ArchiveDamaged(path=target, detail=str(verdict))


def _storage_error(error: sqlite3.Error, target: Path) -> errors.StorageError:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code == _FULL or "full" in str(error):
        return errors.DiskFull(path=target)
    if code == _IO_ERROR:
        return database_disk_error(error, target)
    if code == _BUSY and lacks_locks(target.parent):
        return errors.LocksMissing(path=target.parent)
    if code in (_CORRUPT, _NO_DATABASE):
        return errors.ArchiveDamaged(path=target, detail=str(error))
    return errors.StorageError(path=target, detail=str(error))
