"""The context of every command: home, verbosity, settings on demand, commands as they are typed, codes at the end."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.cli.commands import COMMANDS
from archiver.cli.terminal.text import visible
from archiver.settings.home import home_path
from archiver.wording import Completion

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.settings.model import Settings

FINDINGS = 3
"""Something was found that does not fit, or is damaged."""

INCOMPLETE = 4
"""Done, but not all that was asked for, or something has still to be done by the user."""


@dataclass(frozen=True, slots=True)
class CliContext:
    """The object that `@click.pass_obj` passes to every command."""

    home: Path
    """Absolute; need not exist."""
    verbose: int
    """-1 quiet, 0 as usual, 1 and more: say more."""
    environ: Mapping[str, str]

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""
        from archiver.settings.file import load_settings
        from archiver.settings.home import keep_back

        settings = load_settings(self.home, self.environ)
        keep_back(settings.secret_variables)
        return settings

    def app(self, *, needs_archive: bool = False) -> App:
        """The parts of a round by the settings as they are now. Raises SettingsError, NoArchive if one is needed."""
        from archiver.app import build_app, require_archive

        app = build_app(self.settings(), self.environ)
        return require_archive(app) if needs_archive else app


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
