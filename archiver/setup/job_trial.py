"""Lets the scheduler run its job once, and watches whether it saves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.rounds import run_log
from archiver.rounds.round import last_round
from archiver.schedule import schedulers
from archiver.setup import scheduled_job
from archiver.setup.program_call import ProgramCall
from archiver.store.working.remembered_values import standing_error

PATIENCE = 60.0
"""Seconds for the scheduler's first run."""


class JobTrial(NamedTuple):
    """What was seen of the job's first run."""

    has_saved: bool
    error_name: str | None
    """The name of the error with which it failed."""
    is_saving: bool
    """Whether it was still saving when the patience was over."""


def try_job(call: ProgramCall, app: App, kind: str, *, sleep: Callable[[float], None] = time.sleep) -> JobTrial:
    """Start the registered job and watch it for a minute at most. Raises SchedulerMissing, SchedulerRefused."""
    last_save, known_error, begun_at = last_round(app.archive), _standing_error(app), app.now()
    schedulers.start(scheduled_job.build(call), call.environ, kind=kind)
    error_name = _wait_for_run(app, last_save, known_error, since=begun_at, sleep=sleep)
    has_saved = last_round(app.archive) != last_save
    return JobTrial(has_saved, None if has_saved else error_name, not has_saved and _is_saving(app))


def success_sentence(kind: str) -> str:
    """A sentence that the job saved; cron starts nothing on demand, so its own start was not tested."""
    if kind == schedulers.CRON:
        return _("It was run once the way cron runs a job, and it saved.")
    return _("It was run once in this way, and it saved.")


def _wait_for_run(
    app: App, last_save: datetime | None, known_error: str | None, *, since: datetime, sleep: Callable[[float], None]
) -> str | None:
    """Wait until the run has saved or failed, or PATIENCE is over; the name of the error if it failed.

    `last_save` and `known_error` are from before the run; the same error again is seen in the log.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and last_round(app.archive) == last_save:
        error_name = _standing_error(app)
        if error_name is not None and (
            error_name != known_error or _is_after(run_log.last_failure(app.settings.home), since)
        ):
            return error_name
        sleep(0.3)
    return None


def _standing_error(app: App) -> str | None:
    with app.archive.reading() as reading:
        return standing_error(reading)


def _is_after(at: datetime | None, since: datetime) -> bool:
    return at is not None and at >= since


def _is_saving(app: App) -> bool:
    """Whether a process holds the lock of a round."""
    try:
        with app.archive.round_lock():
            return False
    except errors.ArchiveInUse:
        return True
