"""Makes the daemon's verifications: a part of the archive each day, everything each month, remembered and logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path

from archiver.custody import sampling
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Verification
from archiver.rounds import run_log
from archiver.rounds.daemon_messages import FINDINGS, VERIFICATION, Reminders, as_error
from archiver.rounds.due_work import CheckHistory, DueCheck, check_due
from archiver.store.archive import Archive
from archiver.store.queries import raw_tables
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.verification_log import VerificationRecord


class ScheduledVerification:
    """Verifies one archive when that is due; it only reads, so it can run beside rounds."""

    def __init__(
        self, home: Path, reminders: Reminders, *, now: Callable[[], datetime], step: Callable[[], None]
    ) -> None:
        self._home, self._reminders, self._now, self._step = home, reminders, now, step
        self._checks: CheckHistory | None = None
        self._tried: datetime | None = None

    def check(self) -> bool:
        """Make the verification that is due, if any, and return whether there was one."""
        now = self._now()
        archive = Archive(self._home)
        try:
            if self._checks is None:
                self._checks = _remembered_checks(archive)
            history = self._checks
            due_check = check_due(now, CheckHistory(history.sample, history.whole, self._tried))
            if due_check is None or _is_new(archive, history):
                return False
            self._tried = now
            verification = self._verify(archive, due_check, now)
            self._checks = CheckHistory(now, now if due_check.is_whole else history.whole)
            _record_verification(archive, verification, due_check, self._checks, now)
        except Exception as error:  # noqa: BLE001 - as for a round: it is reported, and tried again
            self._reminders.unverified(as_error(error, self._home))
        else:
            self._reminders.over(VERIFICATION)
            self._tell(verification, due_check)
        finally:
            archive.close()
        return True

    def _verify(self, archive: Archive, due_check: DueCheck, now: datetime) -> Verification:
        if due_check.is_whole:
            return verify_archive(archive, deep=True, progress=lambda _what, _done, _total: self._step())
        return sampling.verify_sample(archive, sampling.part_of(now.date()), step=self._step)

    def _tell(self, verification: Verification, due_check: DueCheck) -> None:
        """Report findings, or their end after a whole verification; a good sample disproves no findings elsewhere."""
        if not verification.ok:
            self._reminders.findings(verification)
        elif due_check.is_whole:
            self._reminders.over(FINDINGS)


def _record_verification(
    archive: Archive, verification: Verification, due_check: DueCheck, history: CheckHistory, now: datetime
) -> None:
    """Record the verification in the archive and in the log: counts and names of checks."""
    kind = "whole" if due_check.is_whole else "sample"
    counts = " ".join(f"{name}={number}" for name, number in verification.checked.items())
    run_log.note(archive.home, f"verified={kind} findings={len(verification.findings)} {counts}", at=now)
    with archive.writing() as writing:
        remembered_values.LAST_CHECKS.remember(writing, remembered_values.LastChecks(history.sample, history.whole))
        if due_check.is_whole:
            verification_log.keep(
                writing,
                VerificationRecord(
                    now, True, verification.checked, len(verification.findings), sorted(verification.counts)
                ),
            )


def _is_new(archive: Archive, history: CheckHistory) -> bool:
    """Whether nothing was ever saved, which is no loss; one that was verified and holds nothing now is verified."""
    with archive.reading() as reading:
        held = (*islice(raw_tables.entries(reading), 1), *islice(raw_tables.seals(reading), 1))
    return history.whole is None and history.sample is None and not held


def _remembered_checks(archive: Archive) -> CheckHistory:
    with archive.reading() as reading:
        checks = remembered_values.LAST_CHECKS.recall(reading)
    return CheckHistory(checks.sample, checks.whole)
