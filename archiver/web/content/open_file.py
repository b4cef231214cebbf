"""Opens the saved bytes of a file safely and compares them with the record.

The size is always compared. The fingerprint (SHA-256) is compared too for files up to `CHECKED`, for which that is
fast; a file that was found intact is not read again until its times change.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from enum import StrEnum
from io import BufferedReader
from pathlib import Path

from archiver.store import blobs
from archiver.store.avatars import FOLDER
from archiver.store.keeper import kept_path

CHECKED = 50_000_000
"""Bytes of the largest file whose fingerprint is compared before it is sent."""

LARGEST_FACE = 2**20

_SHA256 = re.compile("[0-9a-f]{64}")

_Identity = tuple[str, int, int, int, int]
"""Fingerprint, device, inode, and times of the last change to the bytes and to the file."""

_INTACT: dict[_Identity, None] = {}
"""Files that were found intact; a dict used as a set, which several threads may use at once."""

_INTACT_LIMIT = 10_000


class UnsendableReason(StrEnum):
    """Why bytes that should be there are not sent."""

    ABSENT = "absent"
    OUTSIDE = "outside"
    """A link leads out of the archive's folder, or the path is no plain file."""
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong_size"
    CHANGED = "changed"
    """The fingerprint differs from the record."""


class Unsendable(Exception):
    """The bytes are not as they were recorded."""

    def __init__(self, reason: UnsendableReason) -> None:
        super().__init__(reason)
        self.reason = reason


def open_blob(home: Path, sha256: str, size: int) -> BufferedReader:
    """The saved bytes of a file after comparison with the record; the caller closes the file. Raises Unsendable.

    A copy of a team's archive gets what it lacks from the team's store first: raises StorageError where it cannot.
    """
    return _compare_or_close(_open_plain_file(home, kept_path(home, sha256), sha256), sha256, size)


def open_face(home: Path, sha256: str) -> BufferedReader:
    """The saved picture of a person, checked likewise; one that is too large counts as changed. Raises Unsendable."""
    file = _open_plain_file(home, home / FOLDER / sha256, sha256)
    return _compare_or_close(file, sha256, min(os.fstat(file.fileno()).st_size, LARGEST_FACE))


def head(home: Path, sha256: str, length: int) -> bytes:
    """The first bytes of a file without any comparison; empty if they cannot be read."""
    try:
        with _open_plain_file(home, blobs.blob_path(home, sha256), sha256) as file:
            return file.read(length)
    except (Unsendable, OSError):
        return b""


def _open_plain_file(home: Path, path: Path, sha256: str) -> BufferedReader:
    """Open a plain file, but never through a link that leads out of the home."""
    if not _SHA256.fullmatch(sha256):
        raise Unsendable(UnsendableReason.ABSENT)
    try:
        path = path.resolve(strict=True)
        if not path.is_relative_to(home.resolve()) or not stat.S_ISREG(path.lstat().st_mode):
            raise Unsendable(UnsendableReason.OUTSIDE)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags), "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unsendable(UnsendableReason.ABSENT) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise Unsendable(UnsendableReason.UNREADABLE) from error


def _compare_or_close(file: BufferedReader, sha256: str, size: int) -> BufferedReader:
    try:
        _compare(file, sha256, size)
    except OSError as error:
        file.close()
        raise Unsendable(UnsendableReason.UNREADABLE) from error
    except Unsendable:
        file.close()
        raise
    return file


def _compare(file: BufferedReader, sha256: str, size: int) -> None:
    status = os.fstat(file.fileno())
    if status.st_size != size:
        raise Unsendable(UnsendableReason.WRONG_SIZE)
    identity = (sha256, status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    if size <= CHECKED and identity not in _INTACT:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise Unsendable(UnsendableReason.CHANGED)
        file.seek(0)
        if len(_INTACT) >= _INTACT_LIMIT:
            _INTACT.clear()
        _INTACT[identity] = None
