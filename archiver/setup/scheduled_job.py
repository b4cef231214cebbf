"""What works by itself: the job in this computer's scheduler, its trial, and regular copies."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.errors import ArchiverError
from archiver.rounds import run_log
from archiver.rounds.round import last_round
from archiver.schedule import backends, schedulers
from archiver.schedule.job_files import ScheduledJob
from archiver.settings.file import update_settings
from archiver.settings.model import parse_duration
from archiver.settings.token import read_token, store_token
from archiver.setup.archive_setup import PRIVATE_FILE, ProgramCall, call_language, keep_token_source, lasting_settings
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import SCHEDULED_RUN, standing_error

KEYRING = "keyring"


def choose(call: ProgramCall) -> str:
    """The kind of scheduler to use on this computer. Raises SchedulerMissing."""
    return schedulers.choose_backend(call.environ)


def build(call: ProgramCall) -> ScheduledJob:
    """The job of this archive by the settings as they are now. Raises SettingsError."""
    return schedulers.build_job(call.settings(), call.environ, spoken=call_language(), argv0=sys.argv[0])


def register(call: ProgramCall, kind: str, *, is_typed: bool = True) -> list[str]:
    """Register the job, and return what it still lacks, in sentences. Raises SchedulerMissing, SchedulerRefused.

    `is_typed`: as `schedulers.missing_for_job` has it.
    """
    schedulers.install(build(call), call.environ, kind=kind)
    return schedulers.missing_for_job(
        lasting_settings(call), call.environ, kind=kind, cron_runs=backends.is_cron_running(), is_typed=is_typed
    )


def remove(call: ProgramCall, kind: str | None = None) -> list[str]:
    """Remove the job from one scheduler, or from all, and forget its last run, so that it counts for nothing more.

    Returns the kinds that had it. Raises SchedulerMissing, SchedulerRefused.
    """
    removed = schedulers.remove(call.home, call.environ, kind=kind)
    with suppress(ArchiverError), Archive(call.home).writing() as writing:
        SCHEDULED_RUN.remember(writing, None)
    return removed


def is_idle(kind: str) -> bool:
    """Whether the job is registered with a cron that does not run on this computer."""
    return kind == schedulers.CRON and backends.is_cron_running() is False


def is_token_unreadable(call: ProgramCall, kind: str) -> bool:
    """Whether a job without a desktop session could not read the token where it is stored."""
    source = lasting_settings(call).token_source
    is_hidden = source == KEYRING and kind in schedulers.WITHOUT_SESSION and sys.platform != "darwin"
    return is_hidden or source.startswith("env:")


def move_token(call: ProgramCall) -> None:
    """Store the token in a file that only its owner can read. Raises as `read_token` and `store_token`."""
    store_token(call.home, PRIVATE_FILE, read_token(lasting_settings(call), call.environ))
    keep_token_source(call, PRIVATE_FILE)


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
    schedulers.start(build(call), call.environ, kind=kind)
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


def check_interval(every: str) -> None:
    """Raise UsageError for what is no interval."""
    try:
        parse_duration(every)
    except ValueError as error:
        raise errors.UsageError(detail=_("--every must be written like this: 1d, 12h, 30m; or off.")) from error


def begin_regular_copy(home: Path, folder: Path, every: str) -> None:
    """Let a copy be made in a folder at this interval. Raises UsageError, BadSettings, DiskFull, HomeNotWritable."""
    check_interval(every)
    update_settings(home, {"backup.to": str(folder), "backup.every": every})


def end_regular_copy(home: Path) -> None:
    """Let copies be made by hand only; what was copied stays. Raises BadSettings, DiskFull, HomeNotWritable."""
    update_settings(home, {"backup.every": ""})
