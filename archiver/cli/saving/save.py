"""What `save`, or `sync`, does: one round, or a look at what one would read."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext, tell_root_errors
from archiver.cli.output import ProgressScreen, echo, echo_json, echo_lines, pad
from archiver.custody.copies_elsewhere import LONGEST_IN_A_RUN
from archiver.errors import ArchiveInUse, ArchiverError
from archiver.health.rooms_and_runs import run_sentences
from archiver.notices.facts import platform_numbers
from archiver.notices.heartbeat import Heartbeat
from archiver.notices.round_notices import give_notice
from archiver.records import Contract
from archiver.render.invisible_characters import shorten
from archiver.rounds import run_log
from archiver.rounds.round import run_round, upgrade_if_older
from archiver.rounds.scheduled_backup import copy_if_due
from archiver.settings.model import Settings
from archiver.settings.other_archives import note_home
from archiver.standing.waiting_state import note_state
from archiver.store.queries.contracts import find_contract
from archiver.sync import plan
from archiver.sync.plan import PlanStep
from archiver.sync.report import SyncReport
from archiver.sync.run import dry_run
from archiver.sync.run_start import Options
from archiver.wording import gettext as _
from archiver.wording import ngettext

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
        upgrade_if_older(app, tell_upgraded)
    options = Options(
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
        heartbeat.begin()
        with ProgressScreen(quiet=_is_quiet(obj)) as progress:
            app.chatwork.transport.on_wait = progress.wait
            report = run_round(app, options, progress.callbacks(), upgraded=tell_upgraded)
    except ArchiverError as error:
        return _tell_failure(app, obj, error, heartbeat)
    heartbeat.end(report, None)
    note_home(obj.home, report.account_id, at=app.now())
    if _is_quiet(obj) and not _is_typed():
        try:  # what goes wrong with it is told by the notices that follow
            copy_if_due(app.settings, obj.environ, now=app.now, longest=LONGEST_IN_A_RUN)
        except ArchiverError as error:
            run_log.note(app.settings.home, f"backup={type(error).__name__}", at=app.now())
    _tell_outcome(app, obj, report, as_json=as_json)
    return INCOMPLETE if report.reported or report.complaints else 0


def _is_typed() -> bool:
    """Whether a person started the run, and not a job."""
    return sys.stdin.isatty()


def _is_quiet(obj: CliContext) -> bool:
    return obj.verbose < 0


def _tell_failure(app: App, obj: CliContext, error: ArchiverError, heartbeat: Heartbeat) -> int:
    """Send the notices of a round that failed, and return the exit code of one of which nothing is printed.

    Raises the error if it is to be printed.
    """
    quiet = _is_quiet(obj)
    if quiet and not _is_typed() and _is_round_alive(app, error):
        run_log.note(app.settings.home, "skipped=another-run", at=app.now())
        return 0
    heartbeat.end(None, error)
    to_say = tell_after_round(
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
        tell_sync(report)
    opened = [f"{kind}/{alert['number']}" for alert in report.alerts for kind in ("alert", "hint", "due")]
    already_said = ("gap/", "lost/", "large/", *opened, *tell_beside(app, report, quiet=quiet))
    tell_after_round(app.settings, obj.environ, None, now=app.now(), unwatched=quiet, already_said=already_said)
    if report.reported and quiet:
        echo(notice_line(report), err=True)  # cron mails what a quiet run has to say


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
    from archiver.cli.prompts import find_room  # here, as a round that a job starts asks nobody

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
        tell_plan(steps, requests=total)
    return 0


def tell_upgraded(copy: Path) -> None:
    """Print that the archive was upgraded, also with `-q`: it happens once a version, and the copy takes space."""
    sentence = _("The archive was updated to this version of the program. A copy of it as it was before: {path}")
    echo(sentence, err=True, path=copy)


def tell_after_round(settings: Settings, environ: Mapping[str, str], error: ArchiverError | None, **how: Any) -> bool:
    """Give notice of the troubles of a round (`how`: as `give_notice` takes it); whether the error is to be printed."""
    named = platform_numbers if how["unwatched"] else _titles  # what is sent or mailed names nobody
    said, is_to_say = give_notice(settings, environ, error, named=named, **how)
    note_state(settings, how["now"])
    echo_lines(said, err=True)
    return is_to_say


def _titles(contracts: list[Contract]) -> Mapping[str, str | None]:
    from archiver.standing.alert_lines import contract_names  # a quiet run with nothing to say needs none of it

    return contract_names(contracts)


def tell_sync(report: SyncReport) -> None:
    """Print the outcome of a run, one line for each room, and what is not complete."""
    from archiver.standing.outcome_words import round_lines

    echo_lines(round_lines(report))


def notice_line(report: SyncReport) -> str:
    """One line for a mail from the scheduler: no name and no text of a message."""
    rooms = sum(room.outcome.value in ("failed", "inaccessible") for room in report.rooms)
    files = sum(room.files_pending + room.files_lost for room in report.rooms)
    gaps = sum(len(room.gaps) for room in report.rooms)
    sentence = _("Chatwork archive: not everything was saved (chats {rooms}, files {files}, gaps {gaps}).")
    line = sentence.format(rooms=rooms, files=files, gaps=gaps)
    only = _("Chatwork archive: not everything was read in time; the next save reads the rest.")
    some = _("Some was left for the next save to read.")
    if report.left_over:
        line = f"{line} {some}" if rooms + files + gaps else only
    return line + " " + _("See: archive status")


def tell_plan(steps: Sequence[tuple[PlanStep, str]], *, requests: int) -> None:
    """Print what a run would read, why, and what it costs; `requests` is the least number of requests in all."""
    if not steps:
        echo(_("Nothing has changed and nothing is due: nothing would be read."))
        return
    kinds = {"messages": _("Messages"), "files": _("List of files"), "people": _("People and tasks")}
    kinds |= {"backfill": _("Back-fill"), "reread": _("Checked again")}
    whys = {
        "first": _("first time"),
        "moved": _("something changed"),
        "due": _("regular turn"),
        "turn": _("regular turn"),
    }
    whys |= {"asked": _("asked for"), "named": _("mentioned"), "near": _("near a change")}
    for step, name in steps:
        echo(f"{pad(kinds[step.kind], 20)} {pad(shorten(name), 26)} {pad(whys[step.reason], 18)} {step.requests}")
    echo(ngettext("Together at least {n} request.", "Together at least {n} requests.", requests), n=requests)
    echo(_("Then files that are not saved yet. Nothing was saved."), err=True)


def tell_alerts(report: SyncReport) -> None:
    """Print one line on stderr about the alerts that a run opened; they never change an exit code."""
    if report.alerts:
        echo(_("Alerts: {n} new. See: archive status --alerts"), err=True, n=len(report.alerts))


def tell_beside(app: App, report: SyncReport, *, quiet: bool = False) -> Collection[str]:
    """Print on stderr what a run met that deserves attention; it changes no exit code. The keys of what was said."""
    said = {} if quiet else run_sentences(report, app.settings)
    echo_lines(said.values(), err=True)
    if not quiet:
        tell_root_errors(app.root_errors)
    echo_lines(report.complaints, err=True)
    tell_alerts(report)
    return said
