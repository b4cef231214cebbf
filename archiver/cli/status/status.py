"""The command `status`: how things stand, and alerts."""

from __future__ import annotations

import json
from datetime import timedelta
from gettext import gettext as _

import click

from archiver.cli.context import CliContext
from archiver.cli.every_archive import every_archive_option
from archiver.cli.status import emergency_block, page
from archiver.cli.terminal.output import paged_output
from archiver.cli.terminal.text import wrap
from archiver.errors import N_


@click.command("status", help=N_("How things stand: what is saved, what is missing, what to do next, and alerts."))
@click.option("--full", is_flag=True, help=N_("Is automatic saving fully set up? One line for each thing."))
@click.option("--alerts", is_flag=True, help=N_("All alerts. They accuse nobody and are part of no export."))
@click.option(
    "--done",
    type=click.IntRange(1),
    metavar="N",
    multiple=True,
    help=N_("Put the alert of this number aside; it stays listed, marked so."),
)
@click.option("--reason", metavar=N_("TEXT"), help=N_("With --done: why; for yourself, it never leaves this archive."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@every_archive_option
@click.pass_obj
def command_status(
    obj: CliContext, full: bool, alerts: bool, done: tuple[int, ...], reason: str | None, as_json: bool
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
    from archiver.cli.contracts import deadline_lines as deadlines
    from archiver.cli.contracts.contract_names import contract_names
    from archiver.cli.status import record_lines, reread_and_backfill_lines
    from archiver.cli.status.alert_lines import alert_lines
    from archiver.cli.status.saving_status import observe_standing
    from archiver.cli.status.status_document import status_document
    from archiver.custody import earlier_homes
    from archiver.health.evidence import service_sentences
    from archiver.health.snapshot import known_time
    from archiver.store.archive import Archive
    from archiver.store.erasure import records
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.reread_and_backfill_progress import slow_work_progress
    from archiver.store.queries.status import room_pauses, status
    from archiver.store.working import remembered_values

    settings = obj.settings()
    with Archive(obj.home).reading() as reading:
        now = known_time(reading, utc_now())
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        rooms, reread_since = rooms_to_read(reading, now), now - timedelta(days=settings.sync.reread_days)
        progress = slow_work_progress(reading, rooms, since=reread_since)
        emergencies = emergency_block.emergencies(reading, archive_status.contracts, archive_status.alerts)
        deadline_lines = [] if as_json else deadlines.status_lines(reading, archive_status.contracts, now=now)
        standing = observe_standing(reading, settings, obj.environ, now=now)
        others = page.other_alerts(archive_status.alerts, emergencies)
        alerts = [] if as_json else alert_lines(reading, others, contract_names(archive_status.contracts))
        quoted = emergency_block.calm_quotations(reading, archive_status.contracts, emergencies)
        put_back = earlier_homes.overview_lines(reading)
        services = service_sentences(reading)
        erased, unfinished = records.erasures(reading), remembered_values.ERASURE.recall(reading)
        pauses = room_pauses(reading, archive_status) if as_json else {}
    accesses = record_lines.read_accesses(obj.home)
    if as_json:
        payload = status_document(archive_status, warnings=standing.sentences, pauses=pauses)
        unseen = standing.unseen
        payload["unseen_seconds"] = None if unseen is None else int(unseen.total_seconds())
        payload |= reread_and_backfill_lines.document(progress)
        payload |= {"put_back_databases": put_back, "other_services": services}
        payload["erasures"] = record_lines.erasure_documents(erased)
        payload["accesses"] = record_lines.access_document(accesses)
        click.echo(json.dumps(payload, ensure_ascii=False))
    else:
        told = ["\n    ".join(wrap(sentence, 76)) for sentence in (*services, *put_back)]
        told += record_lines.erasure_lines(erased, unfinished)
        dues = [*record_lines.access_lines(accesses), *told, *deadline_lines]
        with paged_output():
            page.tell_status(
                archive_status, standing, emergencies, progress=progress, dues=dues, alerts=alerts, quoted=quoted
            )
