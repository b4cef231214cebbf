"""Runs all checks of `archive status --full`: is everything set up for unattended work?

They write nothing and send Chatwork one request. A check that cannot be made prevents no other. What also `status` and
notices tell is a condition; the check that it belongs to says the condition's sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import NamedTuple

from archiver.app import App
from archiver.health import evidence, folders, rooms_and_runs, token
from archiver.health.check_facts import ArchiveLook
from archiver.health.check_result import CheckResult, attention, good, is_ok
from archiver.health.conditions import ROWS, Condition, conditions, conditions_beside, told_conditions, worst_grade
from archiver.health.judgements import MISSED_RUNS, Situation
from archiver.health.rooms_and_runs import unseen_bound
from archiver.health.snapshot import ComputerState, HealthSnapshot, Starters
from archiver.health.words import sentence
from archiver.settings.model import exports_folder
from archiver.store import migrate
from archiver.store.queries.status import Versions
from archiver.wording import gettext as _


class Computer(NamedTuple):
    """What the checks need to know of this computer, beside the archive and its settings."""

    starters: Starters
    other_homes: Sequence[Path]
    """Where else on this computer the same account is saved."""
    scheduled_homes: Sequence[Path]
    """Those of `other_homes` whose runs a scheduler starts."""
    notices: CheckResult
    """Whether notices arrive."""
    others_count: int = 0
    """How many other archives of this user the computer holds, of whatever account."""


def run_all_checks(
    app: App, environ: Mapping[str, str], look: ArchiveLook | None, damage: Sequence[str], computer: Computer
) -> list[CheckResult]:
    """The results of all checks, in the order of docs/reference/json.md.

    `app` is built from the settings as a scheduled run finds them; `look` and `damage` come from
    `look_into_archive`. Without a readable database the checks that need it are left out.
    """
    registered = computer.starters.names
    token_state = token.observe_token(app.settings, environ, system=sys.platform)
    trial = token.NOT_ASKED if token_state.error else token.ask_account(app, look)
    owner = look.snapshot.account if look else None
    clock_ms = _clock_offset_ms(trial, look)
    found = _conditions(app, look, computer, clock_ms)
    results = [token.check_token(token_state, registered=registered)]
    results.append(token.check_account(token_state, trial, owner=owner, home=app.settings.home))
    results += [rooms_and_runs.check_clock(clock_ms), rooms_and_runs.check_schedule(registered)]
    results += token.check_ledger(app.archive)
    results += _run_checks(app, look, computer) if look else []
    results += [computer.notices, evidence.check_database(damage)]
    results += _evidence_checks(app, look) if look else []
    results += _folder_checks(app, environ, look, computer.others_count)
    return [with_conditions(one, found, last_run=look.snapshot.last_run if look else None) for one in results]


def with_conditions(result: CheckResult, found: Sequence[Condition], *, last_run: datetime | None) -> CheckResult:
    """The result of a check, or the conditions that it has to say; when the last save was is said beside them."""
    its = [one for one in found if ROWS[one.kind].check == result.name]
    if not its:
        return result
    texts = [rooms_and_runs.last_save_sentence(last_run)] if last_run and result.name == "last_run" else []
    return CheckResult(result.name, worst_grade(its), " ".join([*texts, *map(sentence, its)]))


def works_unattended(
    snapshot: HealthSnapshot | None, results: Iterable[CheckResult], *, every: timedelta, now: datetime
) -> bool:
    """Whether the last run that nobody watched went through, and not long ago, and nothing has to be done."""
    run = snapshot.scheduled_run if snapshot else None
    if run is None or run.error is not None or not is_ok(results):
        return False
    return now - run.at <= MISSED_RUNS * max(every, timedelta(minutes=1))


def document(results: Iterable[CheckResult]) -> dict[str, object]:
    """The JSON document of `archive status --full --json`."""
    all_results = list(results)
    entries = [{"name": one.name, "level": one.grade.value, "text": one.text} for one in all_results]
    return {"ok": is_ok(all_results), "looks": entries}


def _conditions(app: App, look: ArchiveLook | None, computer: Computer, clock_ms: int | None) -> list[Condition]:
    """The conditions of the archive; without a readable database those of this computer alone."""
    state = ComputerState(_disk_space(app, look), computer.starters)
    if look is None:
        return conditions_beside(clock_ms=clock_ms, computer=state)
    snapshot = replace(look.snapshot, clock_ms=clock_ms)
    return told_conditions(conditions(Situation(snapshot, app.settings, app.now(), state)))


def _run_checks(app: App, look: ArchiveLook, computer: Computer) -> list[CheckResult]:
    snapshot, facts, every, now = look.snapshot, look.facts, app.settings.sync.every, app.now()
    return [
        rooms_and_runs.check_last_run(snapshot.last_run, every=every, now=now, reads=bool(snapshot.rooms)),
        rooms_and_runs.check_pace(
            len(snapshot.rooms),
            every=every,
            unseen=unseen_bound(snapshot, app.settings, computer.starters, now),
        ),
        rooms_and_runs.check_plan(facts.horizons, now=now),
        rooms_and_runs.check_budget(
            facts.other_calls,
            computer.other_homes,
            home=app.settings.home,
            now=now,
            spent=facts.calls_spent,
            scheduled=computer.scheduled_homes,
        ),
    ]


def _evidence_checks(app: App, look: ArchiveLook) -> list[CheckResult]:
    now = app.now()
    return [
        evidence.with_classes(evidence.check_stamps(look.facts.stamps, now=now), app.authorities),
        *evidence.check_put_back(look.facts.put_back, look.facts.put_back_told, now=now),
        *([attention("service", " ".join(look.facts.services))] if look.facts.services else []),
        evidence.check_verification(look.snapshot.verification, now=now),
        folders.check_backup(look.facts.backup, look.facts.copy_tool, now=now, kept=look.facts.kept_by_team),
    ]


def _disk_space(app: App, look: ArchiveLook | None) -> folders.DiskSpace:
    home, keep = app.settings.home, app.settings.files.stop_when_free_bytes
    size, per_day = (look.facts.size, look.facts.per_day) if look else (None, None)
    return folders.DiskSpace(folders.free_bytes(home), keep, size, per_day, folders.required_bytes(home))


def _folder_checks(app: App, environ: Mapping[str, str], look: ArchiveLook | None, others: int) -> list[CheckResult]:
    settings = app.settings
    daily = settings.exports.also_to
    home_folder = folders.observe_home(settings.home, environ)
    return [
        *([folders.check_daily_copies(list(map(folders.observe_folder, daily)))] if daily else []),
        folders.check_disk(_disk_space(app, look), now=app.now()),
        folders.check_home_folder(home_folder, others=others),
        folders.check_permissions(home_folder),
        folders.check_exports_folder(folders.observe_folder(exports_folder(settings), make=True)),
        check_versions(look.facts.versions if look else None, program=version("chatwork-archiver")),
    ]


def _clock_offset_ms(trial: token.TokenTrial, look: ArchiveLook | None) -> int | None:
    """Chatwork's clock minus ours, as just measured, else as the last run measured it."""
    if trial.offset is not None:
        return round(trial.offset / timedelta(milliseconds=1))
    return look.snapshot.clock_ms if look else None


def check_versions(versions: Versions | None, *, program: str) -> CheckResult:
    """The versions of program, Python and database; `versions` is None if the database cannot be read."""
    text = f"archive {program}, Python {python_version()}"
    if versions is None:
        return good("versions", text)
    text += f", SQLite {versions.sqlite} ({'FTS5' if versions.fts5 else '-'}), " + _("archive {revision}").format(
        revision=versions.revision
    )
    if versions.revision != migrate.HEAD:
        return attention("versions", f"{text}. " + _("A save updates the archive to this version: archive save"))
    if not versions.fts5:
        lack = _("SQLite here lacks FTS5, which makes searching fast. Another build of Python has it.")
        return attention("versions", f"{text}. {lack}")
    return good("versions", text)
