"""The daemon's duties beside rounds: what is due when, the work, and what is said of troubles.

A part of the archive is verified each day, and each month all of it, and its database kept up. A last time in the
future (the clock was set back) counts as never; what was missed during suspend is due once. A new trouble is told at
once, a known one once a day, its end once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from archiver import errors
from archiver.custody import daily_verification
from archiver.custody.database_upkeep import UpkeepReport, VacuumOutcome, keep_up
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Verification
from archiver.folder_sync import storage_error
from archiver.records.alerts import CLOCK_TOLERANCE
from archiver.records.alerts import is_due as is_reminder_due
from archiver.rounds import run_log
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.queries import raw_tables
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.remembered_values import LastChecks
from archiver.store.working.verification_log import VerificationRecord
from archiver.sync.report import SyncReport

FINDINGS = "findings"
"""The name under which findings of verifications are remembered as a trouble."""
VERIFICATION = "verification"
"""The name for a verification that could not be made."""

SETTINGS_ERRORS = (errors.BadSettings.__name__, errors.SettingsClosed.__name__, errors.BadBaseUrl.__name__)


@dataclass(frozen=True, slots=True)
class DaemonMessages:
    """The callbacks that tell the user what happened; the defaults do nothing."""

    round: Callable[[SyncReport], None] = lambda _report: None
    """After each round that went through."""
    trouble: Callable[[errors.ArchiverError], None] = lambda _error: None
    """An error, at once when it is new, then once a day."""
    over: Callable[[str], None] = lambda _name: None
    """The end of a trouble, once; by the name of the error's class, FINDINGS or VERIFICATION."""
    findings: Callable[[Verification], None] = lambda _verification: None
    """A verification found something wrong."""
    upgraded: Callable[[Path], None] = lambda _copy: None
    """The archive was upgraded to this version; the path is that of the copy made before."""
    unverified: Callable[[errors.ArchiverError], None] = lambda _error: None
    """A verification could not be made; as often as `trouble`, although saving works."""
    unsaved: Callable[[errors.ArchiverError], None] = lambda _error: None
    """After each round that did not go through."""
    begun: Callable[[], None] = lambda: None
    """Before each round that asks Chatwork."""


SILENT = DaemonMessages()
Subject = TypeVar("Subject")


class Reminders:
    """Passes on messages that are due, and remembers when; used by both threads of the daemon."""

    def __init__(self, messages: DaemonMessages, now: Callable[[], datetime]) -> None:
        self.messages, self._now = messages, now
        self._at: dict[str, datetime] = {}

    def trouble(self, error: errors.ArchiverError) -> None:
        """Report an error, if it is due."""
        self.tell(type(error).__name__, self.messages.trouble, error)

    def unverified(self, error: errors.ArchiverError) -> None:
        """Report that a verification could not be made, if that is due."""
        self.tell(VERIFICATION, self.messages.unverified, error)

    def tell(self, name: str, message: Callable[[Subject], None], subject: Subject) -> None:
        """Pass on a message under a name, if that is due."""
        if is_reminder_due(self._at.get(name), self._now()):
            self._at[name] = self._now()
            message(subject)

    def over(self, *names: str) -> None:
        """Report the end of those of these troubles that had been reported."""
        for name in names:
            if self._at.pop(name, None) is not None:
                self.messages.over(name)

    def saved(self) -> None:
        """Report the end of all troubles that a round which went through disproves."""
        self.over(*(name for name in list(self._at) if name not in (FINDINGS, VERIFICATION, *SETTINGS_ERRORS)))


def as_error(error: Exception, home: Path) -> errors.ArchiverError:
    """The exception that ended a duty as an error with a sentence.

    Of a bug it gives the type and the place, never the text, which may be a person's message.
    """
    match error:
        case errors.ArchiverError():
            return error
        case OSError():
            return storage_error(error, home)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return errors.ArchiverError(detail=f"{type(error).__name__} ({Path(frame.filename).name}:{frame.lineno})")


DAY = timedelta(days=1)
MONTH = timedelta(days=30)
AGAIN = timedelta(hours=1)
"""A duty beside rounds that could not be done is tried again after this."""

PROBES = (timedelta(hours=1), timedelta(hours=6), DAY)
"""Pauses before a refused token is tried again: after the first refusal, the second, and each later one."""


def is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether something that comes once in `every` is due, given when it was last begun.

    A clock that was set well back makes it due; the corrected clocks of two rounds differ by a moment, which does not.
    """
    return last is None or last - now > CLOCK_TOLERANCE or now - last >= every


def tolerance(every: timedelta) -> timedelta:
    """How much too early something may begin, lest a moment's difference puts it off to the next question."""
    return every / 60


def nominal_begin(last: datetime | None, now: datetime, every: timedelta) -> datetime:
    """When something that begins now should have begun: evenly after the last time, so that intervals stay equal.

    Equal intervals between looks at a list take next to no place.
    """
    is_even = last is not None and timedelta() <= now + tolerance(every) - (last + every) < every
    return last + every if is_even and last is not None else now


# --- a token that was refused --------------------------------------------------------------------


class TokenHold(NamedTuple):
    """A token that Chatwork refused, so that Chatwork is not asked for the time being."""

    token: str
    """SHA-256 of the refused token."""
    since: datetime
    """When the token was refused last."""
    probes: int = 0
    """How often the same token was tried again in vain."""


def record_refusal(hold: TokenHold | None, token: str, now: datetime) -> TokenHold:
    """The hold after a refusal; for another token than before it starts anew."""
    if hold is None or hold.token != token:
        return TokenHold(token, now)
    return TokenHold(token, now, hold.probes + 1)


def can_ask(hold: TokenHold | None, token: str, now: datetime) -> bool:
    """Whether Chatwork may be asked: with another token at once, with the refused one after a long pause."""
    if hold is None or hold.token != token:
        return True
    return is_due(hold.since, now, PROBES[min(hold.probes, len(PROBES) - 1)])


class Duty(NamedTuple):
    """Something that is done once in an interval."""

    name: str
    every: timedelta
    last: Callable[[Reading], datetime | None]
    """When it was last done, as the archive remembers it."""
    run: Callable[[ScheduledDuties, Archive, Settings], None]
    covers: tuple[str, ...] = ()
    """The duties that are done with it."""


def due_duty(last: dict[str, datetime | None], now: datetime) -> Duty | None:
    """The first duty that is due, by when each was last done."""
    return next((duty for duty in DUTIES if is_due(last[duty.name], now, duty.every)), None)


class ScheduledDuties:
    """Does the duties of one archive when they are due."""

    def __init__(self, reminders: Reminders, *, now: Callable[[], datetime], step: Callable[[], None]) -> None:
        """Take the callbacks; nothing is read before the first call."""
        self.reminders, self.now, self.step = reminders, now, step
        self._last: dict[str, datetime | None] = {}
        self._failed: datetime | None = None

    def run_due(self, settings: Settings) -> bool:
        """Do the first duty that is due, if any, and return whether there was one.

        A failure is reported, and what is due tried again after an hour.
        """
        now = self.now()
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
            duty.run(self, archive, settings)
            self._last |= dict.fromkeys((duty.name, *duty.covers), now)
        except errors.ArchiveInUse:
            return False  # a round is at work: at the next moment it may not be
        except Exception as error:  # noqa: BLE001 - as for a round: it is reported, and tried again
            self._failed = now
            self.reminders.unverified(as_error(error, settings.home))
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


def _verify(duties: ScheduledDuties, archive: Archive, *, is_whole: bool) -> None:
    """Verify, and record it in the archive and in the log: counts and names of checks.

    Findings are told, and their end after a whole verification: a good sample disproves no findings elsewhere.
    """
    now, reminders = duties.now(), duties.reminders
    if is_whole:
        verification = verify_archive(archive, deep=True, progress=lambda _what, _done, _total: duties.step())
    else:
        verification = daily_verification.verify_sample(
            archive, daily_verification.part_of(now.date()), step=duties.step
        )
    kind, checked, found = "whole" if is_whole else "sample", verification.checked, len(verification.findings)
    counts = " ".join(f"{name}={number}" for name, number in checked.items())
    run_log.note(archive.home, f"verified={kind} findings={found} {counts}", at=now)
    with archive.writing() as writing:
        before = remembered_values.LAST_CHECKS.recall(writing)
        remembered_values.LAST_CHECKS.remember(writing, LastChecks(now, now if is_whole else before.whole))
        if is_whole:
            record = VerificationRecord(now, True, checked, found, sorted(verification.counts))
            verification_log.keep_verification(writing, record)
    reminders.over(VERIFICATION)
    if not verification.ok:
        reminders.tell(FINDINGS, reminders.messages.findings, verification)
    elif is_whole:
        reminders.over(FINDINGS)


def _keep_up(duties: ScheduledDuties, archive: Archive, settings: Settings) -> None:
    """Keep the database up and log it; that there was no room is said once, damage by the verifications."""
    report = keep_up(archive, settings, now=duties.now, step=lambda _name: duties.step())
    counts = f"problems={len(report.problems)} bytes={report.after.total_bytes} unused={report.after.free_bytes}"
    run_log.note(settings.home, f"upkeep={report.vacuum} {counts}", at=duties.now())
    if report.vacuum is VacuumOutcome.NO_SPACE:
        duties.reminders.unverified(no_space_error(settings, report))


DUTIES = (
    Duty(
        "whole",
        MONTH,
        lambda reading: remembered_values.LAST_CHECKS.recall(reading).whole,
        lambda duties, archive, _settings: _verify(duties, archive, is_whole=True),
        covers=("sample",),
    ),
    Duty(
        "sample",
        DAY,
        lambda reading: remembered_values.LAST_CHECKS.recall(reading).sample,
        lambda duties, archive, _settings: _verify(duties, archive, is_whole=False),
    ),
    Duty("upkeep", MONTH, remembered_values.LAST_UPKEEP.recall, _keep_up),
)
"""What is done by itself, the first that is due first."""
