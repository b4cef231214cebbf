"""The daemon's verifications: a part of the archive each day, everything each month, remembered and logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from archiver.custody import sampling
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Verification
from archiver.rounds import due as agenda
from archiver.rounds import run_log
from archiver.rounds.daemon_messages import FINDINGS, VERIFICATION, Reminders, as_error
from archiver.rounds.due import Check, Checks
from archiver.store.archive import Archive
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory, verification_log
from archiver.store.working.verification_log import Verified

CHECKED = "daemon-checked"
"""Remembers when a sample and when everything was last verified by the daemon."""


class ScheduledVerification:
    """Verifies one archive when it is due, beside the rounds: it only reads."""

    def __init__(self, home: Path, said: Reminders, *, now: Callable[[], datetime], step: Callable[[], None]) -> None:
        self._home, self._said, self._now, self._step = home, said, now, step
        self._checks: Checks | None = None
        self._tried: datetime | None = None

    def check(self) -> bool:
        """Make the verification that is due, if there is one; whether there was."""
        now = self._now()
        archive = Archive(self._home)
        try:
            if self._checks is None:
                self._checks = _remembered(archive)
            known = self._checks
            due = agenda.check_due(now, Checks(known.sample, known.whole, self._tried))
            if due is None:
                return False
            self._tried = now
            told = self._verify(archive, due, now)
            self._checks = Checks(now, now if due.whole else known.whole)
            _keep(archive, told, due, self._checks, now)
        except Exception as error:  # noqa: BLE001 - as for a round: it is said, and tried again
            self._said.unverified(as_error(error, self._home))
        else:
            self._said.over(VERIFICATION)
            self._tell(told, due)
        finally:
            archive.close()
        return True

    def _verify(self, archive: Archive, due: Check, now: datetime) -> Verification:
        if due.whole:
            return verify_archive(archive, deep=True, progress=lambda _what, _done, _total: self._step())
        return sampling.verify_sample(archive, sampling.part_of(now.date()), step=self._step)

    def _tell(self, told: Verification, due: Check) -> None:
        """A good sample says nothing of what was found elsewhere: only a whole verification ends it."""
        if not told.ok:
            self._said.findings(told)
        elif due.whole:
            self._said.over(FINDINGS)


def _keep(archive: Archive, told: Verification, due: Check, checks: Checks, now: datetime) -> None:
    """Remember it, in the archive and in the log: counts and the checks' names."""
    kind = "whole" if due.whole else "sample"
    counts = " ".join(f"{name}={number}" for name, number in told.checked.items())
    run_log.note(archive.home, f"verified={kind} findings={len(told.findings)} {counts}", at=now)
    made = {"sample": checks.sample, "whole": checks.whole}
    with archive.writing() as writing:
        memory.remember(writing, CHECKED, {name: at and to_text(at) for name, at in made.items()})
        if due.whole:
            verification_log.keep(writing, Verified(now, True, told.checked, len(told.findings), sorted(told.found)))


def _remembered(archive: Archive) -> Checks:
    with archive.reading() as reading:
        told = memory.recall(reading, CHECKED, {})
    sample, whole = (told.get(name) for name in ("sample", "whole"))
    return Checks(sample and from_text(sample), whole and from_text(whole))
