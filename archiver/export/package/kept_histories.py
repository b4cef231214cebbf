"""Keeps the histories of a package's messages, once the first pass made them, for the passes that follow.

Reading, masking and folding the entries of a message takes many times as long as taking its history back from here.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archiver.evidence.history import MessageHistory, Span

_AT_ONCE = 200
"""Histories of a room that are written, and read, in one piece."""

_BYTES_IN_MEMORY = 16_000_000
"""Bytes of all histories up to which no file is made."""


class KeptHistories:
    """The histories of the messages of some rooms, in a file without a name that goes when it is closed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder for the file; None: the system's."""
        where = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(_BYTES_IN_MEMORY, dir=where)  # noqa: SIM115 - closed with this
        self._waiting: dict[int, list[tuple[Any, ...]]] = {}
        self._pieces: dict[int, list[tuple[int, int]]] = {}
        """Room → position and size of each piece."""
        self._end = 0

    def __enter__(self) -> Self:
        """Keep them until the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give them up."""
        self._file.close()

    def add(self, history: MessageHistory) -> None:
        """Keep one more history, later in its room than those before. Raises OSError."""
        waiting = self._waiting.setdefault(history.room_id, [])
        waiting.append(tuple(history._replace(versions=tuple(map(tuple, history.versions)))))  # type: ignore[arg-type]
        if len(waiting) == _AT_ONCE:
            self._write(history.room_id)

    def of_room(self, room: int) -> Iterator[MessageHistory]:
        """The histories of a room, in the order in which they were added. Raises OSError."""
        if self._waiting.get(room):
            self._write(room)
        for position, size in self._pieces.get(room, ()):
            self._file.seek(position)
            yield from map(_history, marshal.loads(self._file.read(size)))  # noqa: S302 - nobody else can write there

    def _write(self, room: int) -> None:
        piece = marshal.dumps(self._waiting.pop(room))
        self._file.seek(self._end)
        self._file.write(piece)
        self._pieces.setdefault(room, []).append((self._end, len(piece)))
        self._end += len(piece)


def _history(row: tuple[Any, ...]) -> MessageHistory:
    history = MessageHistory._make(row)
    return history._replace(versions=tuple(map(Span._make, history.versions)))
