"""Files of the user's own disk: measured, or copied into `files/` under their SHA-256.

They are read in pieces while they are hashed, and never changed. Folders, devices and files above the limit are
refused.
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
from archiver.store.durable_files import private_folder, storage_error

FOLDER = "added"
"""Folder below `files/incoming/`: a sync removes unknown files from `incoming/` itself, but not from here."""

_PIECE_BYTES = 2**20
_ABANDONED_AFTER = 24 * 3600
"""Seconds after which an unfinished copy is taken for abandoned."""


class MeasuredFile(NamedTuple):
    """Name, size and SHA-256 of a file that was read."""

    name: str
    """The last part of its path; the folders above it are not recorded."""
    size: int
    sha256: str


def measure(path: Path, *, limit: int) -> MeasuredFile:
    """Read a file without storing it (`limit` in bytes). Raises NothingThere, NotAFile, FileAboveLimit, NotAllowed."""
    with _open_file(path, limit) as file:
        return _read_in_pieces(path, file, limit, lambda _piece: None)


def keep(home: Path, path: Path, *, limit: int) -> MeasuredFile:
    """Copy a file into `files/`. Raises as `measure`, and DiskFull or HomeNotWritable."""
    with _open_file(path, limit) as file:
        part: Path | None = None
        try:
            part = _new_part(home)
            with part.open("wb") as writing:
                measured = _read_in_pieces(path, file, limit, writing.write)
            blobs.keep(home, part, measured.sha256)
        except OSError as error:
            raise storage_error(error, home) from error
        finally:
            if part is not None:
                with suppress(OSError):  # it takes space, no more; another copy removes it later
                    part.unlink(missing_ok=True)
    return measured


def _new_part(home: Path) -> Path:
    """A new file for arriving bytes. Abandoned ones of killed processes are removed."""
    folder = home / blobs.FOLDER / blobs.INCOMING / FOLDER
    private_folder(folder, below=home)
    for part in folder.iterdir():
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _ABANDONED_AFTER:
                part.unlink()
    handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    return Path(name)


@contextmanager
def _open_file(path: Path, limit: int) -> Iterator[BinaryIO]:
    """Open a regular file up to the limit. It is checked before it is opened, as opening a pipe would wait."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise errors.NotAFile(path=path)
        if status.st_size > limit:
            raise errors.FileAboveLimit(path=path, limit_gb=f"{limit / 10**9:g}")
        file = path.open("rb")
    except PermissionError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
    except (OSError, ValueError) as error:  # also a name that is too long, a circle of links, a NUL
        raise errors.NothingThere(path=path) from error
    with file:
        yield file


def _read_in_pieces(path: Path, file: BinaryIO, limit: int, take: Callable[[bytes], object]) -> MeasuredFile:
    digest, size = hashlib.sha256(), 0
    while piece := _read_piece(path, file):
        size += len(piece)
        if size > limit:  # it grows while it is read
            raise errors.FileAboveLimit(path=path, limit_gb=f"{limit / 10**9:g}")
        digest.update(piece)
        take(piece)
    return MeasuredFile(path.name, size, digest.hexdigest())


def _read_piece(path: Path, file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE_BYTES)
    except OSError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
