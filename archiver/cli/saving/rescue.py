"""`save --all`: saves at once everything shared with the counterparts, and prints the emergency blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.error_output import tell_root_errors
from archiver.cli.exit_codes import INCOMPLETE
from archiver.cli.saving import sync_report
from archiver.cli.status.page import tell_emergency
from archiver.cli.terminal.output import RULE, echo, paged_output
from archiver.cli.terminal.text import WIDTH, visible, wrap
from archiver.render.screen_text import shorten
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.records import Contract
    from archiver.sync.report import SyncReport


def rescue(obj: CliContext, jobs: tuple[str, ...], *, as_json: bool) -> int:
    """Read all rooms shared with the counterparts, without pacing; print what is kept even if nothing can be read."""
    from archiver.app import build_app, require_archive
    from archiver.cli.saving import after_run
    from archiver.rounds.round import upgrade_if_older

    app = require_archive(build_app(obj.settings(), obj.environ))
    upgrade_if_older(app, after_run.tell_upgraded)
    contracts = _named_contracts(app, jobs)
    try:
        report = _run_rescue(app, obj, contracts)
    except errors.ArchiverError as error:
        if as_json:
            raise
        _tell_error(error)
        _tell_kept(app, contracts)
        return error.code
    if as_json:
        click.echo(json.dumps(report.document(), ensure_ascii=False))
    else:
        with paged_output():
            sync_report.tell_sync(report)
            _tell_unread(report)
            _tell_kept(app, contracts)
    for complaint in report.complaints:
        echo(complaint, err=True)
    tell_root_errors(app.root_errors)
    sync_report.tell_alerts(report)
    sync_report.tell_run_conditions(report, app.settings)
    return INCOMPLETE if report.troubles or report.complaints else 0


def _named_contracts(app: App, names: tuple[str, ...]) -> list[Contract]:
    """The contracts named, or all of them. Raises UnknownContract, NoContract."""
    from archiver.store.queries.contracts import contracts, find_contract

    with app.archive.reading() as reading:
        named = [find_contract(reading, name) for name in names] if names else contracts(reading)
    if not named:
        raise errors.NoContract
    return named


def _run_rescue(app: App, obj: CliContext, contracts: list[Contract]) -> SyncReport:
    from archiver.cli.terminal.progress import ProgressScreen
    from archiver.rounds.round import rescue_round

    with ProgressScreen(quiet=obj.verbose < 0) as progress:
        app.chatwork.transport.on_wait = progress.wait
        return rescue_round(app, [room.room_id for one in contracts for room in one.rooms], progress.callbacks())


def _tell_error(error: errors.ArchiverError) -> None:
    """Print why nothing new could be read, and that what was saved before is kept."""
    echo(_("Error: {message}").format(message=visible(str(error))), err=True)
    if error.advice():
        echo(visible(error.advice()), err=True)
    sentence = _("Not everything could be saved again just now. What was saved before is kept; it is listed below.")
    echo("\n".join(wrap(sentence, WIDTH)))


def _tell_unread(report: SyncReport) -> None:
    """Print which chats this run could not read, or not wholly, every time."""
    unread = [room for room in report.rooms if room.failed is not None or room.left_over]
    if unread:
        sentence = ngettext(
            "This chat could not be read, or not all of it: {rooms}. Run again: archive save --all",
            "These chats could not be read, or not all of them: {rooms}. Run again: archive save --all",
            len(unread),
        )
        named = _(", ").join(f"{room.room_id} {shorten(room.name)}".strip() for room in unread)
        echo("\n".join(wrap(sentence.format(rooms=named), WIDTH)))


def _has_room_among(contract: Contract, rooms: set[int]) -> bool:
    return any(room.room_id in rooms for room in contract.rooms)


def _tell_kept(app: App, contracts_named: list[Contract]) -> None:
    """Print a block for each of these contracts, then for every other one that is shared with the same people."""
    from archiver.standing.emergencies import emergencies
    from archiver.store.queries import departures
    from archiver.store.queries.contracts import contracts
    from archiver.store.working.alerts import alerts

    with app.archive.reading() as reading:
        rooms = {room.room_id for one in contracts_named for room in one.rooms}
        shared = departures.contracted_rooms_of(reading, departures.counterparts(reading, rooms))
        named_ids = {one.id for one in contracts_named}
        also = [one for one in contracts(reading) if one.id not in named_ids and _has_room_among(one, shared)]
        blocks = emergencies(reading, [*contracts_named, *also], alerts(reading), always=True)
    for block in blocks:
        echo(RULE)
        tell_emergency(block, app.now())
    echo(RULE)
    echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))
