"""`rescue`: one word for the worst day; safe at any time, again and again."""

from __future__ import annotations

import json
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.completers import contract_ids
from archiver.cli.context import CliContext
from archiver.cli.saving import sync_report
from archiver.cli.saving.sync import INCOMPLETE
from archiver.cli.status import emergency
from archiver.cli.status.stamp_lines import tell_root_faults
from archiver.cli.terminal import times
from archiver.cli.terminal.progress import short
from archiver.cli.terminal.text import visible, wrap
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract
    from archiver.sync.report import SyncReport


@click.command(
    "rescue",
    help=N_(
        "Something is about to vanish: save everything shared with the other side now, and say what is kept, what is"
        " not, what not to do and what to do next. Safe at any time."
    ),
)
@click.argument("contract", metavar=N_("CONTRACT"), required=False, shell_complete=contract_ids)
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_rescue(obj: CliContext, contract: str | None, as_json: bool) -> int:
    """Read all rooms shared with the counterparts, without pacing; what is kept is told even if nothing can be read."""
    from archiver.app import build_app, require_archive
    from archiver.cli.saving import after_run
    from archiver.rounds import upgrade

    app = require_archive(build_app(obj.settings(), obj.environ))
    upgrade.if_older(app, after_run.tell_upgraded)
    meant = _contracts(app, contract)
    try:
        report = _round(app, obj, meant)
    except errors.ArchiverError as error:
        if as_json:
            raise
        _tell_fault(error)
        _tell_kept(app, meant)
        return error.code
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    else:
        sync_report.tell_sync(report)
        _tell_unread(report)
        _tell_kept(app, meant)
    for complaint in report.complaints:
        click.echo(complaint, err=True)
    tell_root_faults(app.root_faults)
    sync_report.tell_alerts(report)
    return INCOMPLETE if report.troubles or report.complaints else 0


def _contracts(app: App, name: str | None) -> list[Contract]:
    """The contract named, or all of them. Raises UnknownContract, NoContract."""
    from archiver.store.queries.contracts import contract, contracts

    with app.archive.reading() as reading:
        meant = contracts(reading) if name is None else [contract(reading, name)]
    if not meant:
        raise errors.NoContract
    return meant


def _round(app: App, obj: CliContext, meant: list[Contract]) -> SyncReport:
    from archiver.cli.terminal.progress import Screen
    from archiver.rounds.round import rescue_round

    with Screen(quiet=obj.verbose < 0) as progress:
        app.chatwork.transport.on_wait = progress.wait
        return rescue_round(app, [room.room_id for one in meant for room in one.rooms], progress.talk())


def _tell_fault(fault: errors.ArchiverError) -> None:
    """Nothing new could be had; the sentences of the fault itself, and what it does not touch."""
    click.echo(_("Error: {message}").format(message=visible(str(fault))), err=True)
    if fault.advice():
        click.echo(visible(fault.advice()), err=True)
    sentence = _("Not everything could be saved anew just now. What was saved before is kept; it is told below.")
    click.echo("\n".join(wrap(sentence, emergency.WIDTH)))


def _tell_unread(report: SyncReport) -> None:
    """The chats that this run could not read, or not wholly; on this day nothing is said only once."""
    unread = [room for room in report.rooms if room.failed is not None or room.left]
    if unread:
        sentence = ngettext(
            "This chat could not be read, or not all of it: {rooms}. Call again: archive rescue",
            "These chats could not be read, or not all of them: {rooms}. Call again: archive rescue",
            len(unread),
        )
        named = _(", ").join(f"{room.room_id} {short(room.name)}".strip() for room in unread)
        click.echo("\n".join(wrap(sentence.format(rooms=named), emergency.WIDTH)))


def _is_among(contract: Contract, rooms: set[int]) -> bool:
    return any(room.room_id in rooms for room in contract.rooms)


def _tell_kept(app: App, meant: list[Contract]) -> None:
    """A block for each contract that was meant, then for every other one that is shared with the same people."""
    from archiver.store.queries import departures
    from archiver.store.queries.contracts import contracts
    from archiver.store.working.alerts import alerts

    with app.archive.reading() as reading:
        rooms = {room.room_id for one in meant for room in one.rooms}
        shared = departures.rooms_of(reading, departures.counterparts(reading, rooms))
        named = {one.id for one in meant}
        also = [one for one in contracts(reading) if one.id not in named and _is_among(one, shared)]
        found = emergency.alarms(reading, [*meant, *also], alerts(reading), always=True)
    for one in found:
        click.echo(times.RULE)
        emergency.tell_alarm(one)
    click.echo(times.RULE)
    click.echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))
