"""The context of every page: archive, clock, status and warnings.

The viewer only reads the archive; it never asks Chatwork and never judges. Warnings are judged elsewhere and passed in
as sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

from archiver.store.archive import Archive, Reading
from archiver.store.engine import written_state
from archiver.store.queries.status import Status


class ViewContext(NamedTuple):
    """Everything a page needs besides its request."""

    home: Path
    """The folder of the archive."""
    now: Callable[[], datetime]
    status: Callable[[Reading], Status]
    """Returns the status of the archive."""
    home_document: Callable[[Reading, Status], Mapping[str, Any]]
    """The document of how things stand, in the language of the process."""
    patience: Callable[[Reading], timedelta] = lambda _reading: timedelta.max
    """After how long without a save saving counts as stopped: three intervals."""
    command: tuple[str, ...] = ("archive",)
    """The command that calls the program for this archive in a terminal; words, not yet quoted."""
    language: str = "ja"
    """The language of the pages, `ja` or `en`."""
    record_language: str = "ja"
    """The language of what stands around the messages in them, as in a package."""

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A snapshot of the archive. Raises NoArchive, ArchiveDamaged, OlderArchive, NewerArchive."""
        # Opened for each request: by now the home may hold another archive than an earlier page opened.
        archive = Archive(self.home, read_only=True)
        written = written_state(archive.database)
        try:
            with archive.reading() as reading:
                reading.written = written
                yield reading
        finally:
            archive.close()


EXTENSION = "archive"
"""The key of the context among Flask's extensions."""


def view_context() -> ViewContext:
    """The context of the application that answers the current request."""
    context: ViewContext = current_app.extensions[EXTENSION]
    return context
