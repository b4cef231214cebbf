"""The entry point of `archive`: its own options, its error handler, and its exit code.

An ArchiverError becomes one line, a hint and its code. A mistake in the call becomes exit 2. A bug shows its
traceback. The codes are those of docs/reference/exit-codes.md.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

import click

from archiver.cli.commands import (
    COMMANDS,
    COMPLETION_VARIABLE,
    FOR_HELP,
    HELP_OPTIONS,
    LazyGroup,
    ListedCommand,
    folders,
)
from archiver.cli.context import CliContext, completion_for, tell_banner, tell_error
from archiver.cli.language_and_help import choose_language, make_output_safe, set_language, windows_language
from archiver.cli.output import echo, paged_output, side_by_side
from archiver.errors import NoArchive, OlderArchive
from archiver.settings.home import has_archive, home_path, own_environ, secrets_kept_back
from archiver.wording import complete_with, own_completion, typed
from archiver.wording import gettext as _


def main(argv: Sequence[str] | None = None, *, table: Mapping[str, ListedCommand] = COMMANDS) -> int:
    """Run one call of `archive` and return its exit code. Only bugs leave as exceptions."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if is_frozen():
        restore_library_path(os.environ)
        if run_child(arguments):
            return 0
        if "app" in table and is_double_clicked(arguments):
            arguments = ["app"]
    make_output_safe()
    umask = os.umask(0o077)  # nothing that a command writes is for other users of this computer
    set_language(choose_language(arguments, os.environ, system_language=windows_language))
    with (
        secrets_kept_back(),
        own_completion(),
    ):  # what the call sets ends with it, where a program calls the command twice
        try:
            return _answer(arguments, table)
        finally:
            os.umask(umask)


def _answer(arguments: list[str], table: Mapping[str, ListedCommand]) -> int:
    """Run the call, and print an error that it ends with. Raises only bugs."""
    try:
        if COMPLETION_VARIABLE in os.environ:
            from archiver.cli.setup import commands

            return commands.answer_shell(build(table), os.environ[COMPLETION_VARIABLE])
        complete_with(completion_for(home_path(None, os.environ)))
        code = _run(build(table), arguments)
        sys.stdout.flush()  # while BrokenPipeError is still handled
        return code
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # Python flushes when it exits (docs of `signal`, SIGPIPE)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return 1
    except (Exception, KeyboardInterrupt) as error:
        error_code = tell_error(error)
        if error_code is None:
            raise
        return error_code


def build(table: Mapping[str, ListedCommand] = COMMANDS) -> LazyGroup:
    """Build the command `archive` in the language of the process."""
    return LazyGroup(
        table,
        name="archive",
        callback=_begin,
        invoke_without_command=True,
        context_settings={"help_option_names": sorted(HELP_OPTIONS, key=len)},
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        help=_(
            "Backs up your client chats on Chatwork to this computer.\n\n"
            "It only reads. Nothing is ever sent to the other people.\n\n"
            "The command archive alone shows how things stand, or how to begin."
        ),
        params=[
            click.Option(
                ["--home"],
                metavar=_("DIR"),
                shell_complete=folders,
                help=_("The folder of the archive; left out: the usual place."),
            ),
            click.Option(["--lang"], type=click.Choice(["ja", "en"]), help=_("The language of the screen.")),
            click.Option(["-v", "--verbose"], count=True, help=_("Print more.")),
            click.Option(["-q", "--quiet"], is_flag=True, help=_("Print only what is asked for, and errors.")),
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


def _begin(  # `lang` is read before, by choose_language
    home: str | None,
    lang: str | None,  # noqa: ARG001 - see language
    verbose: int,
    quiet: bool,
) -> int | None:
    """Prepare the context before any command; without a command show `status`, or how to begin."""
    ctx = click.get_current_context()
    if verbose and quiet:
        raise click.UsageError(_("-v and -q cannot be used together."), ctx)
    ctx.obj = CliContext(home_path(home, os.environ), -1 if quiet else verbose, own_environ())
    complete_with(completion_for(ctx.obj.home))
    if ctx.invoked_subcommand is not None:
        if not ctx.meta.get(FOR_HELP):
            tell_banner(ctx.obj, ctx.invoked_subcommand)
        return None
    if has_archive(ctx.obj.home):
        assert isinstance(ctx.command, LazyGroup)
        status = ctx.command.get_command(ctx, "status")
        assert status is not None
        with status.make_context("status", [], parent=ctx) as context:
            return int(status.invoke(context) or 0)
    _require_no_remains(ctx.obj.home)
    rows = [
        ("  " + _("Start in your browser"), typed("archive app")),
        ("  " + _("Start here (about 10 minutes)"), typed("archive init")),
        ("  " + _("Just try it (no setup, 1 minute)"), typed("archive demo")),
        ("  " + _("Restore a backup"), typed("archive backup") + " --restore " + _("FOLDER")),
    ]
    echo(_("Backs up your client chats on Chatwork to this computer. Nothing is set up yet."))
    echo("\n" + side_by_side(rows) + "\n")
    echo(_("It only reads: the others are sent nothing. Only chats you choose are saved."))
    echo(_("Archive somewhere else: archive --home FOLDER      Everything: archive -h"))
    return 0


def _require_no_remains(home: Path) -> None:
    """Raise DatabaseGone where the database alone is missing, and ArchiveVanished where the whole archive is."""
    from archiver.settings.other_archives import told_as_vanished
    from archiver.store.archive import Archive

    error = told_as_vanished(Archive(home).absence())
    if type(error) is not NoArchive:
        raise error


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        echo(f"archive {version('chatwork-archiver')}")
        ctx.exit()


def _run(group: click.Group, arguments: list[str], *, is_updated: bool = False) -> int:
    """Parse and run a command, which returns its exit code or None, or calls `ctx.exit(code)`.

    One that would write to an archive of an older form updates it and runs again: nothing was written before.
    """
    options = itertools.takewhile(lambda argument: argument != "--", arguments)
    is_help = not HELP_OPTIONS.isdisjoint(options)  # then nothing is asked and nothing else is done
    try:
        with paged_output(is_wanted=is_help), group.make_context("archive", [*arguments]) as ctx:  # click uses them up
            try:
                return int(group.invoke(ctx) or 0)
            except OlderArchive as error:
                if is_updated or not error.data["is_written"]:
                    raise
                from archiver.cli.saving.save import tell_upgraded
                from archiver.rounds.round import upgrade_if_older

                upgrade_if_older(ctx.obj.app(), tell_upgraded)
        return _run(group, arguments, is_updated=True)
    except click.exceptions.Exit as error:
        return error.exit_code


# --- how the program was started -------------------------------------------------------------


def is_frozen() -> bool:
    """Whether this program runs from a one-folder build (PyInstaller sets `sys.frozen`)."""
    return bool(getattr(sys, "frozen", False))


def restore_library_path(environ: MutableMapping[str, str]) -> None:
    """Give child processes the user's library path again, in place of that of the folder.

    The starter puts the folder's libraries first and keeps the user's value under another name (PyInstaller's manual,
    "Launching external programs from the frozen application"). This process read it when it began, and keeps it.
    """
    for name in ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"):
        before = environ.pop(f"{name}_ORIG", None)
        if before is not None:
            environ[name] = before
        elif _is_ours(environ.get(name, "")):
            del environ[name]


def _is_ours(path: str) -> bool:
    """Whether a library path names the folder of this program."""
    folder = getattr(sys, "_MEIPASS", None)
    return folder is not None and folder in path.split(os.pathsep)


def run_child(arguments: Sequence[str]) -> bool:
    """Do the work of a child process if this is one; return whether it was. A worker of a PDF never returns."""
    import multiprocessing

    from archiver.notices import apprise_sender

    multiprocessing.freeze_support()
    if list(arguments) != [apprise_sender.CHILD_ARGUMENT]:
        return False
    apprise_sender.main()
    return True


def is_double_clicked(arguments: Sequence[str]) -> bool:
    """Whether the program was started by a click: without arguments, and with no terminal that was there before."""
    if arguments:
        return False
    if sys.platform == "win32":
        return _owns_console()
    return not any(os.isatty(number) for number in (0, 1, 2))


def _owns_console() -> bool:
    """Whether no other process shares the console, so that Windows opened it for this one (GetConsoleProcessList)."""
    import ctypes

    processes = (ctypes.c_uint32 * 2)()
    windll = getattr(ctypes, "windll")  # noqa: B009 - mypy knows it on Windows alone
    return int(windll.kernel32.GetConsoleProcessList(processes, 2)) <= 1
