"""Verifies a worker's copies and keeps their databases up when that is due, as the daemon does for an archive.

When an archive was last verified is carried by the ledger, so one worker does it for all; a copy's database is kept up
by whoever has the copy. Findings of a whole verification become a notice to the owner.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver import errors
from archiver.rounds.scheduled_duties import DaemonMessages, Reminders, ScheduledDuties
from archiver.settings.model import Settings

LOOK_EVERY = timedelta(hours=1)
"""A worker looks so seldom whether something is due for a copy that a quiet round costs no more."""


class CareEnd(NamedTuple):
    """What a verification or an upkeep came to, for the worker's journal: numbers, and nothing of what is there."""

    archive: int
    findings: int
    error: str | None
    """The name of the error that kept it from being made."""


class CopyCare:
    """What is done for copies beside rounds; several threads may each do it for another archive."""

    def __init__(self, *, now: Callable[[], datetime], tell: Callable[[CareEnd], None] = lambda _end: None) -> None:
        """Take the clock, and who is told of findings and of what could not be done."""
        self._now, self._tell = now, tell
        self._looked: dict[int, datetime] = {}

    def care(self, archive: int, settings: Settings, step: Callable[[], None]) -> bool:
        """Do what is due for a copy that no round uses, one thing at a time; whether anything was.

        `step` is called again and again, and may raise Stopped.
        """
        now, last = self._now(), self._looked.get(archive)
        if last is not None and timedelta() <= now - last < LOOK_EVERY:
            return False
        self._looked[archive] = now
        reminders = Reminders(self._messages(archive), self._now)
        return ScheduledDuties(reminders, now=self._now, step=step).run_due(settings)

    def _messages(self, archive: int) -> DaemonMessages:
        def tell_error(error: errors.ArchiverError) -> None:
            self._tell(CareEnd(archive, 0, type(error).__name__))

        return DaemonMessages(
            findings=lambda verification: self._tell(CareEnd(archive, len(verification.findings), None)),
            unverified=tell_error,
        )
