"""`save --all`: saves at once everything shared with the counterparts, and prints the emergency blocks."""

from __future__ import annotations

from archiver import errors
from archiver.app import App
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.error_output import print_error
from archiver.cli.saving import sync_report
from archiver.cli.status.page import tell_emergency
from archiver.cli.terminal.output import RULE, echo, echo_json, paged_output
from archiver.cli.terminal.progress import ProgressScreen
from archiver.cli.terminal.prompts import tell
from archiver.records import Contract
from archiver.render.screen_text import shorten
from archiver.rounds.round import rescue_round, upgrade_if_older
from archiver.standing.emergencies import emergencies
from archiver.store.queries import departures
from archiver.store.queries.contracts import contracts, find_contract
from archiver.store.working.alerts import alerts
from archiver.sync.report import SyncReport
from archiver.wording import gettext as _
from archiver.wording import ngettext


def rescue(obj: CliContext, jobs: tuple[str, ...], *, as_json: bool) -> int:
    """Read all rooms shared with the counterparts, without pacing; print what is kept even if nothing can be read."""
    app = obj.app(needs_archive=True)
    upgrade_if_older(app, sync_report.tell_upgraded)
    contracts = _named_contracts(app, jobs)
    try:
        with ProgressScreen(quiet=obj.verbose < 0) as progress:
            app.chatwork.transport.on_wait = progress.wait
            rooms = [room.room_id for one in contracts for room in one.rooms]
            report = rescue_round(app, rooms, progress.callbacks())
    except errors.ArchiverError as error:
        if as_json:
            raise
        print_error(error.code, str(error), error.advice())
        sentence = _("Not everything could be saved again just now. What was saved before is kept; it is listed below.")
        tell(sentence, indent=0)
        _tell_kept(app, contracts)
        return error.code
    if as_json:
        echo_json(report.document())
    else:
        with paged_output():
            sync_report.tell_sync(report)
            _tell_unread(report)
            _tell_kept(app, contracts)
    sync_report.tell_beside(app, report)
    return INCOMPLETE if report.troubles or report.complaints else 0


def _named_contracts(app: App, names: tuple[str, ...]) -> list[Contract]:
    """The contracts named, or all of them. Raises UnknownContract, NoContract."""
    with app.archive.reading() as reading:
        named = [find_contract(reading, name) for name in names] if names else contracts(reading)
    if not named:
        raise errors.NoContract
    return named


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
        tell(sentence, indent=0, rooms=named)


def _tell_kept(app: App, contracts_named: list[Contract]) -> None:
    """Print a block for each of these contracts, then for every other one that is shared with the same people."""
    with app.archive.reading() as reading:
        rooms = {room.room_id for one in contracts_named for room in one.rooms}
        shared = departures.contracted_rooms_of(reading, departures.counterparts(reading, rooms))
        named_ids = {one.id for one in contracts_named}
        also = [one for one in contracts(reading) if one.id not in named_ids and not shared.isdisjoint(one.room_ids)]
        blocks = emergencies(reading, [*contracts_named, *also], alerts(reading), always=True)
    for block in blocks:
        echo(RULE)
        tell_emergency(block, app.now())
    echo(RULE)
    echo(_("Advice: フリーランス・トラブル110番 (free of charge)"))
