"""A file whose download may be cut: its bytes so far, their digest, and how many are surely on the disk.

Beside `NAME.part` lies `NAME.mark`, which states how many bytes were fsynced and of which version (a strong ETag) they
are. After a power cut a file may be as long as before and yet have zeros at its end, so a download is resumed after
the marked bytes only.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from archiver.store.durable_files import write_durably

CHUNK = 2**20
SYNC_EVERY = 64 * 2**20
"""After so many bytes the data so far is made durable."""


class PartialFile:
    """A file that is being downloaded, as a context manager. Raises OSError."""

    def __init__(self, part: Path, size: int, *, every: int = SYNC_EVERY) -> None:
        """Resume what is here of a file of `size` bytes (0 = unknown: nothing is resumed).

        The data is made durable after each `every` bytes.
        """
        self._durable_every = every
        self.part_path = part
        self.size_here = 0
        self.etag = ""
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._durable = 0
        self._whole = False
        marked, etag = _read_durable_mark(part)
        if 0 < marked <= size and part.exists() and part.stat().st_size >= marked:
            self._resume(marked, etag)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make the data so far durable, also when the transfer failed, but not on a disk error."""
        if self._file is None:
            return
        if isinstance(error, OSError):
            with suppress(OSError):
                self._file.close()
            return
        with self._file:
            if not self._whole and self.size_here > self._durable:
                self._make_durable()

    def set_whole(self) -> None:
        """Declare the file whole: whoever stores it makes it durable."""
        self._whole = True

    @property
    def sha256(self) -> str:
        """The SHA-256 of the data so far, lower-case hex."""
        return self._digest.hexdigest()

    def restart(self) -> None:
        """Begin with an empty file."""
        if self._file is not None:
            self._file.close()
        self.size_here, self._durable, self._digest = 0, 0, hashlib.sha256()
        _mark_path(self.part_path).unlink(missing_ok=True)
        handle = os.open(self.part_path, os.O_CREAT | os.O_TRUNC | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(handle, "r+b")

    def remember_etag(self, etag: str) -> None:
        """Remember a strong ETag, so that a resumed file is never made of two different versions."""
        strong = etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < 200
        self.etag = etag if strong else ""

    def append(self, chunk: bytes) -> None:
        """Append a chunk of data."""
        assert self._file is not None, "restart or take up first"
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size_here += len(chunk)
        if self.size_here - self._durable >= self._durable_every:
            self._make_durable()

    def discard(self) -> None:
        """Close and remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.size_here = 0
        self.discard_at(self.part_path)

    @staticmethod
    def discard_at(part: Path) -> None:
        """Remove a partial file that is not open."""
        part.unlink(missing_ok=True)
        _mark_path(part).unlink(missing_ok=True)

    def _resume(self, marked: int, etag: str) -> None:
        self._file = self.part_path.open("r+b")
        self._file.truncate(marked)
        while chunk := self._file.read(CHUNK):
            self._digest.update(chunk)
        self.size_here = self._durable = marked
        self.etag = etag

    def _make_durable(self) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._durable = self.size_here
        mark = json.dumps({"size": self.size_here, "etag": self.etag})
        write_durably(_mark_path(self.part_path), mark.encode("ascii"))


def _mark_path(part: Path) -> Path:
    return part.with_suffix(".mark")


def _read_durable_mark(part: Path) -> tuple[int, str]:
    """How many bytes are surely on the disk, and of which version; 0 if there is no valid mark."""
    try:
        mark = json.loads(_mark_path(part).read_bytes())
        return int(mark["size"]), str(mark["etag"])
    except (OSError, ValueError, LookupError, TypeError):
        return 0, ""
