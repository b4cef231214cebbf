"""An error as a sentence, a hint and an exit code on stderr."""

from __future__ import annotations

import errno
import os
import sys
from gettext import gettext as _

import click

from archiver import errors
from archiver.cli.terminal.text import visible

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


def _tell(error: BaseException) -> int | None:
    """Say on stderr what happened and what to do; the exit code, or None for a bug."""
    match error:
        case errors.ArchiverError():
            return say(error.code, str(error), advice(error))
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.ctx.get_help() if error.ctx else "", file=sys.stderr)
            return error.exit_code
        case click.UsageError():
            return say(error.exit_code, error.format_message(), _where_to_read(error.ctx))
        case click.ClickException():
            return say(error.exit_code, error.format_message())
        case click.Abort() if isinstance(error.__context__, EOFError):
            return say(2, _("A question needs an answer, but nobody can answer here."), _("See: archive --help"))
        case click.Abort() | KeyboardInterrupt():
            click.echo(_("Interrupted. What was saved until now is kept."), file=sys.stderr)
            return INTERRUPTED
        case OSError():
            return _tell_of_system(error)
        case _:
            return None


def advice(error: errors.ArchiverError) -> str:
    """What to do next; that the variable wins, where another token could be stored in vain."""
    from archiver.cli import token_variable

    if isinstance(error, errors.TokenRefused) and os.environ.get(token_variable.NAME, "").strip():
        return f"{error.advice()}   {token_variable.variable_wins()}"
    return error.advice()


def _tell_of_system(error: OSError) -> int | None:
    """The two faults of a disk that every command can meet; other ones are bugs until somebody names them."""
    path, detail = error.filename or "", error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _tell(errors.DiskFull(path=path))
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return _tell(errors.NotAllowed(path=path, detail=detail))
    return None


def _where_to_read(ctx: click.Context | None) -> str:
    command = ctx.command_path if ctx else "archive"
    return _("How to use it: {command} --help").format(command=command)


def say(code: int, sentence: str, hint: str = "") -> int:
    """One line and, if there is one, the hint below it; safe whatever names and replies stand in them."""
    click.echo(_("Error: {message}").format(message=visible(sentence)), file=sys.stderr)
    if hint:
        click.echo(visible(hint), file=sys.stderr)
    return code
