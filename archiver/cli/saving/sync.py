"""`sync`, `status` and `show`: save now, see what is kept, read it."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver.cli.completers import contract_ids, room_numbers
from archiver.cli.context import CliContext
from archiver.cli.saving import sync_report as screen
from archiver.cli.status import emergency as alarm
from archiver.cli.status import page as statuspage
from archiver.errors import N_, ArchiverError, BadValue, EmptyPeriod
from archiver.records import JST

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.sync.run import Options

INCOMPLETE = 4
"""Exit code: done, but something that should be held is not."""

LONGEST = 366 * 24 * 60 * 60
"""Seconds at most for `--max-seconds`: a run has no use for more, and no calendar holds an end without limit."""

EXAMPLE_DAY = "2026-11-24"


def parse_day(value: str | None, option: str) -> datetime | None:
    """The beginning of a Japanese day, or a time of it. Raises BadValue."""
    if value is None:
        return None
    said = value.replace("/", "-")
    try:
        if _is_day(said):
            return datetime.combine(date.fromisoformat(said), time(), JST)
        at = datetime.fromisoformat(said)
    except ValueError:
        raise _unreadable(value, option) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)


def parse_until(value: str | None, option: str) -> datetime | None:
    """The end of a Japanese day (which is meant as a whole), or a time of it. Raises BadValue."""
    at = parse_day(value, option)
    if at is None or value is None or not _is_day(value.replace("/", "-")):
        return at
    try:
        return at + timedelta(days=1)
    except OverflowError:  # the last day that there is
        raise _unreadable(value, option) from None


def _is_day(said: str) -> bool:
    """Whether a whole day is meant, and no time of it: 2026-11-01, or 20261101."""
    return len(said) == len(EXAMPLE_DAY) or (len(said) == len("20261101") and said.isdecimal())


def parse_period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Where `--from` begins and `--to` ends. Raises BadValue, EmptyPeriod."""
    begin, end = parse_day(since, "--from"), parse_until(until, "--to")
    if begin is not None and end is not None and begin >= end:
        raise EmptyPeriod(begin=since, end=until)
    return begin, end


def _unreadable(value: str, option: str) -> BadValue:
    return BadValue(value=value, option=option, example=f"{EXAMPLE_DAY} / {EXAMPLE_DAY}T14:05")


@click.command(
    "sync",
    help=N_("Save now what Chatwork shows: messages, edits, deletions, files, tasks and people of the rooms for work."),
)
@click.option(
    "--contract",
    "contracts",
    multiple=True,
    metavar="ID",
    shell_complete=contract_ids,
    help=N_("Only the rooms of this contract."),
)
@click.option(
    "--room", "rooms", multiple=True, type=int, metavar="N", shell_complete=room_numbers, help=N_("Only this room.")
)
@click.option("--full", is_flag=True, help=N_("Read everything again now, and try every missing file again."))
@click.option("--dry-run", is_flag=True, help=N_("Only show what would be read; nothing is saved."))
@click.option("--max-seconds", type=click.IntRange(1, LONGEST), metavar="S", help=N_("Stop after so many seconds."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_sync(
    obj: CliContext,
    contracts: tuple[str, ...],
    rooms: tuple[int, ...],
    full: bool,
    dry_run: bool,
    max_seconds: int | None,
    as_json: bool,
) -> int:
    """Run one round and say what it came to."""
    from archiver import app as application
    from archiver.cli.saving import after_run as upkeep
    from archiver.cli.status import notify as noticing
    from archiver.cli.status import stamp_lines as stamps
    from archiver.cli.status import warnings as watch
    from archiver.cli.terminal.progress import Screen
    from archiver.rounds import round as rounds
    from archiver.rounds import upgrade
    from archiver.sync import run as sync

    app = application.existing(application.build(obj.settings(), obj.environ))
    if contracts and not dry_run:  # they are looked up before the round begins
        upgrade.if_older(app, upkeep.tell_upgraded)
    options = sync.Options(rooms=_rooms(app, contracts, rooms), full=full, max_seconds=max_seconds)
    if dry_run:
        return _show_plan(app, options, as_json=as_json)
    quiet = obj.verbose < 0
    try:
        with Screen(quiet=quiet) as progress:
            app.chatwork.transport.on_wait = progress.wait
            report = rounds.run(app, options, progress.talk(), upgraded=upkeep.tell_upgraded)
    except ArchiverError as fault:
        to_say = noticing.after_round(app.settings, obj.environ, fault, unwatched=quiet, told=("fault/",))
        if quiet and not to_say:
            return fault.code  # said within a day; a scheduler's mail every five minutes would hide the next trouble
        raise
    upkeep.leave_word(obj.home, report.account_id)
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    elif obj.verbose >= 0:
        screen.tell_sync(report)
    if obj.verbose >= 0:
        for warning in watch.of_run(report):
            click.echo(warning, err=True)
        stamps.tell_root_faults(app.root_faults)
    for complaint in report.complaints:
        click.echo(complaint, err=True)
    screen.tell_alerts(report)
    opened = [f"{kind}/{alert['number']}" for alert in report.alerts for kind in ("alert", "hint", "due")]
    noticing.after_round(app.settings, obj.environ, None, unwatched=quiet, told=("gap/", "lost/", *opened))
    if report.reported and obj.verbose < 0:
        click.echo(screen.notice(report), err=True)  # cron mails what a quiet run has to say
    return INCOMPLETE if report.reported or report.complaints else 0


def _rooms(app: App, contracts: tuple[str, ...], rooms: tuple[int, ...]) -> frozenset[int] | None:
    """The rooms meant by the options; None = all. Raises UnknownContract."""
    from archiver.store.queries.contracts import contract

    if not contracts and not rooms:
        return None
    with app.archive.reading() as reading:
        named = [room.room_id for name in contracts for room in contract(reading, name).rooms]
    return frozenset([*named, *rooms])


def _show_plan(app: App, options: Options, *, as_json: bool) -> int:
    from archiver.sync import plan
    from archiver.sync import run as sync

    steps = sync.dry_run(app.archive, app.chatwork, now=app.now, options=options)
    total = plan.total([step for step, _name in steps])
    if as_json:
        told = [
            {"room_id": step.room_id, "name": name, "kind": step.kind, "why": step.why, "requests": step.cost}
            for step, name in steps
        ]
        click.echo(json.dumps({"steps": told, "requests": total}, ensure_ascii=False))
    else:
        screen.tell_plan(steps, requests=total)
    return 0


@click.command("status", help=N_("What is kept, what is missing, how old it is, and what to do next."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_status(obj: CliContext, as_json: bool) -> int:
    """Needs no token and no network."""
    from archiver.app import utc_now
    from archiver.cli.contracts import deadlines as dues
    from archiver.cli.status import saving as standing
    from archiver.cli.status import slow_work as progress_lines
    from archiver.cli.status import warnings as watch
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.slow_work import progress
    from archiver.store.queries.status import document, status

    settings, now = obj.settings(), utc_now()
    with Archive(obj.home).reading() as reading:
        told = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        rooms, lately = rooms_to_read(reading, now), now - timedelta(days=settings.sync.reread_days)
        watched = watch.of_archive(reading, rooms, every=settings.sync.every, now=now)
        slow = progress(reading, rooms, since=lately)
        alarms = alarm.alarms(reading, told.contracts, told.alerts)
        days = [] if as_json else dues.status_lines(reading, told.contracts, now=now)
        stands = standing.look(reading, settings, obj.environ)
    stopped, stale = standing.warnings(stands, told, now=now), timedelta(hours=settings.notify.stale_hours)
    warnings = statuspage.warnings(told, settings, now=now, stopped=stopped) + watched
    if as_json:
        found = document(told, warnings=warnings) | progress_lines.document(slow)
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        saving = standing.line(stands, told, now=now)
        step = standing.step(stands, told, warnings, alarms, now=now, stale=stale)
        statuspage.tell_status(
            told, warnings, alarms, settings, progress=slow, now=now, dues=days, saving=saving, step=step
        )
    return 0


@click.command("show", help=N_("Read a room as it is kept, with earlier texts of edited and deleted messages."))
@click.argument("room", type=int, metavar=N_("ROOM"), shell_complete=room_numbers)
@click.option("--from", "since", metavar=N_("DAY"), help=N_("From this day on, such as 2026-11-01."))
@click.option("--to", "until", metavar=N_("DAY"), help=N_("Up to this day."))
@click.pass_obj
def command_show(obj: CliContext, room: int, since: str | None, until: str | None) -> int:
    """Needs no token and no network."""
    from archiver.cli.conversation import tell_lines
    from archiver.cli.terminal.message_times import within
    from archiver.errors import UnknownRoom
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.transcript import lines, names
    from archiver.store.working.backfill_queue import unseen

    begin, end = parse_period(since, until)
    with Archive(obj.home).reading() as reading:
        if room not in {one.room_id for contract in contracts(reading) for one in contract.rooms}:
            raise UnknownRoom(room=room)
        shown = lines(reading, room, since=_seconds(begin), until=_seconds(end))
        found = within(unseen(reading, room), begin, end)
        number = tell_lines(shown, names(reading, room), found)
    if not number:
        click.echo(_("No message is kept for this time."), err=True)
    return 0


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
