"""The commands that save, as declared; what they do is imported when one is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archiver.cli.commands import AS_JSON, chat_option, job_option
from archiver.cli.context import CliContext
from archiver.errors import N_
from archiver.wording import gettext as _

LONGEST_SECONDS = 366 * 24 * 60 * 60
"""Seconds at most for `--max-seconds`: a run has no use for more, and no calendar holds an end without limit."""


@click.command(
    "save",
    help=N_(
        "Save now what Chatwork shows: messages, edits, deletions, files, tasks, people. sync is the "
        "same command.\n\nWith FILE, bring in messages older than the newest 100: a page of the chat saved "
        "in the browser (scroll up first), a notification mail, another tool's export or a plain list. Such a "
        "file only tells which messages there are; every text comes from Chatwork."
    ),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar=N_("[FILE]..."))
@job_option
@chat_option(N_("Only this chat: its number, or a part of its name. With FILE: the chat of ids that name none."))
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=N_("Something is about to vanish: save all that is shared with the client, and say what to do next."),
)
@AS_JSON
@click.option(
    "--full", is_flag=True, hidden=True, help=N_("Read everything again now, and try every missing file again.")
)
@click.option("--dry-run", is_flag=True, hidden=True, help=N_("Only show what would be read; nothing is saved."))
@click.option(
    "--max-seconds",
    type=click.IntRange(1, LONGEST_SECONDS),
    metavar="S",
    hidden=True,
    help=N_("Stop after this many seconds."),
)
@click.pass_obj
def command_save(
    obj: CliContext,
    /,
    files: tuple[Path, ...],
    jobs: tuple[str, ...],
    chats: tuple[str, ...],
    everything: bool,
    as_json: bool,
    **how: Any,
) -> int:
    """Run one round and print its outcome; or read all at once; or read what files name."""
    is_alone = not (files or chats or any(how.values()))
    if (everything and not is_alone) or (files and (jobs or any(how.values()))):
        raise click.UsageError(_("These do not go together: --all takes --job alone, and FILE takes --chat alone."))
    if everything:
        from archiver.cli.saving.save_all_and_recover import rescue

        return rescue(obj, jobs, as_json=as_json)
    if files:
        from archiver.cli.saving.save_all_and_recover import recover

        return recover(obj, files, chats, as_json=as_json)
    from archiver.cli.saving.save import save

    return save(obj, jobs, chats, as_json=as_json, **how)


@click.command(
    "daemon",
    help=N_("Save again and again until it is stopped, verify the archive now and then, and send alerts."),
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=N_("Save every archive of yours that is known on this computer, in one process."),
)
@click.pass_obj
def command_daemon(obj: CliContext, /, **typed: Any) -> None:
    """Run until a signal comes; errors are printed, and the work is tried again."""
    from archiver.cli.saving.daemon import run_daemon

    run_daemon(obj, **typed)


@click.command(
    "upkeep",
    help=N_(
        "Keep the database healthy: check it, rewrite it where that pays, drop old log lines\n\nThe daemon "
        "does it once a month. Nothing that was saved is changed or removed. It is not done while a save "
        "is at work, nor where too little of the disk is free."
    ),
)
@click.option("--dry-run", is_flag=True, help=N_("Only look, and say what would be done."))
@AS_JSON
@click.pass_obj
def command_upkeep(obj: CliContext, /, **typed: Any) -> int:
    """Look, do and tell; needs no token and no network. Raises NoArchive, ArchiveInUse, StorageError."""
    from archiver.cli.evidence.backup_erase_upkeep import keep_up_and_tell

    return keep_up_and_tell(obj, **typed)
