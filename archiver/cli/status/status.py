"""`status`: what is kept, what is missing, what to do next."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from archiver.cli.context import CliContext
from archiver.cli.status import emergency, page
from archiver.errors import N_


@click.command("status", help=N_("What is kept, what is missing, how old it is, and what to do next."))
@click.option("--json", "as_json", is_flag=True, help=N_("Give the result as one JSON document."))
@click.pass_obj
def command_status(obj: CliContext, as_json: bool) -> int:
    """Needs no token and no network."""
    from archiver.app import utc_now
    from archiver.cli.contracts import deadlines
    from archiver.cli.status import saving as standing
    from archiver.cli.status import slow_work
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
        alarms = emergency.alarms(reading, told.contracts, told.alerts)
        days = [] if as_json else deadlines.status_lines(reading, told.contracts, now=now)
        stands = standing.observe(reading, settings, obj.environ)
    stopped, stale = standing.warnings(stands, told, now=now), timedelta(hours=settings.notify.stale_hours)
    warnings = page.warnings(told, settings, now=now, stopped=stopped) + watched
    if as_json:
        found = document(told, warnings=warnings) | slow_work.document(slow)
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        saving = standing.status_line(stands, told, now=now)
        step = standing.next_step(stands, told, warnings, alarms, now=now, stale=stale)
        page.tell_status(told, warnings, alarms, settings, progress=slow, now=now, dues=days, saving=saving, step=step)
    return 0
