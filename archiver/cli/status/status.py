"""The command `status`: what is kept, what is missing, what to do next."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from archiver.cli.context import CliContext
from archiver.cli.status import emergency_block, page
from archiver.cli.terminal.output import paged_output
from archiver.cli.terminal.text import wrap
from archiver.errors import N_


@click.command("status", help=N_("What is kept, what is missing, how old it is, and what to do next."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_status(obj: CliContext, as_json: bool) -> int:
    """Print the state of the archive; needs no token and no network."""
    from archiver.app import utc_now
    from archiver.cli.contracts import deadline_lines as deadlines
    from archiver.cli.contracts.contract_names import contract_names
    from archiver.cli.status import record_lines, reread_and_backfill_lines
    from archiver.cli.status.alert_lines import alert_lines
    from archiver.cli.status.saving_status import observe_standing
    from archiver.cli.status.status_document import status_document
    from archiver.custody import put_back_databases
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
        put_back = put_back_databases.overview_lines(reading)
        services = record_lines.service_lines(reading)
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
    return 0
