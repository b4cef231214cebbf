"""Files of the user's own disk: measured, or copied into `files/` as bytes named by their SHA-256.

They are read in pieces while they are hashed, and never changed. Which file was chosen is the user's business;
what is refused is what cannot be meant: a folder, a device, more than the limit.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver import errors
from archiver.store import blobs
from archiver.store.disk import private_folder, storage_error

FOLDER = "added"
"""Below `files/incoming/`, as a sync clears away what it does not know in that folder itself."""

_PIECE = 2**20
_LEFT_BEHIND = 24 * 3600
"""Seconds after which a copy that was not finished is nobody's any more."""


class Measured(NamedTuple):
    """A file as it was read."""

    name: str
    """The last part of its path: the folders above are the user's own affair."""
    size: int
    sha256: str


def measure(path: Path, *, most: int) -> Measured:
    """Read a file without keeping it; `most` in bytes. Raises NothingThere, NotAFile, FileAboveLimit, NotAllowed."""
    with _opened(path, most) as file:
        return _read(path, file, most, lambda _piece: None)


def keep(home: Path, path: Path, *, most: int) -> Measured:
    """Copy a file into `files/`. Raises as `measure`, and DiskFull or HomeNotWritable."""
    with _opened(path, most) as file:
        part: Path | None = None
        try:
            part = _place(home)
            with part.open("wb") as writing:
                measured = _read(path, file, most, writing.write)
            blobs.keep(home, part, measured.sha256)
        except OSError as error:
            raise storage_error(error, home) from error
        finally:
            if part is not None:
                with suppress(OSError):  # it takes space, no more; another copy removes it later
                    part.unlink(missing_ok=True)
    return measured


def _place(home: Path) -> Path:
    """A new file for arriving bytes; copies that a kill left behind go."""
    folder = home / blobs.FOLDER / blobs.INCOMING / FOLDER
    private_folder(folder, below=home)
    for left in folder.iterdir():
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                left.unlink()
    handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    return Path(name)


@contextmanager
def _opened(path: Path, most: int) -> Iterator[BinaryIO]:
    """The file, if it is one that can be meant; looked at before it is opened, as opening a pipe would wait."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise errors.NotAFile(path=path)
        if status.st_size > most:
            raise errors.FileAboveLimit(path=path, limit_gb=f"{most / 10**9:g}")
        file = path.open("rb")
    except PermissionError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
    except (OSError, ValueError) as error:  # also a name that is too long, a circle of links, a NUL
        raise errors.NothingThere(path=path) from error
    with file:
        yield file


def _read(path: Path, file: BinaryIO, most: int, take: Callable[[bytes], object]) -> Measured:
    digest, size = hashlib.sha256(), 0
    while piece := _piece(path, file):
        size += len(piece)
        if size > most:  # it grows while it is read
            raise errors.FileAboveLimit(path=path, limit_gb=f"{most / 10**9:g}")
        digest.update(piece)
        take(piece)
    return Measured(path.name, size, digest.hexdigest())


def _piece(path: Path, file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
