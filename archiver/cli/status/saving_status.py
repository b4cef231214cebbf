"""The state of automatic saving for `status` and the viewer: what starts it, how the last round ended, what stops it.

`observe_saving` asks the archive and this computer; the sentences are made from its result alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.cli.terminal.text import columns
from archiver.health import disk, error_reasons
from archiver.health.runs import RUNS
from archiver.records.alerts import Level
from archiver.render.times import interval_words, short_time
from archiver.rounds import last_error, run_log
from archiver.schedule import programs, schedulers
from archiver.setup.answers import BEGUN, FINISHED
from archiver.store.engine import is_writable
from archiver.store.working import remembered_values

if TYPE_CHECKING:
    from archiver.cli.status.emergency_block import Emergency
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status

WIDTH = 80


@dataclass(frozen=True, slots=True)
class SavingStatus:
    """The state of automatic saving."""

    every: timedelta
    started_by: str | None
    """Names of the schedulers and the running daemon; None: nothing on this computer starts it."""
    is_idle: bool = False
    """Whether cron is the only one of them, and does not run."""
    error_name: str | None = None
    """The name of the error for which no round has gone through since."""
    failed_at: datetime | None = None
    """When a round last failed; known only while `error_name` is set."""
    full_disk: str | None = None
    """A sentence saying that the disk is full; None: it is not."""
    is_begun: bool = False
    """Whether `archive init` was begun and not finished."""


def observe_saving(reading: Reading, settings: Settings, environ: Mapping[str, str]) -> SavingStatus:
    """Ask the archive, this computer's schedulers and its disk. Raises OSError."""
    error_name = last_error.standing_error(reading)
    answers, by = remembered_values.SETUP_ANSWERS.recall(reading), schedulers.find_starters(settings.home, environ)
    return SavingStatus(
        every=settings.sync.every,
        started_by=by,
        is_idle=by == schedulers.title(schedulers.CRON) and programs.is_cron_running() is False,
        error_name=error_name,
        failed_at=None if error_name is None else run_log.last_failure(settings.home),
        full_disk=_full_disk_sentence(settings.home),
        is_begun=BEGUN in answers and FINISHED not in answers,
    )


def is_setting_up(saving: SavingStatus, status: Status) -> bool:
    """Whether `archive init` is unfinished: no account yet, or left before anything saved automatically."""
    if not status.contracts and not status.account_id:
        return True
    return saving.is_begun and not (status.contracts and saving.started_by)


def saving_warnings(saving: SavingStatus, status: Status, *, now: datetime) -> list[str]:
    """What keeps the archive from saving, one sentence each, the most urgent first."""
    found = []
    if is_setting_up(saving, status):
        found.append(_("The setup is not finished. Go on with: archive init"))
    found += _obstacle_sentences(saving.error_name, saving.full_disk)
    if saving.is_idle:
        found.append(
            _("Automatic saving does not run: the job is in the crontab, but no cron runs here. See: archive check")
        )
    elif _is_started_by_nothing(saving, status, now):
        found.append(_("Automatic saving is not set up here, and the last save is old. Run: archive schedule install"))
    return found


def find_obstacles(reading: Reading, home: Path) -> list[str]:
    """The error of the last round and a full disk in sentences, without asking the schedulers. Raises OSError."""
    return _obstacle_sentences(last_error.standing_error(reading), _full_disk_sentence(home))


def _obstacle_sentences(error_name: str | None, full_disk: str | None) -> list[str]:
    found = [] if error_name is None else [error_reasons.last_save_failed_sentence(error_name)]
    return found if full_disk is None else [*found, full_disk]


def _full_disk_sentence(home: Path) -> str | None:
    """A sentence if the disk is full; read-only media, such as a copy on a CD, do not count."""
    return disk.full_disk_sentence(home) if is_writable(home) else None


def _is_started_by_nothing(saving: SavingStatus, status: Status, now: datetime) -> bool:
    """A fresh save may come from a starter that cannot be seen, such as the host of a container."""
    last_run = _last_run(status)
    if saving.started_by is not None or last_run is None or not status.contracts:
        return False
    return now - last_run > RUNS * saving.every


def _last_run(status: Status) -> datetime | None:
    """When a run last got the list of rooms, whatever it could read of them."""
    return max((at for at in (status.last_sync, status.looks.listed) if at is not None), default=None)


# --- the line ------------------------------------------------------------------------------------


def saving_line(saving: SavingStatus, status: Status, *, now: datetime) -> str:
    """The line of `status`: what starts saving, how the last round ended, when the next one comes."""
    label = _("Saving")
    if saving.started_by is None:
        parts = [_("nothing here starts it")]
    elif saving.is_idle:
        parts = [_("registered with {scheduler}, which does not run").format(scheduler=saving.started_by)]
    else:
        parts = [
            _("by itself (every {every}; {scheduler})").format(
                every=interval_words(saving.every), scheduler=saving.started_by
            )
        ]
    parts.append(_last_run_words(saving, status, now))
    if saving.started_by is not None and not saving.is_idle:
        parts.append(_next_run_words(saving, status, now))
    lines = [f"{label}   {parts[0]}"]
    for part in parts[1:]:
        if columns(f"{lines[-1]}  {part}") > WIDTH:
            lines.append("    " + part)
        else:
            lines[-1] += "  " + part
    return "\n".join(lines)


def _last_run_words(saving: SavingStatus, status: Status, now: datetime) -> str:
    if saving.error_name is not None:
        time = "" if saving.failed_at is None else short_time(saving.failed_at, now)
        why = error_reasons.reason(saving.error_name)
        words = _("last {time} failed: {reason}") if why else _("last {time} failed")
        return " ".join(words.format(time=time, reason=why).split())
    if status.last_sync is None:
        return _("last: none yet")
    words = _("last {time} good") if status.last_complete else _("last {time} incomplete")
    return words.format(time=short_time(status.last_sync, now))


def _next_run_words(saving: SavingStatus, status: Status, now: datetime) -> str:
    """When the next round comes: one interval after the last, or “within” one if that has passed, as after suspend."""
    ends = [at for at in (_last_run(status), saving.failed_at) if at is not None]
    due = max(ends) + saving.every if ends else now
    if due > now:
        return _("next {time}").format(time=short_time(due, now))
    return _("next within {every}").format(every=interval_words(saving.every))


# --- what to do next -----------------------------------------------------------------------------


def next_step(
    saving: SavingStatus,
    status: Status,
    warnings: Sequence[str],
    emergencies: Sequence[Emergency],
    *,
    now: datetime,
    stale: timedelta,
) -> str:
    """The first thing to do, or that there is nothing to do."""
    old = status.last_sync is not None and now - status.last_sync > stale
    levels = {one.level for one in status.alerts}
    steps = (
        (bool(emergencies), _("what is listed above under “What to do now”")),
        (is_setting_up(saving, status), "archive init"),
        (not status.contracts, "archive contract add"),
        (saving.error_name is not None, error_reasons.command(saving.error_name)),
        (saving.full_disk is not None, _("make space on this disk")),
        (status.last_sync is None, "archive sync"),
        (Level.HIGH in levels, "archive alerts"),
        (saving.started_by is None, _("archive schedule install (if nothing else starts it)")),
        (old or saving.is_idle, "archive check"),
        (bool(warnings), _("look at the lines with [{attention}] above").format(attention=_("Attention"))),
        (Level.MEDIUM in levels, "archive alerts"),
    )
    return next((words for is_so, words in steps if is_so), _("nothing to do"))
