"""`archive`: its own options, the one error handler, and the exit code.

An ArchiverError becomes one line, a hint and its code; a mistake in the call becomes exit 2; a bug shows its
trace. The codes are those of docs/reference/exit-codes.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from gettext import gettext as _

import click

from archiver.cli.commands import COMMANDS, COMPLETING, FOR_HELP, LazyGroup, Listed
from archiver.cli.completers import folders
from archiver.cli.context import CliContext
from archiver.cli.failure import _tell
from archiver.cli.terminal.language import choose, make_output_safe, speak, windows_language
from archiver.cli.terminal.text import side_by_side, visible
from archiver.settings.home import holds_archive, home_path


def main(argv: Sequence[str] | None = None, *, table: Mapping[str, Listed] = COMMANDS) -> int:
    """Run one call of `archive`; the exit code. Only bugs leave as exceptions."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    make_output_safe()
    shared = os.umask(0o077)  # nothing that a command writes is for other users of this computer
    speak(choose(arguments, os.environ, system_language=windows_language))
    try:
        if COMPLETING in os.environ:
            from archiver.cli import completion

            return completion.answer(build(table), os.environ[COMPLETING])
        code = _run(build(table), arguments)
        sys.stdout.flush()  # here, where a reader that went away is no bug
        return code
    except BrokenPipeError:
        _close_stdout()
        return 1
    except (Exception, KeyboardInterrupt) as error:
        told = _tell(error)
        if told is None:
            raise
        return told
    finally:
        os.umask(shared)


def build(table: Mapping[str, Listed] = COMMANDS) -> LazyGroup:
    """The command `archive` in the language of the process."""
    return LazyGroup(
        table,
        name="archive",
        callback=_begin,
        invoke_without_command=True,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        help=_(
            "Keeps the messages and files of your Chatwork rooms for work on this computer.\n\n"
            "It only reads: nothing is posted, changed or deleted on Chatwork.\n\n"
            "The word archive alone shows how things stand, or how to begin."
        ),
        epilog="\b\n" + side_by_side([*_beginnings(), (_("More on a command:"), "archive export --help")]),
        params=[
            click.Option(
                ["--home"],
                metavar=_("DIR"),
                shell_complete=folders,
                help=_("The folder of the archive; left out: the usual place."),
            ),
            click.Option(["--lang"], type=click.Choice(["ja", "en"]), help=_("The language of the screen.")),
            click.Option(["-v", "--verbose"], count=True, help=_("Say more.")),
            click.Option(["-q", "--quiet"], is_flag=True, help=_("Say only what is asked for, and errors.")),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help=_("Show the version and exit."),
            ),
        ],
    )


def _begin(home: str | None, lang: str | None, verbose: int, quiet: bool) -> int | None:  # noqa: ARG001 - lang: see language
    """Before any command; without one: `status`, or where to begin."""
    ctx = click.get_current_context()
    if verbose and quiet:
        raise click.UsageError(_("-v and -q cannot be used together."), ctx)
    ctx.obj = CliContext(home_path(home, os.environ), -1 if quiet else verbose, os.environ)
    if ctx.invoked_subcommand is not None:
        if not ctx.meta.get(FOR_HELP):
            from archiver.cli.status import banner

            banner.tell(ctx.obj, ctx.invoked_subcommand)
        return None
    if holds_archive(ctx.obj.home):
        return _call(ctx, "status")
    elsewhere = (_("Your archive lies elsewhere:"), "archive --home " + _("DIR"))
    click.echo(_("Keeps your conversations on Chatwork on this computer. Nothing is set up yet."))
    click.echo("\n" + side_by_side([*_beginnings(), elsewhere, (_("All commands:"), "archive --help")]))
    click.echo("\n" + _("There is no archive in {path} yet.").format(path=visible(str(ctx.obj.home))))
    return 0


def _beginnings() -> list[tuple[str, str]]:
    return [
        (_("To begin (about 10 minutes):"), "archive init"),
        (_("Just to try it, without a token:"), "archive demo"),
    ]


def _call(ctx: click.Context, name: str) -> int | None:
    assert isinstance(ctx.command, LazyGroup)
    command = ctx.command.get_command(ctx, name)
    assert command is not None
    with command.make_context(name, [], parent=ctx) as below:
        code: int | None = command.invoke(below)
    return code


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"archive {version('chatwork-archiver')}")
        ctx.exit()


def _run(group: click.Group, arguments: list[str]) -> int:
    """Parse and run; a command returns its exit code or None, or leaves with `ctx.exit(code)`."""
    try:
        with group.make_context("archive", arguments) as ctx:
            return int(group.invoke(ctx) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code


# --- errors ----------------------------------------------------------------------------------


def _close_stdout() -> None:
    """Keep Python from writing once more at its end to a pipe that nobody reads (docs of `signal`, SIGPIPE)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
