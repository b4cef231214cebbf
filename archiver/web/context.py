"""What the pages are given: the archive, the clock, and what only the rest of the program can tell.

The viewer reads; it never asks Chatwork, never judges and never writes. What deserves attention is judged
elsewhere and handed in as sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from flask import current_app

from archiver.store.archive import Archive, Reading
from archiver.store.queries.status import Status


class Condition(StrEnum):
    """How the archive stands, in the words of `archive status`."""

    GOOD = "good"
    ATTENTION = "attention"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Block:
    """What is to be known and done at once about one contract."""

    head: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Label and sentences: what changed, what is kept, what is not, what not to do."""
    steps: tuple[str, ...]
    """What to do now, in this order."""


@dataclass(frozen=True, slots=True)
class Attention:
    """What deserves attention, as sentences in the language of the process; plain text, hidden signs made visible."""

    condition: Condition
    blocks: tuple[Block, ...]
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """Label and sentence: last save, seals, stamps, copy elsewhere, re-reading, deadlines."""


@dataclass(frozen=True, slots=True)
class ViewContext:
    """What every page may ask for."""

    home: Path
    """Where the archive lies."""
    now: Callable[[], datetime]
    status: Callable[[Reading], Status]
    """What is held, covered and missing."""
    attention: Callable[[Reading, Status], Attention]
    command: tuple[str, ...] = ("archive",)
    """How a terminal calls the program for this archive; words, not yet quoted."""
    language: str = "ja"
    """Of the pages: `ja` or `en`; conversations look as in every package, in Japanese."""

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A snapshot of the archive. Raises NoArchive, ArchiveDamaged, OlderArchive, NewerArchive."""
        # Opened each time: what an earlier page has open may by now be another archive than the one in the home.
        archive = Archive(self.home, read_only=True)
        try:
            with archive.reading() as reading:
                yield reading
        finally:
            archive.close()


EXTENSION = "archive"
"""Where Flask keeps the desk among its extensions."""


def view_context() -> ViewContext:
    """The desk of the application that answers the present request."""
    found: ViewContext = current_app.extensions[EXTENSION]
    return found
