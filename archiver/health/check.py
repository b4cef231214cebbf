"""Is everything set up for unattended work: gathers what can be seen, and has each thing judged.

It writes nothing, and what cannot be looked at keeps nothing else from being looked at. Of the world outside, one
request goes to Chatwork.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from archiver.app import App
from archiver.health import disk as space
from archiver.health import evidence as proof
from archiver.health import folders as places
from archiver.health import rooms as rooms
from archiver.health import runs as runs
from archiver.health import token as tokens
from archiver.health.finding import Look, ok
from archiver.health.health_fault import with_fault
from archiver.health.health_schedule import NEVER, schedule_look
from archiver.health.health_versions import program, versions_look
from archiver.health.snapshot import Held, look_into
from archiver.notices import url_check as notices
from archiver.schedule.schedulers import CRON, title
from archiver.settings.exports import exports_folder

Scheduled = Callable[[], str | None]
"""Which of the system's schedulers starts the job, in a few words; None: nothing of ours is registered."""

Jobs = Callable[[Path], bool]
"""Whether a scheduler starts the runs of a home."""

Cron = Callable[[], bool | None]
"""Whether a cron runs here; None: it cannot be known."""

Others = Callable[[int], Sequence[Path]]
"""The other homes of this computer where an account is saved, by its id."""


def looks(
    app: App,
    environ: Mapping[str, str],
    *,
    scheduled: Scheduled,
    others: Others = lambda _account: (),
    test: notices.Test | None = None,
    cron: Cron = lambda: None,
    jobs: Jobs = lambda _home: False,
) -> list[Look]:
    """Every look, in the order of docs/reference/json.md.

    `app` is built from the settings as a scheduled run finds them. A database that cannot be read leaves out what
    only it tells. `test` sends a test notice. Raises NoArchive, NewerArchive, StorageError.
    """
    held, damage = look_into(app)
    seen = tokens.see(app.settings, environ, system=sys.platform)
    asked = tokens.NOT_ASKED if seen.fault else tokens.ask(app, held.budget if held else None)
    registered = scheduled()
    found = [tokens.token_look(seen, registered=registered)]
    found.append(tokens.account_look(seen, asked, owner=held.owner if held else None, home=app.settings.home))
    found += [runs.clock_look(_clock(asked, held)), _of_schedule(app, held, registered, cron)]
    found += _of_runs(app, held, others, jobs) if held else []
    found.append(notices.notices_look(notices.see(app.settings, environ, test=test)))
    found.append(proof.database_look(damage))
    found += _of_proof(app, held) if held else []
    return [*found, *_of_places(app, environ, held)]


def document(found: Iterable[Look]) -> dict[str, object]:
    """The JSON document of `archive check --json`."""
    listed = list(found)
    told = [{"name": one.name, "level": one.verdict.value, "text": one.text} for one in listed]
    return {"ok": ok(listed), "looks": told}


def _of_schedule(app: App, held: Held | None, registered: str | None, cron: Cron) -> Look:
    age = None
    if held is not None:
        ran = [at for at in (held.last_run, held.looks.listed) if at is not None]
        age = app.now() - max(ran) if ran else NEVER
    idle = registered == title(CRON) and cron() is False
    return schedule_look(registered, age=age, every=app.settings.sync.every, idle=idle)


def _of_runs(app: App, held: Held, others: Others, jobs: Jobs) -> list[Look]:
    home = app.settings.home
    every, now = app.settings.sync.every, app.now()
    stale = timedelta(hours=app.settings.notify.stale_hours)
    homes = others(held.owner) if held.owner is not None else ()
    last_run = runs.last_run_look(
        held.last_run, every=every, stale=stale, now=now, looks=held.looks, begun=held.begun, reads=held.reads
    )
    return [
        with_fault(last_run, held.fault, last=held.last_run),
        rooms.pace_look(held.rates, every=every),
        rooms.plan_look(held.horizons, now=now),
        runs.budget_look(
            held.other_calls,
            homes,
            home=home,
            now=now,
            spent=held.calls_spent,
            scheduled=[one for one in homes if jobs(one)],
        ),
    ]


def _of_proof(app: App, held: Held) -> list[Look]:
    now = app.now()
    return [
        proof.stamps_look(held.stamping, now=now),
        proof.verification_look(held.verified, now=now),
        places.backup_look(held.backup, now=now),
    ]


def _of_places(app: App, environ: Mapping[str, str], held: Held | None) -> list[Look]:
    settings = app.settings
    home = places.home(settings.home, environ)
    size, per_day = (held.size, held.per_day) if held else (None, None)
    keep, floor = settings.files.stop_when_free_bytes, space.floor(settings.home)
    disk = space.Space(space.free(settings.home), keep, size, per_day, floor)
    return [
        places.also_to_look([places.place(path) for path in settings.exports.also_to]),
        space.disk_look(disk, now=app.now()),
        places.home_look(home),
        places.permissions_look(home),
        places.exports_look(places.place(exports_folder(settings), make=True)),
        versions_look(held.versions if held else None, program=program()),
    ]


def _clock(asked: tokens.Asked, held: Held | None) -> int | None:
    """The difference of the clocks as just seen, else as the last run left it."""
    if asked.offset is not None:
        return round(asked.offset / timedelta(milliseconds=1))
    return held.clock_ms if held else None
