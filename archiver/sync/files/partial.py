"""What has come of a file whose transfer was cut: its bytes, their digest, and how many are surely on the disk.

Beside `NAME.part` lies `NAME.mark`, which says how many bytes were fsynced and of which version (a strong ETag)
they are. After a power cut a file may be as long as before and yet hold zeros at its end, so no more than the
marked bytes are built upon.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from archiver.store.disk import write_durably

CHUNK = 2**20
SYNC_EVERY = 64 * 2**20
"""Bytes after which what has come is made durable."""


class Partial:
    """A file that is arriving; open between `with` and its end. Raises OSError."""

    def __init__(self, part: Path, size: int, *, every: int = SYNC_EVERY) -> None:
        """Take up what is here of a file of `size` bytes (0 = not told: nothing is taken up).

        What comes is made durable after each `every` bytes.
        """
        self._every = every
        self.part = part
        self.have = 0
        self.etag = ""
        self._sofar = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._durable = 0
        self._whole = False
        marked, etag = _read_mark(part)
        if 0 < marked <= size and part.exists() and part.stat().st_size >= marked:
            self._take_up(marked, etag)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make durable what has come, also when the transfer failed; a full disk takes no more."""
        if self._file is None:
            return
        if isinstance(error, OSError):
            with suppress(OSError):
                self._file.close()
            return
        with self._file:
            if not self._whole and self.have > self._durable:
                self._make_durable()

    def finish(self) -> None:
        """Nothing more is to come: whoever keeps the file makes it durable."""
        self._whole = True

    @property
    def sha256(self) -> str:
        """The digest of what is here, lower-case hex."""
        return self._sofar.hexdigest()

    def restart(self) -> None:
        """Begin from nothing."""
        if self._file is not None:
            self._file.close()
        self.have, self._durable, self._sofar = 0, 0, hashlib.sha256()
        _mark_of(self.part).unlink(missing_ok=True)
        handle = os.open(self.part, os.O_CREAT | os.O_TRUNC | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(handle, "r+b")

    def remember(self, etag: str) -> None:
        """Keep a strong ETag, so that a resumed file is never made of two different ones."""
        strong = etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < 200
        self.etag = etag if strong else ""

    def add(self, piece: bytes) -> None:
        """Write what came."""
        assert self._file is not None, "restart or take up first"
        self._file.write(piece)
        self._sofar.update(piece)
        self.have += len(piece)
        if self.have - self._durable >= self._every:
            self._make_durable()

    def drop(self) -> None:
        """Forget what came."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.have = 0
        self.drop_at(self.part)

    @staticmethod
    def drop_at(part: Path) -> None:
        """Forget what came of a file that is not open."""
        part.unlink(missing_ok=True)
        _mark_of(part).unlink(missing_ok=True)

    def _take_up(self, marked: int, etag: str) -> None:
        self._file = self.part.open("r+b")
        self._file.truncate(marked)
        while piece := self._file.read(CHUNK):
            self._sofar.update(piece)
        self.have = self._durable = marked
        self.etag = etag

    def _make_durable(self) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._durable = self.have
        told = json.dumps({"size": self.have, "etag": self.etag})
        write_durably(_mark_of(self.part), told.encode("ascii"))


def _mark_of(part: Path) -> Path:
    return part.with_suffix(".mark")


def _read_mark(part: Path) -> tuple[int, str]:
    """How many bytes are surely there, and of which version; 0 if nothing says so."""
    try:
        told = json.loads(_mark_of(part).read_bytes())
        return int(told["size"]), str(told["etag"])
    except (OSError, ValueError, LookupError, TypeError):
        return 0, ""
