"""The bytes of a file as they lie in the archive: opened with care, compared with what was recorded, and sent.

Their size is always compared. Their fingerprint (SHA-256) is compared too where that takes no time that a user
feels, up to `CHECKED`; what was found intact is not read again until the file's times change.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from flask import Response, request
from werkzeug.datastructures import Range
from werkzeug.wsgi import wrap_file

from archiver.store import blobs

CHECKED = 50_000_000
"""Bytes of the largest file whose fingerprint is compared before it is sent."""

A_PIECE = 4_000_000
"""Bytes of one answer while something is played: a browser that pauses must not hold a thread of the server."""

POLICY = "sandbox; default-src 'none'"
"""A stranger's bytes may do nothing at all (Content-Security-Policy), should a browser show them."""

_SHA256 = re.compile("[0-9a-f]{64}")


class Fault(StrEnum):
    """Why bytes that should be there are not sent."""

    ABSENT = "absent"
    OUTSIDE = "outside"
    """A link leads out of the archive's folder, or it is no plain file."""
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong_size"
    CHANGED = "changed"
    """The fingerprint is another."""


class Unsendable(Exception):
    """The bytes are not as they were recorded."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def opened(home: Path, sha256: str, size: int) -> BinaryIO:
    """The bytes with this fingerprint, found to be as recorded; the caller closes them. Raises Unsendable."""
    file = _opened(home, sha256)
    try:
        _compare(file, sha256, size)
    except BaseException:
        file.close()
        raise
    return file


def head(home: Path, sha256: str, length: int) -> bytes:
    """The first bytes, compared with nothing; empty if they cannot be read."""
    try:
        with _opened(home, sha256) as file:
            return file.read(length)
    except (Unsendable, OSError):
        return b""


def sent(file: BinaryIO, *, sha256: str, size: int, mimetype: str = "application/octet-stream") -> Response:
    """An answer that streams them, in part where the browser asks for a part; closes them in the end.

    Raises RequestedRangeNotSatisfiable.
    """
    answer = Response(wrap_file(request.environ, file), mimetype=mimetype, direct_passthrough=True)
    answer.call_on_close(file.close)
    answer.content_length = size
    answer.set_etag(sha256)
    answer.headers["Content-Security-Policy"] = POLICY
    with _closed_if_not_sent(file):
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return answer


def in_pieces() -> None:
    """Let the present request ask for no more than `A_PIECE`, if it asks for a part."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return
    begin, end = wanted.ranges[0]
    if begin >= 0:
        end = min(begin + A_PIECE, begin + A_PIECE if end is None else end)
        request.environ["HTTP_RANGE"] = Range("bytes", [(begin, end)]).to_header()


@contextmanager
def _closed_if_not_sent(file: BinaryIO) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.close()
        raise


def _opened(home: Path, sha256: str) -> BinaryIO:
    """Never through a link that leads out of the home, and nothing but a plain file."""
    if not _SHA256.fullmatch(sha256):
        raise Unsendable(Fault.ABSENT)
    try:
        place = blobs.path_of(home, sha256).resolve(strict=True)
        if not place.is_relative_to(home.resolve()) or not stat.S_ISREG(place.lstat().st_mode):
            raise Unsendable(Fault.OUTSIDE)
        return os.fdopen(os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)), "rb")
    except FileNotFoundError as fault:
        raise Unsendable(Fault.ABSENT) from fault
    except (OSError, RuntimeError) as fault:  # RuntimeError: links that lead in a circle
        raise Unsendable(Fault.UNREADABLE) from fault


def _compare(file: BinaryIO, sha256: str, size: int) -> None:
    seen = os.fstat(file.fileno())
    if seen.st_size != size:
        raise Unsendable(Fault.WRONG_SIZE)
    if size > CHECKED:
        return
    try:
        if not _is_intact(_Compared(file, (sha256, seen.st_dev, seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns))):
            raise Unsendable(Fault.CHANGED)
    except OSError as fault:
        raise Unsendable(Fault.UNREADABLE) from fault


class _Compared:
    """An open file, equal to another one where both are the same file with the same times."""

    def __init__(self, file: BinaryIO, identity: tuple[str, int, int, int, int]) -> None:
        self.file = file
        self.identity = identity

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Compared) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=4096)
def _is_intact(compared: _Compared) -> bool:
    found = hashlib.file_digest(compared.file, "sha256").hexdigest()
    compared.file.seek(0)
    return found == compared.identity[0]
