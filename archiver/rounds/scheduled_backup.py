"""Makes the copy of `[backup] to` when it is due, after a round of the daemon or of a scheduler's run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from archiver import errors
from archiver.custody import copies_elsewhere
from archiver.custody.copies_elsewhere import ToolOutcome
from archiver.folder_sync import storage_error
from archiver.rounds import run_log
from archiver.settings.model import Settings
from archiver.store.archive import Archive
from archiver.store.working import remembered_values

AGAIN = timedelta(hours=1)
"""A copy that could not be made is tried again after this."""


def is_copy_due(now: datetime, last: datetime | None, tried: datetime | None, *, every: timedelta) -> bool:
    """Whether a copy is due: the last one is old, and none was tried a short while ago; times ahead rule nothing."""
    is_old = last is None or last > now or now - last >= every
    return is_old and _may_try_again(now, tried, every)


def _may_try_again(now: datetime, tried: datetime | None, every: timedelta) -> bool:
    return not (tried is not None and timedelta() <= now - tried < min(AGAIN, every))


def copy_if_due(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    step: Callable[[], None] = lambda: None,
    longest: timedelta = copies_elsewhere.LONGEST,
) -> bool:
    """Make the copy that is due, if any, and run the user's program on it; return whether anything was due.

    Whatever goes wrong is remembered and told by `health`, and tried again an hour later: the copy, or the program
    alone on a good copy. `longest`: how long the program may take.
    """
    place, every = settings.backup.to, settings.backup.every
    if place is None or every is None:
        return False
    with closing(Archive(settings.home)) as archive:
        due = _begin_if_due(archive, now(), place, every) if archive.exists() else None
        if due is None:
            return False
        result = _copy_fault(archive, place, now=now, step=step) if due is _Due.COPY else None
        if result is None:
            run = copies_elsewhere.run_and_remember(
                archive, settings, place, environ, now=now, step=step, longest=longest
            )
            result = ToolOutcome.GOOD if run is None else copies_elsewhere.outcome(run)
        run_log.note(settings.home, f"backup={result}", at=now())
        archive.write(remembered_values.COPY_FAULT.remember, None if result == ToolOutcome.GOOD else result)
    return True


class _Due(Enum):
    COPY = auto()
    """A new copy, and the user's program on it."""
    TOOL = auto()
    """The program alone: the copy is good, but the program failed on it."""


def _begin_if_due(archive: Archive, now: datetime, place: Path, every: timedelta) -> _Due | None:
    """What is due; the attempt is remembered before it is made, so that a kill repeats it an hour later."""
    with archive.reading() as reading:
        last = remembered_values.LAST_BACKUP.recall(reading)
        tried = remembered_values.COPY_TRIED.recall(reading)
        has_failed = remembered_values.COPY_FAULT.recall(reading) == ToolOutcome.FAILED
    due = None
    if is_copy_due(now, None if last is None else last.at, tried, every=every):
        due = _Due.COPY
    elif has_failed and last is not None and last.path == str(place) and _may_try_again(now, tried, every):
        due = _Due.TOOL
    if due is not None:
        archive.write(remembered_values.COPY_TRIED.remember, now)
    return due


def _copy_fault(archive: Archive, place: Path, *, now: Callable[[], datetime], step: Callable[[], None]) -> str | None:
    """Make the copy; the name of what kept it from being made, or `findings`; None: it is good."""
    from archiver.custody import backup  # here, as most rounds have no copy to make

    try:
        outcome = backup.backup(archive, place, now=now, tell=lambda _what, _done, _total: step())
    except errors.ArchiverError as error:
        return type(error).__name__
    except OSError as error:
        return type(storage_error(error, place)).__name__
    return None if outcome.ok else "findings"
