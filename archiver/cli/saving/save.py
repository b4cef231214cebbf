"""What `save`, or `sync`, does: one round, or a look at what one would read."""

from __future__ import annotations

import sys
from datetime import timedelta

from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.saving import sync_report
from archiver.cli.terminal.output import echo, echo_json
from archiver.cli.terminal.progress import ProgressScreen
from archiver.custody.copy_tool import LONGEST_IN_A_RUN
from archiver.errors import ArchiveInUse, ArchiverError
from archiver.notices.heartbeat import Heartbeat
from archiver.rounds import run_log
from archiver.rounds.round import run_round, upgrade_if_older
from archiver.rounds.scheduled_backup import copy_if_due
from archiver.settings.other_archives import note_home
from archiver.store.queries.contracts import find_contract
from archiver.sync import plan, run
from archiver.sync.report import SyncReport
from archiver.sync.run import Options, dry_run

ALIVE_FOR = timedelta(hours=1)
"""How long another run may last until one of the job that meets it calls that a failure."""


def save(
    obj: CliContext,
    jobs: tuple[str, ...],
    chats: tuple[str, ...],
    *,
    as_json: bool,
    full: bool,
    dry_run: bool,
    max_seconds: int | None,
) -> int:
    """Run one round and print its outcome, or show what one would read."""
    app = obj.app(needs_archive=True)
    if (jobs or chats) and not dry_run:  # they are looked up before the round begins
        upgrade_if_older(app, sync_report.tell_upgraded)
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
    note_home(obj.home, report.account_id, at=app.now())
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
    heartbeat.begin()
    with ProgressScreen(quiet=quiet) as progress:
        app.chatwork.transport.on_wait = progress.wait
        return run_round(app, options, progress.callbacks(), upgraded=sync_report.tell_upgraded)


def _tell_failure(app: App, obj: CliContext, error: ArchiverError, heartbeat: Heartbeat) -> int:
    """Send the notices of a round that failed, and return the exit code of one of which nothing is printed.

    Raises the error if it is to be printed.
    """
    quiet = _is_quiet(obj)
    if quiet and not _is_typed() and _is_round_alive(app, error):
        run_log.note(app.settings.home, "skipped=another-run", at=app.now())
        return 0
    heartbeat.end(None, error)
    to_say = sync_report.tell_after_round(
        app.settings, obj.environ, error, now=app.now(), unwatched=quiet, already_said=("fault/",)
    )
    if quiet and not to_say:
        return error.code  # printed within the last day; a mail every five minutes would hide the next trouble
    raise error


def _tell_outcome(app: App, obj: CliContext, report: SyncReport, *, as_json: bool) -> None:
    """Print what a round did and what needs the user, and send the notices."""
    quiet = _is_quiet(obj)
    if as_json:
        echo_json(report.document())
    elif not quiet:
        sync_report.tell_sync(report)
    sync_report.tell_beside(app, report, quiet=quiet)
    opened = [f"{kind}/{alert['number']}" for alert in report.alerts for kind in ("alert", "hint", "due")]
    sync_report.tell_after_round(
        app.settings, obj.environ, None, now=app.now(), unwatched=quiet, already_said=("gap/", "lost/", *opened)
    )
    if report.reported and quiet:
        echo(sync_report.notice_line(report), err=True)  # cron mails what a quiet run has to say


def _make_regular_copy(app: App, obj: CliContext) -> None:
    """Make the copy of `[backup]` if it is due; what goes wrong with it is told by the notices that follow."""
    try:
        copy_if_due(app.settings, obj.environ, now=app.now, longest=LONGEST_IN_A_RUN)
    except ArchiverError as error:
        run_log.note(app.settings.home, f"backup={type(error).__name__}", at=app.now())


def _is_round_alive(app: App, error: ArchiverError) -> bool:
    """Whether a run of the job is not needed, as another one holds the lock and began not long ago."""
    if not isinstance(error, ArchiveInUse):
        return False
    begun = run_log.begun_at(app.settings.home)
    return begun is not None and timedelta() <= app.now() - begun < ALIVE_FOR


def _chosen_rooms(app: App, jobs: tuple[str, ...], chats: tuple[str, ...]) -> frozenset[int] | None:
    """The rooms that the options choose; None: all. Raises UnknownContract, UnknownRoom."""
    if not jobs and not chats:
        return None
    from archiver.cli.terminal.prompts import find_room  # here, as a round that a job starts asks nobody

    with app.archive.reading() as reading:
        named = [room.room_id for name in jobs for room in find_contract(reading, name).rooms]
        return frozenset([*named, *(find_room(reading, chat) for chat in chats)])


def _show_plan(app: App, options: Options, *, as_json: bool) -> int:
    steps = dry_run(app.archive, app.chatwork, now=app.now, options=options)
    total = plan.count_requests([step for step, _name in steps])
    if as_json:
        rows = [
            {"room_id": step.room_id, "name": name, "kind": step.kind, "why": step.reason, "requests": step.requests}
            for step, name in steps
        ]
        echo_json({"steps": rows, "requests": total})
    else:
        sync_report.tell_plan(steps, requests=total)
    return 0
