"""Makes the copy of `[backup] to` when it is due, after a round of the daemon or of a scheduler's run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from archiver import errors
from archiver.custody import backup, copy_tool
from archiver.custody.copy_tool import ToolOutcome
from archiver.rounds import run_log
from archiver.settings.model import Settings
from archiver.store.archive import Archive
from archiver.store.durable_files import storage_error
from archiver.store.working import remembered_values

AGAIN = timedelta(hours=1)
"""A copy that could not be made is tried again after this."""


def is_copy_due(
    now: datetime, last: datetime | None, tried: datetime | None, *, every: timedelta, again: timedelta = AGAIN
) -> bool:
    """Whether a copy is due: the last one is old, and none was tried a short while ago; times ahead rule nothing."""
    is_old = last is None or last > now or now - last >= every
    return is_old and not (tried is not None and timedelta() <= now - tried < min(again, every))


def copy_if_due(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    step: Callable[[], None] = lambda: None,
) -> bool:
    """Make the copy that is due, if any, and run the user's program on it; return whether there was one.

    Whatever goes wrong is remembered and told by `health`, and the copy is tried again an hour later.
    """
    place, every = settings.backup.to, settings.backup.every
    if place is None or every is None:
        return False
    with closing(Archive(settings.home)) as archive:
        if not archive.exists() or not _begin_if_due(archive, now(), every):
            return False
        result = _make_copy(archive, settings, place, environ, now=now, step=step)
        run_log.note(settings.home, f"backup={result}", at=now())
        with archive.writing() as writing:
            remembered_values.COPY_FAULT.remember(writing, None if result == ToolOutcome.GOOD else result)
    return True


def _begin_if_due(archive: Archive, now: datetime, every: timedelta) -> bool:
    """Whether a copy is due; the attempt is remembered before it is made, so that a kill repeats it an hour later."""
    with archive.reading() as reading:
        last = remembered_values.LAST_BACKUP.recall(reading)
        tried = remembered_values.COPY_TRIED.recall(reading)
    if not is_copy_due(now, None if last is None else last.at, tried, every=every):
        return False
    with archive.writing() as writing:
        remembered_values.COPY_TRIED.remember(writing, now)
    return True


def _make_copy(
    archive: Archive,
    settings: Settings,
    place: Path,
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    step: Callable[[], None],
) -> str:
    """`good`, what the user's program ended with, or the name of what kept the copy from being made."""
    try:
        outcome = backup.backup(archive, place, now=now, tell=lambda _what, _done, _total: step())
    except errors.ArchiverError as error:
        return type(error).__name__
    except OSError as error:
        return type(storage_error(error, place)).__name__
    if not outcome.ok:
        return "findings"
    run = copy_tool.run_and_remember(archive, settings, place, environ, now=now, step=step)
    return ToolOutcome.GOOD if run is None else copy_tool.outcome(run)
