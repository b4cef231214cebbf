"""Copies a whole archive while others write to it: the database as of one moment, and every file that it names.

The database is copied first, as of one reading, and then the files, which were all there before. A file has its final
name only when it is complete, so an interrupted copy can be continued. The new database replaces an earlier one last,
by `place_database`, after the caller has verified the copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.store import database_copy
from archiver.store.archive import Archive
from archiver.store.backup import destination, transfer
from archiver.store.backup.inventory import backup_files
from archiver.store.durable_files import is_failing, is_full
from archiver.store.engine import DATABASE, driver_connection


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The result of copying an archive."""

    database: Path
    """The new database, not yet in its place."""
    earlier: datetime | None
    """When the earlier copy at that place was made; None = there was none."""
    files: int
    bytes: int
    uncopied: tuple[transfer.UncopiedFile, ...]


def copy_archive(
    archive: Archive,
    place: Path,
    *,
    also: Collection[str] = (),
    leave_out: Collection[Path] = (),
    thorough: bool = False,
    tell: transfer.Tell | None = None,
) -> CopyReport:
    """Copy the missing files, and the whole database under a temporary name.

    `also` and `leave_out` as for `backup_files`. `thorough`: files that are there already are read, not only measured.
    Raises BadCopyPlace, NoSpaceForCopy, DiskFull, StorageError, and what `Archive.reading` raises.
    """
    destination.check_apart(archive.home, place)
    database = place / (DATABASE + transfer.PARTIAL_SUFFIX)
    try:
        with archive.reading() as reading:
            source = driver_connection(reading.sql)
            earlier = destination.earlier_copy(source, place)
            files = backup_files(reading, also=also, leave_out=leave_out)
            changed = [one for one in files if transfer.is_different(one, archive.home, place, thorough=thorough)]
            progress = transfer.CopyProgress(database_copy.copy_size(source), [one.size for one in changed], tell)
            destination.check_space(place, progress.total)
            destination.prepare_folder(place, source)
            database_copy.copy_database(source, database, tell=progress.report)
        kept = transfer.transfer_all(changed, archive.home, place, progress)
    except OSError as error:
        if is_full(error):  # the database without the files it names is of no use, and takes the space
            database_copy.remove_with_logs(database)
        raise _storage_error(error, place) from error
    return CopyReport(database, earlier, len(changed) - len(kept), progress.total, kept)


def place_database(place: Path) -> None:
    """Give the new database its name; an earlier one is replaced. Raises DiskFull, StorageError."""
    database = place / DATABASE
    try:
        with suppress(sqlite3.Error):  # a broken one has no log worth keeping
            database_copy.checkpoint_log(database)
        database_copy.remove_logs(database)
        transfer.move_into_place(database.with_name(DATABASE + transfer.PARTIAL_SUFFIX), database)
    except OSError as error:
        raise _storage_error(error, place) from error


def remove_mark(place: Path) -> None:
    """Remove the mark of a copy, which makes it an archive of its own. Raises OSError."""
    (place / destination.MARK).unlink(missing_ok=True)


def check_free(source: Archive, home: Path) -> None:
    """Raise ArchiveThere if a home holds an archive or parts of one, except those of an interrupted restore."""
    with source.reading() as reading:
        if not destination.is_free(home, driver_connection(reading.sql)):
            raise errors.ArchiveThere(path=home)


def check_closed(source: Path) -> None:
    """Raise CopyNotClosed if the last changes of a copy are still in a log beside its database."""
    for end in ("-wal", "-journal"):
        log = source / (DATABASE + end)
        if log.exists() and log.stat().st_size:
            raise errors.CopyNotClosed(path=source)


def _storage_error(error: OSError, place: Path) -> errors.StorageError:
    path, detail = error.filename or place, error.strerror or str(error)
    if is_full(error):
        return errors.DiskFull(path=path)
    kind = errors.DiskFailing if is_failing(error) else errors.StorageError
    return kind(path=path, detail=detail)
