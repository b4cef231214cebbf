"""A copy of a whole archive while others write to it: the database as of one moment, and every file it names.

The database comes first, as of one reading, and the files after it: whatever it names was there before. What has its
name is whole, so an interrupted copy goes on where it stopped. The database takes the place of an earlier one last, by
`place_database`, when whoever verified the copy says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.store import snapshot
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.backup import destination, transfer
from archiver.store.backup.inventory import holdings
from archiver.store.disk import is_full
from archiver.store.engine import DATABASE
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory

_MEMORY = "backup"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last copy that was made."""

    at: datetime
    path: str
    verified: bool
    """Whether nothing was found wrong in it."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a run of copying came to."""

    database: Path
    """The new database, not yet in its place."""
    earlier: datetime | None
    """When the copy that lay there before was made."""
    files: int
    bytes: int
    kept: tuple[transfer.Kept, ...]


def copy(
    archive: Archive,
    place: Path,
    *,
    also: Collection[str] = (),
    leave_out: Collection[Path] = (),
    thorough: bool = False,
    tell: transfer.Tell | None = None,
) -> CopyReport:
    """Copy what is missing there, and the whole database beside its place.

    `also` and `leave_out` as for `holdings`. `thorough`: files that lie there already are read, not only measured.
    Raises BadCopyPlace, NoSpaceForCopy, DiskFull, StorageError, and what `Archive.reading` raises.
    """
    destination.check_apart(archive.home, place)
    database = place / (DATABASE + transfer.PARTIAL)
    try:
        with archive.reading() as reading:
            source = _driver(reading)
            earlier = destination.earlier_copy(source, place)
            held = holdings(reading, also=also, leave_out=leave_out)
            wanted = [one for one in held if transfer.differs(one, archive.home, place, thorough=thorough)]
            progress = transfer.CopyProgress(snapshot.size(source), [one.size for one in wanted], tell)
            destination.check_space(place, progress.total)
            destination.prepare(place, source)
            snapshot.copy_database(source, database, tell=progress.at)
        kept = transfer.transfer_all(wanted, archive.home, place, progress)
    except OSError as error:
        if is_full(error):  # the database without the files it names is of no use, and takes the space
            snapshot.remove_with_logs(database)
        raise _storage_error(error, place) from error
    return CopyReport(database, earlier, len(wanted) - len(kept), progress.total, kept)


def place_database(place: Path) -> None:
    """Let the new database take the place of the earlier one, if there is one. Raises DiskFull, StorageError."""
    database = place / DATABASE
    try:
        with suppress(sqlite3.Error):  # a broken one has no log worth keeping
            snapshot.settle(database)
        snapshot.remove_logs(database)
        database.with_name(DATABASE + transfer.PARTIAL).replace(database)
        transfer.sync_name(place)
    except OSError as error:
        raise _storage_error(error, place) from error


def remove_mark(place: Path) -> None:
    """What was a copy becomes an archive of its own. Raises OSError."""
    (place / destination.MARK).unlink(missing_ok=True)


def check_free(source: Archive, home: Path) -> None:
    """Raise ArchiveThere if a home holds an archive or parts of one, but for what an interrupted restore left."""
    with source.reading() as reading:
        if not destination.is_free(home, _driver(reading)):
            raise errors.ArchiveThere(path=home)


def last(reading: Reading) -> LastBackup | None:
    """The last copy that was made; None if there was none."""
    told = memory.recall(reading, _MEMORY)
    return None if told is None else LastBackup(from_text(told["at"]), told["path"], told["verified"])


def remember(writing: Writing, made: LastBackup) -> None:
    """Remember when and where a copy was made; no evidence."""
    memory.remember(writing, _MEMORY, {"at": to_text(made.at), "path": made.path, "verified": made.verified})


def check_closed(source: Path) -> None:
    """Raise CopyNotClosed if what was last written to a copy still lies in a log beside its database."""
    for end in ("-wal", "-journal"):
        log = source / (DATABASE + end)
        if log.exists() and log.stat().st_size:
            raise errors.CopyNotClosed(path=source)


def _driver(reading: Reading) -> sqlite3.Connection:
    """SQLite's own connection, in the middle of the reading: only with it can a whole database be copied."""
    connection: Any = reading.sql.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def _storage_error(fault: OSError, place: Path) -> errors.StorageError:
    path, detail = fault.filename or place, fault.strerror or str(fault)
    return errors.DiskFull(path=path) if is_full(fault) else errors.StorageError(path=path, detail=detail)
