"""Copies a whole archive while others write to it: the database as of one moment, and every file that it names.

The database is copied first, as of one reading, and then the files, which were all there before. A file has its final
name only when it is complete, so an interrupted copy can be continued. The new database replaces an earlier one last,
by `place_database`, after the caller has verified the copy.

Before a copy takes the place of an archive that cannot be read, the parts of that are moved into a folder of the home.
What outlives a database goes back to its place then, if it is of the same archive: the settings, notes of erasures, and
newer seals, by which the next round records that an older database was put back.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.folder_sync import allow_where_possible, disk_errors, free_name, is_full, sync_folder, sync_where_possible
from archiver.store import backup_folder, engine
from archiver.store.archive import Archive
from archiver.store.backup_folder import FOLDERS, SETTINGS, BackupFile, ReplaceRule, backup_files
from archiver.store.durable_files import SEALS, copy_error, list_files, make_durable_folder, private_folder
from archiver.store.engine import DATABASE, MARK
from archiver.store.erasure import records

PARTIAL_SUFFIX = ".partial"
_PIECE_BYTES = 2**20

Tell = Callable[[int, int], None]
"""A function that is called with the bytes done and the bytes in all."""


class UncopiedFile(NamedTuple):
    """A file that was not copied: another one is there (`detail` None), or it cannot be read in the home (`detail`)."""

    name: str
    detail: str | None = None
    is_damaged: bool = False
    """Whether the home's file has other bytes than belong under its name."""


class CopyProgress:
    """Progress of a copy in bytes, over all its files, the database first."""

    def __init__(self, database: int, files: list[int], tell: Tell | None) -> None:
        """Take the sizes in the order in which they are copied."""
        self.total = database + sum(files)
        self._before, self._sizes, self._tell = 0, iter([database, *files]), tell

    def report(self, done: int) -> None:
        """Report that so many bytes of the current file are done."""
        if self._tell is not None:
            self._tell(min(self._before + done, self.total), self.total)

    def begin_next(self) -> None:
        """Go on to the next file."""
        self._before += next(self._sizes)


def is_different(file: BackupFile, home: Path, place: Path, *, thorough: bool) -> bool:
    """Whether a file is missing in the copy or different there; `thorough`: bytes are compared, not only sizes."""
    target = place / file.name
    try:
        status = target.lstat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(status.st_mode) or status.st_size != file.size:
        return True
    if file.rule is ReplaceRule.NEWEST:
        return target.read_bytes() != (home / file.name).read_bytes()
    try:
        return thorough and file.rule is ReplaceRule.KNOWN and digest_file(target) != file.sha256
    except OSError:
        return True


def transfer_all(files: list[BackupFile], home: Path, place: Path, progress: CopyProgress) -> tuple[UncopiedFile, ...]:
    """Copy the files and return those that were not copied. Raises OSError if the place cannot be written."""
    uncopied = []
    for file in files:
        progress.begin_next()
        if (left_out := _transfer_file(file, home, place, progress)) is not None:
            uncopied.append(left_out)
    return tuple(uncopied)


def _transfer_file(file: BackupFile, home: Path, place: Path, progress: CopyProgress) -> UncopiedFile | None:
    """Copy a file if it may replace the one that is there; None if it did."""
    target = place / file.name
    partial = target.with_name(target.name + PARTIAL_SUFFIX)
    if not (home / file.name).exists():  # a daily copy that a killed run had made twice, just removed
        return None
    if not _make_folder(target.parent, place) or (target.is_symlink() or (target.exists() and not target.is_file())):
        return UncopiedFile(file.name)
    try:
        digest = _write_partial(home / file.name, partial, progress)
        if target.exists() and not _can_replace(file, digest, partial, target):
            return UncopiedFile(file.name, is_damaged=file.rule is ReplaceRule.KNOWN)
        if file.rule is ReplaceRule.KNOWN:
            allow_where_possible(partial, 0o400)
        move_into_place(partial, target)
    except _CopyUnreadable as error:
        return UncopiedFile(file.name, str(error))
    finally:
        partial.unlink(missing_ok=True)
    return None


def _can_replace(file: BackupFile, digest: str, fresh: Path, present: Path) -> bool:
    """Whether a file of the home may replace the one in the copy: a damaged original never replaces a good copy."""
    match file.rule:
        case ReplaceRule.NEWEST:
            return True
        case ReplaceRule.KNOWN:
            return digest == file.sha256
        case ReplaceRule.GROWS:
            return fresh.read_bytes().startswith(present.read_bytes())
        case ReplaceRule.ONCE:
            return False


class _CopyUnreadable(Exception):
    """A file of the home cannot be read, in the words of the system; the others are copied nevertheless."""


def _write_partial(source: Path, partial: Path, progress: CopyProgress) -> str:
    """Copy the bytes under another name, synced, and return their SHA-256. Raises _CopyUnreadable, OSError."""
    digest, done = hashlib.sha256(), 0
    partial.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        reading = source.open("rb")
    except OSError as error:
        raise _CopyUnreadable(error.strerror or str(error)) from error
    with reading, os.fdopen(os.open(partial, flags, 0o600), "wb") as writing:
        while piece := _read_piece(reading):
            digest.update(piece)
            writing.write(piece)
            done += len(piece)
            progress.report(done)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def _read_piece(reading: Any) -> bytes:
    try:
        return bytes(reading.read(_PIECE_BYTES))
    except OSError as error:
        raise _CopyUnreadable(error.strerror or str(error)) from error


def _make_folder(folder: Path, place: Path) -> bool:
    """Make the folder; False if a link would lead out of the copy."""
    if folder.resolve() != place.resolve() / folder.relative_to(place):
        return False
    make_durable_folder(folder)
    return True


def move_into_place(partial: Path, target: Path) -> None:
    """Give what was written its name, in place of what has it, and let that outlive a power cut. Raises OSError."""
    if os.name == "nt" and target.exists():
        target.chmod(0o600)  # Windows replaces nothing that is read-only
    try:
        partial.replace(target)
    except FileExistsError:  # a drive that gives no file the name of another
        target.unlink()
        partial.replace(target)
    sync_where_possible(target.parent)


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The result of copying an archive."""

    database: Path
    """The new database, not yet in its place."""
    earlier: datetime | None
    """When the earlier copy at that place was made; None = there was none."""
    files: int
    bytes: int
    uncopied: tuple[UncopiedFile, ...]
    mended: tuple[str, ...] = ()
    """Names of files that had other bytes in the copy than belong under their names, and have the right ones again."""


def copy_archive(
    archive: Archive,
    place: Path,
    *,
    also: Collection[str] = (),
    leave_out: Collection[Path] = (),
    thorough: bool = False,
    tell: Tell | None = None,
) -> CopyReport:
    """Copy the missing files, and the whole database under a temporary name.

    `also` and `leave_out` as for `backup_files`. `thorough`: files that are there already are read, not only measured.
    Raises BadCopyPlace, NoSpaceForCopy, DiskFull, StorageError, and what `Archive.reading` raises.
    """
    backup_folder.check_apart(archive.home, place)
    database = place / (DATABASE + PARTIAL_SUFFIX)
    try:
        with archive.reading() as reading:
            source = reading.driver
            earlier = backup_folder.earlier_copy(source, place)
            files = backup_files(reading, also=also, leave_out=leave_out)
            changed = [one for one in files if is_different(one, archive.home, place, thorough=thorough)]
            wrong = [one.name for one in changed if one.rule is ReplaceRule.KNOWN and (place / one.name).exists()]
            progress = CopyProgress(engine.copy_size(source), [one.size for one in changed], tell)
            backup_folder.check_space(place, progress.total)
            backup_folder.prepare_folder(place, source)
            engine.copy_database(source, database, tell=progress.report)
        kept = transfer_all(changed, archive.home, place, progress)
    except OSError as error:
        if is_full(error):  # the database without the files it names is of no use, and takes the space
            engine.remove_with_logs(database)
        raise copy_error(error, error.filename or place) from error
    mended = tuple(name for name in wrong if name not in {one.name for one in kept})
    return CopyReport(database, earlier, len(changed) - len(kept), progress.total, kept, mended)


def place_database(place: Path) -> None:
    """Give the new database its name; an earlier one is replaced. Raises DiskFull, StorageError."""
    database = place / DATABASE
    try:
        with suppress(sqlite3.Error):  # a broken one has no log worth keeping
            engine.checkpoint_log(database)
        engine.remove_logs(database)
        move_into_place(database.with_name(DATABASE + PARTIAL_SUFFIX), database)
    except OSError as error:
        raise copy_error(error, error.filename or place) from error


def remove_mark(place: Path) -> None:
    """Remove the mark of a copy, which makes it an archive of its own. Raises OSError."""
    (place / MARK).unlink(missing_ok=True)


def check_free(source: Archive, home: Path) -> None:
    """Raise ArchiveThere if a home holds an archive or parts of one, except those of an interrupted restore."""
    with source.reading() as reading:
        if not backup_folder.is_free(home, reading.driver):
            raise errors.ArchiveThere(path=home)


def check_closed(source: Path) -> None:
    """Raise CopyNotClosed if the last changes of a copy are still in a log beside its database."""
    for end in ("-wal", "-journal"):
        log = source / (DATABASE + end)
        if log.exists() and log.stat().st_size:
            raise errors.CopyNotClosed(path=source)


PREFIX = "set-aside-"
"""How the name of a folder begins into which parts of an archive were moved."""

_PARTS = (*(DATABASE + end for end in ("", "-wal", "-shm", "-journal")), MARK, SETTINGS, *FOLDERS)


def has_parts(home: Path) -> bool:
    """Whether a home holds parts of an archive besides its settings."""
    return any((home / name).exists() for name in _PARTS if name != SETTINGS)


def set_aside(home: Path, *, at: datetime) -> Path:
    """Move database, logs and folders of an archive into a new folder of the home; its path. Raises StorageError."""
    aside = home / free_name(home, f"{PREFIX}{at:%Y%m%d-%H%M%S}")
    with disk_errors(home):
        private_folder(aside, below=home)
        for name in _PARTS:
            if (home / name).is_symlink() or (home / name).exists():
                (home / name).rename(aside / name)
        sync_folder(aside)
        sync_folder(home)
    return aside


def put_back(aside: Path, home: Path) -> None:
    """Put everything back, as no copy took its place; what the copy has brought already stays. Raises StorageError."""
    with disk_errors(home):
        (home / MARK).unlink(missing_ok=True)  # of the copy; the archive's own comes back with the rest
        _move_missing(aside, aside, home)
        sync_folder(home)


def bring_back(home: Path) -> None:
    """Bring what outlives a database back to a restored archive, if it was set aside of the same one.

    Of every folder that was ever set aside, as a restore may have been interrupted. Raises StorageError.
    """
    own = _first_seal(home)
    with disk_errors(home):
        for aside in sorted(home.glob(PREFIX + "*")):
            if own is not None and _first_seal(aside) == own:
                for folder in (records.FOLDER, SEALS):
                    _move_missing(aside / folder, aside, home)
                if (aside / SETTINGS).exists():  # as they were last, not as they were when the copy was made
                    (aside / SETTINGS).replace(home / SETTINGS)
                    _sync_both(home, aside)


def _move_missing(folder: Path, aside: Path, home: Path) -> None:
    """Move the files of a folder that was set aside to where they were, unless something is there. Raises OSError."""
    moved = set()
    for source in sorted(folder.glob("**/*")):
        target = home / source.relative_to(aside)
        if (source.is_symlink() or not source.is_dir()) and not target.exists():
            private_folder(target.parent, below=home)
            source.rename(target)
            moved.add((target.parent, source.parent))
    for came_to, left in sorted(moved):
        _sync_both(came_to, left)


def _sync_both(came_to: Path, left: Path) -> None:
    """Make a move durable: the new name first, so that a power cut may leave both, and never neither."""
    sync_where_possible(came_to)
    sync_where_possible(left)


def _first_seal(place: Path) -> bytes | None:
    """The bytes of the first seal, whose salted entries are those of one archive alone; None if none can be read."""
    try:
        first = next((one for one in list_files(place / SEALS) if one.is_seal and one.number == 1), None)
        return None if first is None else (place / SEALS / first.name).read_bytes()
    except OSError:
        return None
