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
from archiver.wording import Completion

_OF_NO_ARCHIVE = r"completion|demo|guide|help|team (?:init|adopt|grant|join|leave|new-key|serve|status|worker)"
_IN_OWN_TEXT = re.compile(
    rf"(?<![\w/.\\-])archive(?= (?!(?:{_OF_NO_ARCHIVE})\b)(?:{'|'.join(COMMANDS)})\b)"
    r"|(?:(?<=: )|(?<=   ))archive(?=$|\)|\(| \(|  )"
)
"""The name of the program in a command of an archive; alone it is one where a text tells to run it."""


def command_words(home: Path) -> tuple[str, ...]:
    """The words that call the program for an archive: its home is named unless it is the usual one."""
    return ("archive",) if home == home_path(None, {}) else ("archive", "--home", str(home))


def command_line(program: Sequence[str]) -> str:
    """The words that call the program as they are typed in a terminal of this computer, safe to be shown."""
    from archiver import shell_command  # a quiet run, whose home is the usual one, types no command

    return visible(shell_command.line(program, platform=sys.platform))


def complete_commands(sentence: str, program: Sequence[str]) -> str:
    """A sentence in which each command `archive …` names this archive."""
    line = command_line(program)
    return re.sub(rf"(?<![\w/.\\-])archive (?=(?:{'|'.join(COMMANDS)})\b)", lambda _found: f"{line} ", sentence)


def completion_for(home: Path) -> Completion | None:
    """How commands name a home in this terminal; None: it is the one that they mean without it."""
    if home == home_path(None, os.environ):
        return None
    return Completion(complete_own_text, command_line(("archive", "--home", str(home))))


def complete_own_text(text: str, line: str) -> str:
    """A text of the program with this line for `archive` in its commands, also where it is told to be run alone."""
    return _IN_OWN_TEXT.sub(lambda _found: line, text)
