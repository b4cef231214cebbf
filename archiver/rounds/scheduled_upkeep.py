"""Keeps the archive's database up once a month, as the daemon's duty; another round at work only delays it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from archiver import errors
from archiver.custody.database_upkeep import UpkeepReport, VacuumOutcome, keep_up
from archiver.rounds import run_log
from archiver.rounds.daemon_messages import Reminders, as_error
from archiver.rounds.due_work import AGAIN, MONTH, is_due
from archiver.settings.model import Settings
from archiver.store.archive import Archive
from archiver.store.working import remembered_values


class ScheduledUpkeep:
    """Keeps one archive up when that is due."""

    def __init__(self, reminders: Reminders, *, now: Callable[[], datetime], step: Callable[[], None]) -> None:
        """Take the callbacks; nothing is read before the first call."""
        self._reminders, self._now, self._step = reminders, now, step
        self._last: datetime | None = None
        self._tried: datetime | None = None

    def keep_up(self, settings: Settings) -> bool:
        """Do the upkeep that is due, if any, and return whether it was done; a failure is reported, and tried again."""
        now = self._now()
        if not is_due(self._last, now, MONTH) or not is_due(self._tried, now, AGAIN):
            return False
        archive = Archive(settings.home)
        try:
            if self._last is None:
                with archive.reading() as reading:
                    self._last = remembered_values.LAST_UPKEEP.recall(reading)
                if not is_due(self._last, now, MONTH):
                    return False
            report = keep_up(archive, settings, now=self._now, step=lambda _name: self._step())
        except errors.ArchiveInUse:
            return False  # a round is at work: at the next moment it may not be
        except Exception as error:  # noqa: BLE001 - as for a verification: it is reported, and tried again
            self._tried = now
            self._reminders.unverified(as_error(error, settings.home))
            return False
        finally:
            archive.close()
        self._last, self._tried = now, now
        self._record(settings, report, now)
        return True

    def _record(self, settings: Settings, report: UpkeepReport, now: datetime) -> None:
        """Log the upkeep; that there was no room is said once, damage by the verifications."""
        counts = f"problems={len(report.problems)} bytes={report.after.total_bytes} unused={report.after.free_bytes}"
        run_log.note(settings.home, f"upkeep={report.vacuum} {counts}", at=now)
        if report.vacuum is VacuumOutcome.NO_SPACE:
            self._reminders.unverified(no_space_error(settings, report))


def no_space_error(settings: Settings, report: UpkeepReport) -> errors.NoSpaceForUpkeep:
    """The error that says how much room is missing to write the database anew."""
    needed, free = (round(number / 1e6) for number in (report.needed_bytes, report.free_bytes))
    return errors.NoSpaceForUpkeep(path=settings.home, needed_mb=needed, free_mb=free)
