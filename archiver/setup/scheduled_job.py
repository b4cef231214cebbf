"""The job in this computer's scheduler that saves by itself: built, registered, given a token that it can read."""

from __future__ import annotations

import sys
from contextlib import suppress

from archiver.errors import ArchiverError
from archiver.schedule import programs, schedulers
from archiver.schedule.job import ScheduledJob
from archiver.settings.token import read_token, store_token
from archiver.setup.archive_setup import call_language
from archiver.setup.program_call import ProgramCall
from archiver.setup.token_source import PRIVATE_FILE, lasting_settings, write_token_source
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import SCHEDULED_RUN

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
        lasting_settings(call), call.environ, kind=kind, cron_runs=programs.is_cron_running(), is_typed=is_typed
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
    return kind == schedulers.CRON and programs.is_cron_running() is False


def is_token_unreadable(call: ProgramCall, kind: str) -> bool:
    """Whether a job without a desktop session could not read the token where it is stored."""
    source = lasting_settings(call).token_source
    is_hidden = source == KEYRING and kind in schedulers.WITHOUT_SESSION and sys.platform != "darwin"
    return is_hidden or source.startswith("env:")


def move_token(call: ProgramCall) -> None:
    """Store the token in a file that only its owner can read. Raises as `read_token` and `store_token`."""
    store_token(call.home, PRIVATE_FILE, read_token(lasting_settings(call), call.environ))
    write_token_source(call, PRIVATE_FILE)
