"""The command `save`, or `sync`: saves now what Chatwork shows, all at once (`--all`), or what files name."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.argument_completion import chat_option, job_option
from archiver.cli.context import CliContext
from archiver.cli.error_output import tell_root_errors
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.saving import sync_report
from archiver.cli.terminal.output import echo
from archiver.errors import N_, ArchiveInUse, ArchiverError
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.notices.heartbeat import Heartbeat
    from archiver.sync.report import SyncReport
    from archiver.sync.run import Options


ALIVE_FOR = timedelta(hours=1)
"""How long another run may last until one of the job that meets it calls that a failure."""

LONGEST_SECONDS = 366 * 24 * 60 * 60
"""Seconds at most for `--max-seconds`: a run has no use for more, and no calendar holds an end without limit."""


@click.command(
    "save",
    help=N_(
        "Save now what Chatwork shows: messages, edits, deletions, files, tasks, people. sync is the "
        "same command.\n\nWith FILE, bring in messages older than the newest 100: a page of the chat saved "
        "in the browser (scroll up first), a notification mail, another tool's export or a plain list. A "
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
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
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
        from archiver.cli.saving.rescue import rescue

        return rescue(obj, jobs, as_json=as_json)
    if files:
        from archiver.cli.saving.recover import recover  # here, as a quiet run needs neither

        return recover(obj, files, chats, as_json=as_json)
    return _save(obj, jobs, chats, as_json=as_json, **how)


def _save(
    obj: CliContext,
    jobs: tuple[str, ...],
    chats: tuple[str, ...],
    *,
    as_json: bool,
    full: bool,
    dry_run: bool,
    max_seconds: int | None,
) -> int:
    from archiver.app import build_app, require_archive
    from archiver.cli.saving import after_run
    from archiver.notices.heartbeat import Heartbeat
    from archiver.rounds.round import upgrade_if_older
    from archiver.sync import run

    app = require_archive(build_app(obj.settings(), obj.environ))
    if (jobs or chats) and not dry_run:  # they are looked up before the round begins
        upgrade_if_older(app, after_run.tell_upgraded)
    options = run.Options(
        rooms=_chosen_rooms(app, jobs, chats),
        full=full,
        every_list=_is_typed(),
        pace=None if _is_typed() else app.settings.sync.every,
        max_seconds=max_seconds,
    )
    if dry_run:
        return _show_plan(app, options, as_json=as_json)
    heartbeat = Heartbeat(app.settings, obj.environ, now=app.now)
    try:
        report = _run(app, options, heartbeat, quiet=_is_quiet(obj))
    except ArchiverError as error:
        return _tell_failure(app, obj, error, heartbeat)
    heartbeat.end(report, None)
    after_run.note_home(obj.home, report.account_id)
    if _is_quiet(obj) and not _is_typed():
        _make_regular_copy(app, obj)
    _tell_outcome(app, obj, report, as_json=as_json)
    return INCOMPLETE if report.reported or report.complaints else 0


def _is_typed() -> bool:
    """Whether a person started the run, and not a job."""
    return sys.stdin.isatty()


def _is_quiet(obj: CliContext) -> bool:
    return obj.verbose < 0


def _run(app: App, options: Options, heartbeat: Heartbeat, *, quiet: bool) -> SyncReport:
    """Run the round, with its progress on the screen. Raises ArchiverError."""
    from archiver.cli.saving import after_run
    from archiver.cli.terminal.progress import ProgressScreen
    from archiver.rounds.round import run_round

    heartbeat.begin()
    with ProgressScreen(quiet=quiet) as progress:
        app.chatwork.transport.on_wait = progress.wait
        return run_round(app, options, progress.callbacks(), upgraded=after_run.tell_upgraded)


def _tell_failure(app: App, obj: CliContext, error: ArchiverError, heartbeat: Heartbeat) -> int:
    """Send the notices of a round that failed, and return the exit code of one of which nothing is printed.

    Raises the error if it is to be printed.
    """
    from archiver.cli.status import notice_delivery
    from archiver.rounds import run_log

    quiet = _is_quiet(obj)
    if quiet and not _is_typed() and _is_round_alive(app, error):
        run_log.note(app.settings.home, "skipped=another-run", at=app.now())
        return 0
    heartbeat.end(None, error)
    to_say = notice_delivery.tell_after_round(
        app.settings, obj.environ, error, now=app.now(), unwatched=quiet, already_said=("fault/",)
    )
    if quiet and not to_say:
        return error.code  # printed within the last day; a mail every five minutes would hide the next trouble
    raise error


def _tell_outcome(app: App, obj: CliContext, report: SyncReport, *, as_json: bool) -> None:
    """Print what a round did and what needs the user, and send the notices."""
    from archiver.cli.status import notice_delivery

    quiet = _is_quiet(obj)
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    elif not quiet:
        sync_report.tell_sync(report)
    if not quiet:
        sync_report.tell_run_conditions(report, app.settings)
        tell_root_errors(app.root_errors)
    for complaint in report.complaints:
        echo(complaint, err=True)
    sync_report.tell_alerts(report)
    opened = [f"{kind}/{alert['number']}" for alert in report.alerts for kind in ("alert", "hint", "due")]
    notice_delivery.tell_after_round(
        app.settings, obj.environ, None, now=app.now(), unwatched=quiet, already_said=("gap/", "lost/", *opened)
    )
    if report.reported and quiet:
        echo(sync_report.notice_line(report), err=True)  # cron mails what a quiet run has to say


def _make_regular_copy(app: App, obj: CliContext) -> None:
    """Make the copy of `[backup]` if it is due; what goes wrong with it is told by the notices that follow."""
    from archiver.custody.copy_tool import LONGEST_IN_A_RUN
    from archiver.rounds import run_log
    from archiver.rounds.scheduled_backup import copy_if_due

    try:
        copy_if_due(app.settings, obj.environ, now=app.now, longest=LONGEST_IN_A_RUN)
    except ArchiverError as error:
        run_log.note(app.settings.home, f"backup={type(error).__name__}", at=app.now())


def _is_round_alive(app: App, error: ArchiverError) -> bool:
    """Whether a run of the job is not needed, as another one holds the lock and began not long ago."""
    from archiver.rounds import run_log

    if not isinstance(error, ArchiveInUse):
        return False
    begun = run_log.begun_at(app.settings.home)
    return begun is not None and timedelta() <= app.now() - begun < ALIVE_FOR


def _chosen_rooms(app: App, jobs: tuple[str, ...], chats: tuple[str, ...]) -> frozenset[int] | None:
    """The rooms that the options choose; None: all. Raises UnknownContract, UnknownRoom."""
    if not jobs and not chats:
        return None
    from archiver.cli.terminal.saved_rooms import find_room
    from archiver.store.queries.contracts import find_contract

    with app.archive.reading() as reading:
        named = [room.room_id for name in jobs for room in find_contract(reading, name).rooms]
        return frozenset([*named, *(find_room(reading, chat) for chat in chats)])


def _show_plan(app: App, options: Options, *, as_json: bool) -> int:
    from archiver.sync import plan
    from archiver.sync.run import dry_run

    steps = dry_run(app.archive, app.chatwork, now=app.now, options=options)
    total = plan.count_requests([step for step, _name in steps])
    if as_json:
        rows = [
            {"room_id": step.room_id, "name": name, "kind": step.kind, "why": step.reason, "requests": step.requests}
            for step, name in steps
        ]
        click.echo(json.dumps({"steps": rows, "requests": total}, ensure_ascii=False))
    else:
        sync_report.tell_plan(steps, requests=total)
    return 0
