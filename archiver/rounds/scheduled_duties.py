"""The daemon's duties beside rounds: a part of the archive is verified each day, and each month all of it, and its
database kept up. One loop does what is due, and one rule holds for whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from archiver import errors
from archiver.custody import sampling
from archiver.custody.database_upkeep import UpkeepReport, VacuumOutcome, keep_up
from archiver.custody.verify import verify_archive
from archiver.rounds import run_log
from archiver.rounds.daemon_messages import FINDINGS, VERIFICATION, Reminders, as_error
from archiver.rounds.due_work import AGAIN, DAY, MONTH, is_due
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import raw_tables
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.remembered_values import LastChecks
from archiver.store.working.verification_log import VerificationRecord


class DutyContext(NamedTuple):
    """What a duty works with."""

    archive: Archive
    settings: Settings
    now: Callable[[], datetime]
    step: Callable[[], None]
    reminders: Reminders


class Duty(NamedTuple):
    """Something that is done once in an interval."""

    name: str
    every: timedelta
    last: Callable[[Reading], datetime | None]
    """When it was last done, as the archive remembers it."""
    run: Callable[[DutyContext], None]
    covers: tuple[str, ...] = ()
    """The duties that are done with it."""


def due_duty(last: dict[str, datetime | None], now: datetime) -> Duty | None:
    """The first duty that is due, by when each was last done."""
    return next((duty for duty in DUTIES if is_due(last[duty.name], now, duty.every)), None)


class ScheduledDuties:
    """Does the duties of one archive when they are due."""

    def __init__(self, reminders: Reminders, *, now: Callable[[], datetime], step: Callable[[], None]) -> None:
        """Take the callbacks; nothing is read before the first call."""
        self._reminders, self._now, self._step = reminders, now, step
        self._last: dict[str, datetime | None] = {}
        self._failed: datetime | None = None

    def run_due(self, settings: Settings) -> bool:
        """Do the first duty that is due, if any, and return whether there was one.

        A failure is reported, and what is due tried again after an hour.
        """
        now = self._now()
        if not is_due(self._failed, now, AGAIN):
            return False
        archive = Archive(settings.home)
        try:
            if not self._last:
                with archive.reading() as reading:
                    self._last = {duty.name: duty.last(reading) for duty in DUTIES}
            duty = due_duty(self._last, now)
            if duty is None or (not any(self._last.values()) and _is_new(archive)):
                return False
            duty.run(DutyContext(archive, settings, self._now, self._step, self._reminders))
            self._last |= dict.fromkeys((duty.name, *duty.covers), now)
        except errors.ArchiveInUse:
            return False  # a round is at work: at the next moment it may not be
        except Exception as error:  # noqa: BLE001 - as for a round: it is reported, and tried again
            self._failed = now
            self._reminders.unverified(as_error(error, settings.home))
        finally:
            archive.close()
        return True


def no_space_error(settings: Settings, report: UpkeepReport) -> errors.NoSpaceForUpkeep:
    """The error that says how much room is missing to write the database anew."""
    needed, free = (round(number / 1e6) for number in (report.needed_bytes, report.free_bytes))
    return errors.NoSpaceForUpkeep(path=settings.home, needed_mb=needed, free_mb=free)


def _is_new(archive: Archive) -> bool:
    """Whether nothing was ever saved, which is no loss; one that was verified and holds nothing now is verified."""
    with archive.reading() as reading:
        return not [*islice(raw_tables.entries(reading), 1), *islice(raw_tables.seals(reading), 1)]


# --- what they do --------------------------------------------------------------------------------


def _verify(context: DutyContext, *, is_whole: bool) -> None:
    """Verify, and record it in the archive and in the log: counts and names of checks.

    Findings are told, and their end after a whole verification: a good sample disproves no findings elsewhere.
    """
    archive, now, reminders = context.archive, context.now(), context.reminders
    if is_whole:
        verification = verify_archive(archive, deep=True, progress=lambda _what, _done, _total: context.step())
    else:
        verification = sampling.verify_sample(archive, sampling.part_of(now.date()), step=context.step)
    kind, checked, found = "whole" if is_whole else "sample", verification.checked, len(verification.findings)
    counts = " ".join(f"{name}={number}" for name, number in checked.items())
    run_log.note(archive.home, f"verified={kind} findings={found} {counts}", at=now)
    with archive.writing() as writing:
        before = remembered_values.LAST_CHECKS.recall(writing)
        remembered_values.LAST_CHECKS.remember(writing, LastChecks(now, now if is_whole else before.whole))
        if is_whole:
            record = VerificationRecord(now, True, checked, found, sorted(verification.counts))
            verification_log.keep(writing, record)
    reminders.over(VERIFICATION)
    if not verification.ok:
        reminders.findings(verification)
    elif is_whole:
        reminders.over(FINDINGS)


def _keep_up(context: DutyContext) -> None:
    """Keep the database up and log it; that there was no room is said once, damage by the verifications."""
    report = keep_up(context.archive, context.settings, now=context.now, step=lambda _name: context.step())
    counts = f"problems={len(report.problems)} bytes={report.after.total_bytes} unused={report.after.free_bytes}"
    run_log.note(context.settings.home, f"upkeep={report.vacuum} {counts}", at=context.now())
    if report.vacuum is VacuumOutcome.NO_SPACE:
        context.reminders.unverified(no_space_error(context.settings, report))


DUTIES = (
    Duty(
        "whole",
        MONTH,
        lambda reading: remembered_values.LAST_CHECKS.recall(reading).whole,
        lambda context: _verify(context, is_whole=True),
        covers=("sample",),
    ),
    Duty(
        "sample",
        DAY,
        lambda reading: remembered_values.LAST_CHECKS.recall(reading).sample,
        lambda context: _verify(context, is_whole=False),
    ),
    Duty("upkeep", MONTH, remembered_values.LAST_UPKEEP.recall, _keep_up),
)
"""What is done by itself, the first that is due first."""
