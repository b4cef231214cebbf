"""The command `status`: how things stand, and alerts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.context import CliContext
from archiver.cli.every_archive import every_archive_option
from archiver.cli.terminal.output import paged_output
from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status


@click.command("status", help=N_("How things stand: what is saved, what is missing, what to do next, and alerts."))
@click.option("--full", is_flag=True, help=N_("Is automatic saving fully set up? One line for each thing."))
@click.option("--alerts", is_flag=True, help=N_("All alerts. They accuse nobody and are part of no export."))
@click.option(
    "--done",
    metavar="N|JOB",
    multiple=True,
    help=N_("Put the alert of this number aside, or the changes of this job; they stay listed."),
)
@click.option("--reason", metavar=N_("TEXT"), help=N_("With --done: why; for yourself, it never leaves this archive."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@every_archive_option
@click.pass_obj
def command_status(
    obj: CliContext, full: bool, alerts: bool, done: tuple[str, ...], reason: str | None, as_json: bool
) -> int:
    """Show one of the three; only `--full` asks Chatwork, and works without token and network all the same."""
    if full + alerts + bool(done) > 1 or (reason is not None and not done):
        raise click.UsageError(_("Of --full, --alerts and --done, only one can be used; --reason goes with --done."))
    if full:
        from archiver.cli.status.check import check_setup

        return check_setup(obj, as_json=as_json)
    if alerts or done:
        from archiver.cli.status.alerts import dismiss_alerts, list_alerts

        dismiss_alerts(obj, done, reason) if done else list_alerts(obj, as_json=as_json)
        return 0
    _show_status(obj, as_json=as_json)
    return 0


def _show_status(obj: CliContext, *, as_json: bool) -> None:
    from archiver.app import utc_now
    from archiver.cli.contracts.deadline_lines import near_lines
    from archiver.cli.status import page, record_lines
    from archiver.health.snapshot import known_time
    from archiver.standing.emergencies import emergencies
    from archiver.standing.home_document import home_document
    from archiver.store.archive import Archive
    from archiver.store.keeper import keeper_of
    from archiver.store.queries.status import status
    from archiver.store.working import remembered_values

    settings = obj.settings()
    with Archive(obj.home).reading() as reading:
        now = known_time(reading, utc_now())
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        document = home_document(reading, archive_status, settings, obj.environ, now)
        if as_json:
            payload = _payload(reading, archive_status, settings, document, now)
        else:
            quoted, contracts, alerts = page.told_job(document["told"]), archive_status.contracts, archive_status.alerts
            told = [one for one in contracts if quoted is not None and one.id == quoted["job"]]
            urgent = emergencies(reading, told, alerts, always=True)
            deadlines = near_lines(reading, contracts, now=now)
            beside = record_lines.unfinished_lines(remembered_values.ERASURE.recall(reading))
    keeper = keeper_of(obj.home)
    accesses = keeper.accesses()
    if as_json:
        payload["accesses"] = record_lines.access_document(accesses)
        click.echo(json.dumps(payload, ensure_ascii=False))
        return
    beside += record_lines.access_lines(accesses)
    emergency, kept = next(iter(urgent), None), keeper.kept
    with paged_output():
        page.tell_home(
            document, archive_status, now, emergency=emergency, kept=kept, beside=beside, deadlines=deadlines
        )


def _payload(
    reading: Reading, archive_status: Status, settings: Settings, document: dict[str, Any], now: datetime
) -> dict[str, Any]:
    from archiver.cli.status import record_lines, reread_and_backfill_lines
    from archiver.cli.status.status_document import first_document, status_document
    from archiver.custody import earlier_homes
    from archiver.health.evidence import service_sentences
    from archiver.store.erasure import records
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.reread_and_backfill_progress import slow_work_progress
    from archiver.store.queries.status import room_pauses

    rooms, reread_since = rooms_to_read(reading, now), now - timedelta(days=settings.sync.reread_days)
    progress, unseen = slow_work_progress(reading, rooms, since=reread_since), document["standing"].unseen
    warnings, pauses = document["standing"].sentences, room_pauses(reading, archive_status)
    payload = first_document(document) | status_document(archive_status, warnings=warnings, pauses=pauses)
    payload["unseen_seconds"] = None if unseen is None else int(unseen.total_seconds())
    payload |= reread_and_backfill_lines.document(progress)
    payload["put_back_databases"] = earlier_homes.overview_lines(reading)
    payload["other_services"] = service_sentences(reading)
    payload["erasures"] = record_lines.erasure_documents(records.erasures(reading))
    return payload
