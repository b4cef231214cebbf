"""Is everything set up for unattended work: gathers what can be seen, and has each thing judged.

It writes nothing, and what cannot be looked at keeps nothing else from being looked at. Of the world outside, one
request goes to Chatwork.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from archiver.app import App
from archiver.health import disk as space
from archiver.health import evidence, folders, token
from archiver.health import rooms as rooms
from archiver.health import runs as runs
from archiver.health.finding import CheckResult, attention, good, ok
from archiver.health.runs import NEVER, schedule_look, with_fault
from archiver.health.snapshot import HealthSnapshot
from archiver.schedule.schedulers import CRON, title
from archiver.settings.model import exports_folder
from archiver.store import migrate
from archiver.store.queries.database_health import Versions


@dataclass(frozen=True, slots=True)
class Computer:
    """What only this computer can tell, beside the archive and its settings."""

    scheduler: str | None
    """Which of the system's schedulers starts the job, in a few words; None: nothing of ours is registered."""
    is_cron_running: bool | None
    """None: it cannot be known."""
    other_homes: Sequence[Path]
    """Where else on this computer the same account is saved."""
    scheduled_homes: Sequence[Path]
    """Those of `other_homes` whose runs a scheduler starts."""
    notices: CheckResult
    """Whether notices arrive."""


def looks(
    app: App, environ: Mapping[str, str], held: HealthSnapshot | None, damage: Sequence[str], computer: Computer
) -> list[CheckResult]:
    """Every look, in the order of docs/reference/json.md.

    `app` is built from the settings as a scheduled run finds them; `held` and `damage` are what `snapshot.look_into`
    gives of it. A database that cannot be read leaves out what only it tells.
    """
    seen = token.see(app.settings, environ, system=sys.platform)
    asked = token.NOT_ASKED if seen.fault else token.ask(app, held.budget if held else None)
    found = [token.token_look(seen, registered=computer.scheduler)]
    found.append(token.account_look(seen, asked, owner=held.owner if held else None, home=app.settings.home))
    found += [runs.clock_look(_clock(asked, held)), _of_schedule(app, held, computer)]
    found += _of_runs(app, held, computer) if held else []
    found.append(computer.notices)
    found.append(evidence.database_look(damage))
    found += _of_proof(app, held) if held else []
    return [*found, *_of_places(app, environ, held)]


def document(found: Iterable[CheckResult]) -> dict[str, object]:
    """The JSON document of `archive check --json`."""
    listed = list(found)
    told = [{"name": one.name, "level": one.verdict.value, "text": one.text} for one in listed]
    return {"ok": ok(listed), "looks": told}


def _of_schedule(app: App, held: HealthSnapshot | None, computer: Computer) -> CheckResult:
    age = None
    if held is not None:
        ran = [at for at in (held.last_run, held.looks.listed) if at is not None]
        age = app.now() - max(ran) if ran else NEVER
    idle = computer.scheduler == title(CRON) and computer.is_cron_running is False
    return schedule_look(computer.scheduler, age=age, every=app.settings.sync.every, idle=idle)


def _of_runs(app: App, held: HealthSnapshot, computer: Computer) -> list[CheckResult]:
    home = app.settings.home
    every, now = app.settings.sync.every, app.now()
    stale = timedelta(hours=app.settings.notify.stale_hours)
    last_run = runs.last_run_look(
        held.last_run, every=every, stale=stale, now=now, looks=held.looks, begun=held.begun, reads=held.reads
    )
    return [
        with_fault(last_run, held.fault, last=held.last_run),
        rooms.pace_look(held.rates, every=every),
        rooms.plan_look(held.horizons, now=now),
        runs.budget_look(
            held.other_calls,
            computer.other_homes,
            home=home,
            now=now,
            spent=held.calls_spent,
            scheduled=computer.scheduled_homes,
        ),
    ]


def _of_proof(app: App, held: HealthSnapshot) -> list[CheckResult]:
    now = app.now()
    return [
        evidence.stamps_look(held.stamping, now=now),
        evidence.verification_look(held.verified, now=now),
        folders.backup_look(held.backup, now=now),
    ]


def _of_places(app: App, environ: Mapping[str, str], held: HealthSnapshot | None) -> list[CheckResult]:
    settings = app.settings
    home = folders.home(settings.home, environ)
    size, per_day = (held.size, held.per_day) if held else (None, None)
    keep, floor = settings.files.stop_when_free_bytes, space.floor(settings.home)
    disk = space.DiskSpace(space.free(settings.home), keep, size, per_day, floor)
    return [
        folders.also_to_look([folders.place(path) for path in settings.exports.also_to]),
        space.disk_look(disk, now=app.now()),
        folders.home_look(home),
        folders.permissions_look(home),
        folders.exports_look(folders.place(exports_folder(settings), make=True)),
        versions_look(held.versions if held else None, program=program()),
    ]


def _clock(asked: token.TokenTrial, held: HealthSnapshot | None) -> int | None:
    """The difference of the clocks as just seen, else as the last run left it."""
    if asked.offset is not None:
        return round(asked.offset / timedelta(milliseconds=1))
    return held.clock_ms if held else None


def program() -> str:
    """The version of this program."""
    return version("chatwork-archiver")


def versions_look(seen: Versions | None, *, program: str) -> CheckResult:
    """None: the database cannot be read."""
    told = f"archive {program}, Python {python_version()}"
    if seen is None:
        return good("versions", told)
    told += f", SQLite {seen.sqlite} ({'FTS5' if seen.fts5 else '-'}), " + _("archive {revision}").format(
        revision=seen.revision
    )
    if seen.revision != migrate.HEAD:
        return attention("versions", f"{told}. " + _("Bring the archive to this version: archive migrate"))
    if not seen.fts5:
        sentence = _("SQLite lacks FTS5 here, which makes searching fast. Another Python has it.")
        return attention("versions", f"{told}. {sentence}")
    return good("versions", told)
