"""A user's desk: an archive that is filled in this process, by the clock on the wall, and a terminal to look at it.

Each command is a process of its own and takes a third of a second, so only what a test looks at is run as one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.demo.chatwork.simulator import Chatwork
from archiver.store.working import memory
from tests.support.terminal import TOKEN, Terminal
from tests.support.world import Clock, World


class TerminalWorld(World):
    """A world with 田中 and one contracted room, and a terminal in English over its archive."""

    def __init__(self, home: Path, chatwork: Chatwork, clock: Clock) -> None:
        super().__init__(home, chatwork, clock)
        self.terminal = Terminal(home, chatwork)
        self.terminal.environ |= {"ARCHIVE_LANG": "en"}

    def both(self, *arguments: object, code: int = 0, **environ: str) -> tuple[str, str]:
        """What a command prints on stdout and stderr."""
        told = subprocess.run(
            self.terminal.command(*arguments),
            env=self.terminal.environ | environ,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert code == told.returncode, told.stdout + told.stderr
        assert "Traceback" not in told.stderr
        return told.stdout, told.stderr

    def document(self, *arguments: object) -> dict[str, Any]:
        """The one JSON document that a command prints."""
        found: dict[str, Any] = json.loads(self.both(*arguments, "--json")[0])
        return found

    def remember(self, key: str, value: object) -> None:
        """Leave behind what a run would."""
        with self.archive.writing() as writing:
            memory.remember(writing, key, value)


@contextmanager
def running_terminal_world(home: Path) -> Iterator[TerminalWorld]:
    """A desk whose archive holds nothing but a contract; the simulated Chatwork goes by a clock close to the real."""
    clock = Clock(datetime.now(UTC) - timedelta(seconds=20))
    with Chatwork(now=clock, limit=100_000, token=TOKEN) as chatwork:
        desk = TerminalWorld(home, chatwork, clock)
        yield desk
        desk.close()
