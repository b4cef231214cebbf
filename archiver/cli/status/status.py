"""The command `status`: what is kept, what is missing, what to do next."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from archiver.cli.context import CliContext
from archiver.cli.status import emergency_block, page
from archiver.errors import N_


@click.command("status", help=N_("What is kept, what is missing, how old it is, and what to do next."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_status(obj: CliContext, as_json: bool) -> int:
    """Print the state of the archive; needs no token and no network."""
    from archiver.app import utc_now
    from archiver.cli.contracts import deadline_lines as deadlines
    from archiver.cli.status import reread_and_backfill_lines
    from archiver.cli.status import saving_status as saving
    from archiver.cli.status.run_warnings import archive_warnings
    from archiver.custody import put_back_databases
    from archiver.store.archive import Archive
    from archiver.store.queries.contracts import rooms_to_read
    from archiver.store.queries.reread_and_backfill_progress import slow_work_progress
    from archiver.store.queries.status import status, status_document

    settings, now = obj.settings(), utc_now()
    with Archive(obj.home).reading() as reading:
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        rooms, reread_since = rooms_to_read(reading, now), now - timedelta(days=settings.sync.reread_days)
        watch_warnings = archive_warnings(reading, rooms, every=settings.sync.every, now=now)
        progress = slow_work_progress(reading, rooms, since=reread_since)
        emergencies = emergency_block.emergencies(reading, archive_status.contracts, archive_status.alerts)
        deadline_lines = [] if as_json else deadlines.status_lines(reading, archive_status.contracts, now=now)
        saving_status = saving.observe_saving(reading, settings, obj.environ)
        put_back = put_back_databases.overview_lines(reading)
    stopped = saving.saving_warnings(saving_status, archive_status, now=now)
    stale = timedelta(hours=settings.notify.stale_hours)
    warnings = page.status_warnings(archive_status, settings, now=now, stopped=stopped) + watch_warnings
    if as_json:
        payload = status_document(archive_status, warnings=warnings) | reread_and_backfill_lines.document(progress)
        payload["put_back_databases"] = put_back
        click.echo(json.dumps(payload, ensure_ascii=False))
    else:
        saving_text = saving.saving_line(saving_status, archive_status, now=now)
        step = saving.next_step(saving_status, archive_status, warnings, emergencies, now=now, stale=stale)
        page.tell_status(
            archive_status,
            warnings,
            emergencies,
            settings,
            progress=progress,
            now=now,
            dues=[*put_back, *deadline_lines],
            saving=saving_text,
            step=step,
        )
    return 0
