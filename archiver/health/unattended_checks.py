"""Runs all checks of `archive status --full`: is everything set up for unattended work?

They write nothing and send Chatwork one request. A check that cannot be made prevents no other. What also `status` and
notices tell is a condition; the check that it belongs to says the condition's sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.custody import put_back_databases
from archiver.health import evidence, folders, rooms_and_runs, token
from archiver.health.check_result import CHECK_NAMES, CheckResult, attention, good, is_ok
from archiver.health.conditions import ROWS, Condition, conditions, conditions_beside, told_conditions, worst_grade
from archiver.health.judgements import MISSED_RUNS, Situation
from archiver.health.rooms_and_runs import unseen_bound
from archiver.health.snapshot import ComputerState, HealthSnapshot, Starters, read_snapshot
from archiver.health.words import sentence
from archiver.settings.model import exports_folder
from archiver.store import migrate
from archiver.store.archive import Archive, Reading
from archiver.store.keeper import keeper_of
from archiver.store.queries import status
from archiver.store.queries.status import Versions
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import CallBudget
from archiver.wording import gettext as _


class Computer(NamedTuple):
    """What the checks need to know of this computer, beside the archive and its settings."""

    starters: Starters
    other_homes: Sequence[Path]
    """Where else on this computer the same account is saved."""
    notices: CheckResult
    """Whether notices arrive."""
    others_count: int = 0
    """How many other archives of this user the computer holds, of whatever account."""


class ArchiveLook(NamedTuple):
    """How the archive stands, and what else `archive status --full` says of it."""

    snapshot: HealthSnapshot
    budget: CallBudget | None
    """Chatwork's request budget as the last run left it."""
    other_calls: datetime | None
    """When a run last saw that somebody else uses the account's calls."""
    growth: tuple[int, float | None]
    """Its bytes, and those that were added a day; None: it is too young."""
    results: Sequence[CheckResult]
    """Of the checks that need nothing else."""


def look_into_archive(app: App) -> tuple[ArchiveLook | None, list[str]]:
    """What the checks need to know, and what SQLite finds wrong; no look if the database cannot be read.

    Raises NoArchive, NewerArchive, and StorageError for what is no damage.
    """
    damage: list[str] = []
    with closing(Archive(app.settings.home)) as archive:
        try:
            with archive.reading() as reading:
                damage = status.damage(reading)
                snapshot, others = read_snapshot(reading, app.now()), remembered_values.OTHER_CALLS.recall(reading)
                look = ArchiveLook(
                    snapshot,
                    remembered_values.BUDGET.recall(reading),
                    others,
                    folders.size_and_growth(reading, now=app.now()),
                    _archive_checks(reading, app, snapshot),
                )
                return look, damage
        except errors.ArchiveDamaged as error:
            return None, damage or [str(error.data["detail"])]


def _archive_checks(reading: Reading, app: App, snapshot: HealthSnapshot) -> list[CheckResult]:
    """The results of the checks of which the archive alone tells."""
    now, put_back = app.now(), put_back_databases.put_back_databases(reading)
    stamps = evidence.stamp_status(reading, [one.name for one in app.authorities], app.root_errors)
    services = " ".join(evidence.service_sentences(reading))
    backup, tool_run = remembered_values.LAST_BACKUP.recall(reading), remembered_values.LAST_COPY_TOOL.recall(reading)
    return [
        rooms_and_runs.check_plan(list(status.horizons(reading, snapshot.rooms)), now=now),
        evidence.with_classes(evidence.check_stamps(stamps, now=now), app.authorities),
        *evidence.check_put_back(put_back, put_back_databases.sentences(reading), now=now),
        *([attention("service", services)] if services else []),
        evidence.check_verification(snapshot.verification, now=now),
        folders.check_backup(backup, tool_run, now=now, kept=keeper_of(reading.home).kept),
        check_versions(status.versions(reading), program=version("chatwork-archiver")),
    ]


def run_all_checks(
    app: App, environ: Mapping[str, str], look: ArchiveLook | None, damage: Sequence[str], computer: Computer
) -> list[CheckResult]:
    """The results of all checks, in the order of docs/reference/json.md.

    `app` is built from the settings as a scheduled run finds them; `look` and `damage` come from
    `look_into_archive`. Without a readable database the checks that need it are left out.
    """
    registered = computer.starters.names
    token_state = token.observe_token(app.settings, environ, system=sys.platform)
    trial = token.NOT_ASKED
    if not token_state.error:
        trial = token.ask_account(app, is_known=look is not None, budget=look.budget if look else None)
    owner = look.snapshot.account if look else None
    clock_ms = look.snapshot.clock_ms if look else None
    if trial.offset is not None:  # just measured
        clock_ms = round(trial.offset / timedelta(milliseconds=1))
    found = _conditions(app, look, computer, clock_ms)
    results = [
        token.check_token(token_state, registered=registered),
        token.check_account(token_state, trial, owner=owner, home=app.settings.home),
        rooms_and_runs.check_clock(clock_ms),
        rooms_and_runs.check_schedule(registered, reads=look is None or bool(look.snapshot.rooms)),
        *token.check_ledger(app.archive),
        *(_run_checks(app, look, computer) if look else [check_versions(None, program=version("chatwork-archiver"))]),
        computer.notices,
        evidence.check_database(damage),
        *_folder_checks(app, environ, look, computer.others_count),
    ]
    results.sort(key=lambda one: list(CHECK_NAMES).index(one.name))
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
    snapshot, every, now, home = look.snapshot, app.settings.sync.every, app.now(), app.settings.home
    is_spent = snapshot.error_name == errors.BudgetSpent.__name__
    return [
        rooms_and_runs.check_last_run(snapshot.last_run, every=every, now=now, reads=bool(snapshot.rooms)),
        rooms_and_runs.check_pace(
            len(snapshot.rooms), every=every, unseen=unseen_bound(snapshot, app.settings, computer.starters, now)
        ),
        rooms_and_runs.check_budget(look.other_calls, computer.other_homes, home=home, now=now, is_spent=is_spent),
        *look.results,
    ]


def _disk_space(app: App, look: ArchiveLook | None) -> folders.DiskSpace:
    home, keep = app.settings.home, app.settings.files.stop_when_free_bytes
    size, per_day = look.growth if look else (None, None)
    return folders.DiskSpace(folders.free_bytes(home), keep, size, per_day, folders.required_bytes(home))


def _folder_checks(app: App, environ: Mapping[str, str], look: ArchiveLook | None, others: int) -> list[CheckResult]:
    settings = app.settings
    daily = {path: folders.is_usable(path) for path in settings.exports.also_to}
    home_folder, packages = folders.observe_home(settings.home, environ), exports_folder(settings)
    return [
        *([folders.check_daily_copies(daily)] if daily else []),
        folders.check_disk(_disk_space(app, look), now=app.now()),
        folders.check_home_folder(home_folder, others=others),
        folders.check_permissions(home_folder),
        folders.check_exports_folder(packages, can_be_used=folders.is_usable(packages, make=True)),
    ]


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
