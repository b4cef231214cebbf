"""One file of the home to its place in a copy: there whole or not at all, and never over something better.

It is written under another name, synced and renamed. Whether the bytes of the home may take the place of others is a
matter of the file's rule (`holdings.Rule`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiver.store.backup.inventory import BackupFile, ReplaceRule
from archiver.store.blobs import digest_of
from archiver.store.disk import private_folder, sync_folder

PARTIAL = ".partial"
_PIECE = 2**20

Tell = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was not copied: what lies there is another one (`detail` None), or it cannot be read here."""

    name: str
    detail: str | None = None


class CopyProgress:
    """Bytes done of all that is to be copied, the database first."""

    def __init__(self, database: int, files: list[int], tell: Tell | None) -> None:
        """Take the sizes in the order in which they are copied."""
        self.total = database + sum(files)
        self._before, self._sizes, self._tell = 0, iter([database, *files]), tell

    def at(self, done: int) -> None:
        """So many bytes of the present file are done."""
        if self._tell is not None:
            self._tell(min(self._before + done, self.total), self.total)

    def next(self) -> None:
        """The next file begins."""
        self._before += next(self._sizes)


def differs(one: BackupFile, home: Path, place: Path, *, thorough: bool) -> bool:
    """Whether a file is missing there or, as far as one looks, another one."""
    target = place / one.name
    try:
        status = target.lstat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(status.st_mode) or status.st_size != one.size:
        return True
    if one.rule is ReplaceRule.NEWEST:
        return target.read_bytes() != (home / one.name).read_bytes()
    try:
        return thorough and one.rule is ReplaceRule.KNOWN and digest_of(target) != one.sha256
    except OSError:
        return True


def transfer_all(wanted: list[BackupFile], home: Path, place: Path, progress: CopyProgress) -> tuple[Kept, ...]:
    """Copy the files; those that were not copied. Raises OSError for what the place cannot take."""
    kept = []
    for one in wanted:
        progress.next()
        if (left := _transfer(one, home, place, progress)) is not None:
            kept.append(left)
    return tuple(kept)


def sync_name(folder: Path) -> None:
    """Make a rename durable, where the disk can."""
    with suppress(OSError):  # some shares and sticks cannot
        sync_folder(folder)


def _transfer(one: BackupFile, home: Path, place: Path, progress: CopyProgress) -> Kept | None:
    """Copy one file if it may take its place; None if it did."""
    target = place / one.name
    partial = target.with_name(target.name + PARTIAL)
    if not (home / one.name).exists():  # a daily copy that a killed run had made twice, just removed
        return None
    if not _reach(target.parent, place) or (target.is_symlink() or (target.exists() and not target.is_file())):
        return Kept(one.name)
    try:
        digest = _write(home / one.name, partial, progress)
        if target.exists() and not _may_replace(one, digest, partial, target):
            return Kept(one.name)
        if one.rule is ReplaceRule.KNOWN:
            with suppress(OSError):  # not every stick knows who may write
                partial.chmod(0o400)
        _rename(partial, target)
    except _CopyUnreadable as error:
        return Kept(one.name, error.detail)
    finally:
        partial.unlink(missing_ok=True)
    return None


def _may_replace(one: BackupFile, digest: str, fresh: Path, there: Path) -> bool:
    """Whether the bytes of the home take the place of others: a good copy is never lost to a damaged original."""
    match one.rule:
        case ReplaceRule.NEWEST:
            return True
        case ReplaceRule.KNOWN:
            return digest == one.sha256
        case ReplaceRule.GROWS:
            return fresh.read_bytes().startswith(there.read_bytes())
        case ReplaceRule.ONCE:
            return False


class _CopyUnreadable(Exception):
    """A file of the home cannot be read: the others are copied all the same."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def _write(source: Path, partial: Path, progress: CopyProgress) -> str:
    """Copy the bytes under another name, synced; their SHA-256. Raises _Unreadable, OSError."""
    digest, done = hashlib.sha256(), 0
    partial.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        reading = source.open("rb")
    except OSError as error:
        raise _CopyUnreadable(error.strerror or str(error)) from error
    with reading, os.fdopen(os.open(partial, flags, 0o600), "wb") as writing:
        while piece := _piece(reading):
            digest.update(piece)
            writing.write(piece)
            done += len(piece)
            progress.at(done)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def _piece(reading: Any) -> bytes:
    try:
        return bytes(reading.read(_PIECE))
    except OSError as error:
        raise _CopyUnreadable(error.strerror or str(error)) from error


def _reach(folder: Path, place: Path) -> bool:
    """Make the folder; False if a link would lead the copy to another place."""
    if folder.resolve() != place.resolve() / folder.relative_to(place):
        return False
    private_folder(folder, below=place)
    return True


def _rename(partial: Path, target: Path) -> None:
    if os.name == "nt" and target.exists():
        target.chmod(0o600)  # Windows replaces nothing that is read-only
    partial.replace(target)
    sync_name(target.parent)
