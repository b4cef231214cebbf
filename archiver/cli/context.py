"""The context of every command, commands as they are typed, and an error as a sentence with its exit code."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.commands import ARGUMENTS, COMMANDS
from archiver.cli.output import WIDTH, columns, echo, echo_lines, fit_lines, visible
from archiver.render.invisible_characters import shorten
from archiver.settings.home import TOKEN_VARIABLE, has_archive, home_path, keep_back, own_environ
from archiver.wording import Completion, ngettext, shell_line
from archiver.wording import gettext as _

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
    rf"(?<![\w/.\\-])archive(?= (?:(?P<of_none>(?:{_OF_NO_ARCHIVE})\b|-)|(?:{'|'.join(COMMANDS)})\b))"
    r"|(?:(?<=: )|(?<=   ))archive(?=$|\)|\(| \(|  )"
)
"""The name of the program in a command; alone it is one where a text tells to run it."""


def program_name() -> str:
    """`archive` where a terminal finds it by that name; else the file that was started, as by uvx or in `.venv`."""
    own, is_activated = Path(sys.executable).parent, os.environ.get("VIRTUAL_ENV") == sys.prefix
    if Path(sys.argv[0]).stem != "archive" or is_activated or sys.prefix == sys.base_prefix:
        return "archive"
    started = Path(sys.argv[0]).absolute()
    # uvx puts the folder of the program onto the PATH of the program alone
    others = [place for place in os.environ.get("PATH", "").split(os.pathsep) if Path(place) != own]
    is_known = started.parent != own or shutil.which("archive", path=os.pathsep.join(others))
    return "archive" if is_known else str(started)


def command_words(home: Path) -> tuple[str, ...]:
    """The words that call the program for an archive: its home is named unless it is the usual one."""
    return (program_name(),) if home == home_path(None, {}) else (program_name(), "--home", str(home))


def command_line(program: Sequence[str]) -> str:
    """The words that call the program as they are typed in a terminal of this computer, safe to be shown."""
    return visible(shell_line(program, platform=sys.platform))


def complete_commands(sentence: str, program: Sequence[str]) -> str:
    """A sentence in which each command `archive …` names this archive."""
    line = command_line(program)
    return re.sub(rf"(?<![\w/.\\-])archive (?=(?:{'|'.join(COMMANDS)})\b)", lambda _found: f"{line} ", sentence)


def completion_for(home: Path) -> Completion | None:
    """How commands name the program and a home in this terminal; None: both are meant without more."""
    name = program_name()
    if home == home_path(None, os.environ):
        return Completion(complete_own_text, command_line((name,))) if name != "archive" else None
    return Completion(complete_own_text, command_line((name, "--home", str(home))))


def complete_own_text(text: str, line: str) -> str:
    """A text of the program with this line for `archive` in its commands, also where it is told to be run alone.

    Those of no archive, or with a home of their own, get the program alone.
    """
    program = line.partition(" --home ")[0]
    return _IN_OWN_TEXT.sub(lambda found: program if found["of_none"] else line, text)


INTERRUPTED = 130
"""The exit code of an interrupted call: 128 and the number of SIGINT, as in shells."""


def tell_error(error: BaseException) -> int | None:
    """Print on stderr what happened and what to do, and return the exit code; None for a bug."""
    match error:
        case errors.NoArchive():
            from archiver.settings.other_archives import told_as_vanished

            told = told_as_vanished(error)
            return print_error(told.code, str(told), advice(told))
        case errors.ArchiverError():
            return print_error(error.code, str(error), advice(error))
        case click.exceptions.NoArgsIsHelpError():
            echo(error.ctx.get_help() if error.ctx else "", err=True)
            return error.exit_code
        case click.NoSuchOption():
            # Click reads “-納品” as options of one letter, and names “-納”: the whole word is told.
            letter, words = error.option_name, error.ctx.meta.get(ARGUMENTS, ()) if error.ctx else ()
            if not letter.isascii():
                error = click.NoSuchOption(
                    next((one for one in words if one.startswith(letter)), letter), ctx=error.ctx
                )
            return print_error(error.exit_code, error.format_message(), _usage_hint(error.ctx))
        case click.UsageError():
            message = " ".join(error.format_message().split())  # click lists choices on lines of their own
            return print_error(error.exit_code, message, _usage_hint(error.ctx))
        case click.ClickException():
            return print_error(error.exit_code, error.format_message())
        case click.Abort() if isinstance(error.__context__, EOFError):
            _end_line()
            return print_error(
                2, _("A question needs an answer, but nobody can answer here."), _("See: archive --help")
            )
        case click.Abort() | KeyboardInterrupt():
            _end_line()
            echo(_("Interrupted. What is saved is kept."), err=True)
            return INTERRUPTED
        case OSError():
            return _tell_system_error(error)
        case _:
            return None


def _end_line() -> None:
    """End the line of a question that was left, on a terminal."""
    if sys.stderr.isatty():
        echo(err=True)


def advice(error: errors.ArchiverError) -> str:
    """What to do next; for the archive's own token, if it is refused, also that the variable is used, if it is set."""
    from archiver.setup import archive_setup

    if type(error) is errors.TokenRefused and own_environ().get(TOKEN_VARIABLE, "").strip():
        return f"{error.advice()}   {archive_setup.variable_wins_hint()}"
    return error.advice()


def _tell_system_error(error: OSError) -> int | None:
    """Print an error of the disk or a missing permission and return the exit code; None for others, which are bugs."""
    path, detail = error.filename or _("where is not known"), error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return tell_error(errors.DiskFull(path=path))
    if error.errno == errno.EIO:
        return tell_error(errors.DiskFailing(path=path, detail=detail))
    if error.errno == errno.ENOENT and error.filename is None:  # only `getcwd` fails without naming a file
        return tell_error(errors.CurrentFolderGone())
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return tell_error(errors.NotAllowed(path=path, detail=detail))
    return None


def _usage_hint(ctx: click.Context | None) -> str:
    command = (ctx.command_path if ctx else "archive").replace("archive", command_line((program_name(),)), 1)
    return _("How to use it: {command} --help").format(command=command)


def tell_root_errors(found: Sequence[errors.BadRoots]) -> None:
    """Print on stderr which pinned roots cannot be read, so that stamps wait; this fails no command."""
    for error in found:
        echo(visible(f"{error} {error.advice()}".rstrip()), err=True)


def print_error(code: int, sentence: str, hint: str = "") -> int:
    """Print the sentence and, below it, the hint, with control characters made visible; return the code."""
    echo(_("Error: {message}"), err=True, message=sentence)
    if hint:
        echo(visible(hint), err=True)
    return code


COMMANDS_WITH_BANNER = frozenset({"export", "search", "job", "seal", "verify", "backup"})
"""Commands that print the banner; all others report how things stand themselves or mend it."""
_SHORTEST = 30
"""Columns that a sentence has at least, however long the command after it is."""
_SENTENCE_END = re.compile(r"。|[.!?](?= )")


def tell_banner(obj: CliContext, command: str) -> None:
    """Print what is urgent, unless `-q` was given; an archive that cannot be read is left to the command to report."""
    if command not in COMMANDS_WITH_BANNER or obj.verbose < 0 or not has_archive(obj.home):
        return
    from archiver.app import utc_now
    from archiver.notices import sentences
    from archiver.standing.alert_lines import contract_names
    from archiver.store.archive import Archive

    try:
        with closing(Archive(obj.home)) as archive:
            pending = sentences.urgent_notices(archive, obj.settings(), contract_names, now=utc_now())
    except errors.ArchiverError:
        return
    urgent = sentences.sentences(pending)
    if urgent and sys.stderr.isatty():
        echo(banner_line(urgent), err=True)
        return
    echo_lines(map(fit_lines, urgent), err=True)


def banner_line(urgent: Sequence[str]) -> str:
    """The first of these sentences, as far as a line of the screen holds it, and how many others there are.

    Where the program's place leaves no room beside it, what tells of the others goes onto the next line.
    """
    first, more = urgent[0], len(urgent) - 1
    if not more and columns(first) <= WIDTH:
        return first
    see = ngettext("({n} more: archive)", "({n} more: archive)", more).format(n=more) if more else _("(More: archive)")
    beside = WIDTH - columns(see) - len("  ")
    for width in (beside, WIDTH):
        ends = [match.end() for match in _SENTENCE_END.finditer(first) if columns(first[: match.end()]) <= width]
        if ends:
            return f"{first[: ends[-1]].rstrip()}  {see}"
    return f"{shorten(first, beside if beside >= _SHORTEST else WIDTH)}  {see}"
