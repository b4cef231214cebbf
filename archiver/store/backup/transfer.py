"""Transfers files of the home into a copy: each is complete or absent there, and never replaces a better one.

A file is written under another name, synced and renamed. Its rule (`inventory.ReplaceRule`) says whether it may replace
one that is there already.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.folder_sync import allow_where_possible, sync_where_possible
from archiver.store.backup.inventory import BackupFile, ReplaceRule
from archiver.store.blobs import file_sha256
from archiver.store.durable_files import make_durable_folder

PARTIAL_SUFFIX = ".partial"
_PIECE_BYTES = 2**20

Tell = Callable[[int, int], None]
"""A function that is called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class UncopiedFile:
    """A file that was not copied: another one is there (`detail` None), or it cannot be read in the home (`detail`)."""

    name: str
    detail: str | None = None


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
        return thorough and file.rule is ReplaceRule.KNOWN and file_sha256(target) != file.sha256
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
            return UncopiedFile(file.name)
        if file.rule is ReplaceRule.KNOWN:
            allow_where_possible(partial, 0o400)
        move_into_place(partial, target)
    except _CopyUnreadable as error:
        return UncopiedFile(file.name, error.detail)
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
    """A file of the home cannot be read; the others are copied nevertheless."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


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
