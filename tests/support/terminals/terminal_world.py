"""A world whose archive is filled in this process by the real time, and a terminal over that archive.

A command in a process of its own takes a third of a second, so only the commands under test are run so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from archiver.store.rows import Slot
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.world import Clock, World

T = TypeVar("T")


class TerminalWorld(World):
    """A world with 田中 and one contracted room, and a terminal in English over its archive."""

    def __init__(self, home: Path, chatwork: Chatwork, clock: Clock) -> None:
        super().__init__(home, chatwork, clock)
        self.terminal = Terminal(home, chatwork)
        self.terminal.environ |= {"ARCHIVE_LANG": "en"}

    def both(self, *arguments: object, code: int = 0, **environ: str) -> tuple[str, str]:
        """What a command prints on stdout and stderr."""
        return self.terminal.both(*arguments, code=code, **environ)

    def document(self, *arguments: object) -> dict[str, Any]:
        """The one JSON document that a command prints."""
        document: dict[str, Any] = json.loads(self.both(*arguments, "--json")[0])
        return document

    def remember(self, slot: Slot[T], value: T | None) -> None:
        """Remember a value in the archive, as a run does."""
        with self.archive.writing() as writing:
            slot.remember(writing, value)


@contextmanager
def running_terminal_world(home: Path) -> Iterator[TerminalWorld]:
    """A world with nothing but a contract in its archive, under a clock close to the real time."""
    clock = Clock(datetime.now(UTC) - timedelta(seconds=20))
    with Chatwork(now=clock, limit=100_000, token=TOKEN) as chatwork:
        world = TerminalWorld(home, chatwork, clock)
        yield world
        world.close()
