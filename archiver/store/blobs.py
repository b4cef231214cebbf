"""The bytes of attachments, stored under their SHA-256: the same bytes once, never overwritten.

Files of the user's own disk are measured, or copied in beside those that were downloaded."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.folder_sync import allow_where_possible, disk_errors, sync_folder
from archiver.store.durable_files import private_folder

FOLDER = "files"
INCOMING = "incoming"


def blob_path(home: Path, sha256: str) -> Path:
    """The path of the bytes with this digest."""
    return home / FOLDER / sha256[:2] / sha256[2:4] / sha256


def incoming_path(home: Path, room: int, file: int) -> Path:
    """The path at which the bytes of a file arrive. Its folder is made. Raises OSError."""
    folder = home / FOLDER / INCOMING
    private_folder(folder, below=home)
    return folder / f"{room}-{file}.part"


def keep(home: Path, part: Path, sha256: str) -> Path:
    """Move arrived bytes to the path of their digest, or delete them if they are stored already. Raises OSError.

    A damaged file at that path is replaced.
    """
    place = blob_path(home, sha256)
    private_folder(place.parent, below=home)
    if place.exists() and digest_file(place) == sha256:
        part.unlink()
        return place
    with part.open("r+b") as file:  # Windows only syncs what is open for writing
        os.fsync(file.fileno())
    allow_where_possible(part, 0o400)
    part.replace(place)
    for folder in (place.parent, place.parent.parent, home / FOLDER):
        sync_folder(folder)
    return place


def is_held(home: Path, sha256: str) -> bool:
    """Whether a file is stored under this digest; it is not checked."""
    return blob_path(home, sha256).is_file()


_ADDED_FOLDER = "added"
"""Folder below `files/incoming/`: a sync removes unknown files from `incoming/` itself, but not from here."""

_PIECE_BYTES = 2**20
_ABANDONED_AFTER = 24 * 3600
"""Seconds after which an unfinished copy is taken for abandoned."""


def measure(path: Path, *, limit: int) -> tuple[int, str]:
    """The size and the SHA-256 of a file, which is not stored; `limit` is in bytes.

    Raises NothingThere, NotAFile, FileAboveLimit, NotAllowed.
    """
    with _open_file(path, limit) as file:
        return _read_in_pieces(path, file, limit, lambda _piece: None)


def copy_in(home: Path, path: Path, *, limit: int) -> tuple[int, str]:
    """Copy a file into `files/`; its size and SHA-256. Raises as `measure`, and DiskFull or HomeNotWritable."""
    with _open_file(path, limit) as file, disk_errors(home):
        part = _new_part(home)
        try:
            with part.open("wb") as writing:
                size, sha256 = _read_in_pieces(path, file, limit, writing.write)
            keep(home, part, sha256)
        finally:
            with suppress(OSError):  # it takes space, no more; another copy removes it later
                part.unlink(missing_ok=True)
    return size, sha256


def _new_part(home: Path) -> Path:
    """A new file for arriving bytes. Abandoned ones of killed processes are removed."""
    folder = home / FOLDER / INCOMING / _ADDED_FOLDER
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


def _read_in_pieces(path: Path, file: BinaryIO, limit: int, take: Callable[[bytes], object]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := _read_piece(path, file):
        size += len(piece)
        if size > limit:  # it grows while it is read
            raise errors.FileAboveLimit(path=path, limit_gb=f"{limit / 10**9:g}")
        digest.update(piece)
        take(piece)
    return size, digest.hexdigest()


def _read_piece(path: Path, file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE_BYTES)
    except OSError as error:
        raise errors.NotAllowed(path=path, detail=error.strerror or str(error)) from error
