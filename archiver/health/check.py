"""Runs all checks of `archive check`: is everything set up for unattended work?

They write nothing and send Chatwork one request. A check that cannot be made prevents no other.
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
from archiver.health import disk, evidence, folders, rooms, runs, token
from archiver.health.check_result import CheckResult, attention, good, is_ok
from archiver.health.runs import NEVER, check_schedule, with_error
from archiver.health.snapshot import HealthSnapshot
from archiver.schedule.schedulers import CRON, title
from archiver.settings.model import exports_folder
from archiver.store import migrate
from archiver.store.queries.database_health import Versions


@dataclass(frozen=True, slots=True)
class Computer:
    """What the checks need to know of this computer, beside the archive and its settings."""

    scheduler: str | None
    """Names of the system's schedulers that start the job; None: none does."""
    is_cron_running: bool | None
    """None: it cannot be known."""
    other_homes: Sequence[Path]
    """Where else on this computer the same account is saved."""
    scheduled_homes: Sequence[Path]
    """Those of `other_homes` whose runs a scheduler starts."""
    notices: CheckResult
    """Whether notices arrive."""


def run_all_checks(
    app: App, environ: Mapping[str, str], snapshot: HealthSnapshot | None, damage: Sequence[str], computer: Computer
) -> list[CheckResult]:
    """The results of all checks, in the order of docs/reference/json.md.

    `app` is built from the settings as a scheduled run finds them; `snapshot` and `damage` come from
    `take_snapshot`. Without a readable database the checks that need it are left out.
    """
    token_state = token.observe_token(app.settings, environ, system=sys.platform)
    trial = token.NOT_ASKED if token_state.error else token.ask_account(app, snapshot.budget if snapshot else None)
    results = [token.check_token(token_state, registered=computer.scheduler)]
    results.append(
        token.check_account(token_state, trial, owner=snapshot.owner if snapshot else None, home=app.settings.home)
    )
    results += [runs.check_clock(_clock_offset_ms(trial, snapshot)), _schedule_check(app, snapshot, computer)]
    results += _run_checks(app, snapshot, computer) if snapshot else []
    results.append(computer.notices)
    results.append(evidence.check_database(damage))
    results += _evidence_checks(app, snapshot) if snapshot else []
    return [*results, *_folder_checks(app, environ, snapshot)]


def document(results: Iterable[CheckResult]) -> dict[str, object]:
    """The JSON document of `archive check --json`."""
    all_results = list(results)
    entries = [{"name": one.name, "level": one.grade.value, "text": one.text} for one in all_results]
    return {"ok": is_ok(all_results), "looks": entries}


def _schedule_check(app: App, snapshot: HealthSnapshot | None, computer: Computer) -> CheckResult:
    age = None
    if snapshot is not None:
        runs_and_looks = [at for at in (snapshot.last_run, snapshot.looks.listed) if at is not None]
        age = app.now() - max(runs_and_looks) if runs_and_looks else NEVER
    is_idle = computer.scheduler == title(CRON) and computer.is_cron_running is False
    return check_schedule(computer.scheduler, age=age, every=app.settings.sync.every, idle=is_idle)


def _run_checks(app: App, snapshot: HealthSnapshot, computer: Computer) -> list[CheckResult]:
    home = app.settings.home
    every, now = app.settings.sync.every, app.now()
    stale = timedelta(hours=app.settings.notify.stale_hours)
    last_run_result = runs.check_last_run(
        snapshot.last_run,
        every=every,
        stale=stale,
        now=now,
        looks=snapshot.looks,
        begun=snapshot.has_messages,
        reads=snapshot.has_open_rooms,
    )
    return [
        with_error(last_run_result, snapshot.error_name, last=snapshot.last_run),
        rooms.check_pace(snapshot.rates, every=every),
        rooms.check_plan(snapshot.horizons, now=now),
        runs.check_budget(
            snapshot.other_calls,
            computer.other_homes,
            home=home,
            now=now,
            spent=snapshot.calls_spent,
            scheduled=computer.scheduled_homes,
        ),
    ]


def _evidence_checks(app: App, snapshot: HealthSnapshot) -> list[CheckResult]:
    now = app.now()
    return [
        evidence.check_stamps(snapshot.stamps, now=now),
        evidence.check_verification(snapshot.last_verification, now=now),
        folders.check_backup(snapshot.backup, now=now),
    ]


def _folder_checks(app: App, environ: Mapping[str, str], snapshot: HealthSnapshot | None) -> list[CheckResult]:
    settings = app.settings
    home_folder = folders.observe_home(settings.home, environ)
    size, per_day = (snapshot.size, snapshot.per_day) if snapshot else (None, None)
    keep, floor = settings.files.stop_when_free_bytes, disk.required_bytes(settings.home)
    disk_space = disk.DiskSpace(disk.free_bytes(settings.home), keep, size, per_day, floor)
    return [
        folders.check_daily_copies([folders.observe_folder(path) for path in settings.exports.also_to]),
        disk.check_disk(disk_space, now=app.now()),
        folders.check_home_folder(home_folder),
        folders.check_permissions(home_folder),
        folders.check_exports_folder(folders.observe_folder(exports_folder(settings), make=True)),
        check_versions(snapshot.versions if snapshot else None, program=program_version()),
    ]


def _clock_offset_ms(trial: token.TokenTrial, snapshot: HealthSnapshot | None) -> int | None:
    """Chatwork's clock minus ours, as just measured, else as the last run measured it."""
    if trial.offset is not None:
        return round(trial.offset / timedelta(milliseconds=1))
    return snapshot.clock_ms if snapshot else None


def program_version() -> str:
    """The version of this program."""
    return version("chatwork-archiver")


def check_versions(versions: Versions | None, *, program: str) -> CheckResult:
    """The versions of program, Python and database; `versions` is None if the database cannot be read."""
    text = f"archive {program}, Python {python_version()}"
    if versions is None:
        return good("versions", text)
    text += f", SQLite {versions.sqlite} ({'FTS5' if versions.fts5 else '-'}), " + _("archive {revision}").format(
        revision=versions.revision
    )
    if versions.revision != migrate.HEAD:
        return attention("versions", f"{text}. " + _("Update the archive to this version: archive migrate"))
    if not versions.fts5:
        sentence = _("SQLite here lacks FTS5, which makes searching fast. Another build of Python has it.")
        return attention("versions", f"{text}. {sentence}")
    return good("versions", text)
