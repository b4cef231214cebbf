"""Commands as they must be typed in a new terminal, where the variable ARCHIVE_HOME may not be set."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from archiver.cli.commands import COMMANDS
from archiver.cli.terminal.text import visible
from archiver.settings.home import home_path
from archiver.web import shell_command


def command_words(home: Path) -> tuple[str, ...]:
    """The words that call the program for an archive: its home is named unless it is the usual one."""
    return ("archive",) if home == home_path(None, {}) else ("archive", "--home", str(home))


def complete_commands(sentence: str, program: Sequence[str], *, is_alone: bool = False) -> str:
    """A sentence in which each command `archive …` names this archive.

    `is_alone`: only commands at the start or after two spaces count, as paths and names may look like a command.
    """
    start = r"(?:^|(?<=  ))" if is_alone else r"(?<![\w/.\\-])"
    line = visible(shell_command.line(program, platform=sys.platform))
    return re.sub(rf"{start}archive (?=(?:{'|'.join(COMMANDS)})\b)", lambda _found: f"{line} ", sentence)


def for_home(sentence: str, home: Path) -> str:
    """A sentence of the program's own in which each command works as it is printed, in this terminal."""
    program = ("archive",) if home == home_path(None, os.environ) else ("archive", "--home", str(home))
    return complete_commands(sentence, program)
