"""What the daemon has to say: a new trouble at once, a known one once a day, its end once."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.evidence.verify.findings import Verification
from archiver.rounds import due
from archiver.store.disk import storage_error
from archiver.sync.report import SyncReport

FINDINGS = "findings"
"""What stands for the findings of verifications among the troubles."""
VERIFICATION = "verification"
"""What stands for a verification that could not be made."""

OF_SETTINGS = (errors.BadSettings.__name__, errors.BadBaseUrl.__name__)


@dataclass(frozen=True, slots=True)
class DaemonMessages:
    """How the user is told; the defaults say nothing."""

    round: Callable[[SyncReport], None] = lambda _report: None
    """After each round that went through."""
    trouble: Callable[[errors.ArchiverError], None] = lambda _fault: None
    """At once when it is new, then once a day."""
    over: Callable[[str], None] = lambda _name: None
    """Once, when it is over; the name of the error's class, FINDINGS or VERIFICATION."""
    findings: Callable[[Verification], None] = lambda _told: None
    """A verification found something wrong."""
    upgraded: Callable[[Path], None] = lambda _copy: None
    """The archive was brought to this version; where it lies as it was before."""
    unverified: Callable[[errors.ArchiverError], None] = lambda _fault: None
    """A verification could not be made; as often as a trouble, which it is not: saving works."""
    unsaved: Callable[[errors.ArchiverError], None] = lambda _fault: None
    """After each round that did not go through."""


SILENT = DaemonMessages()


class Reminders:
    """Remembers what was said and when; used by both threads of the daemon."""

    def __init__(self, voice: DaemonMessages, now: Callable[[], datetime]) -> None:
        self.voice, self._now = voice, now
        self._at: dict[str, datetime] = {}

    def trouble(self, fault: errors.ArchiverError) -> None:
        """Something went wrong."""
        if self._is_new(type(fault).__name__):
            self.voice.trouble(fault)

    def findings(self, told: Verification) -> None:
        """A verification found something wrong."""
        if self._is_new(FINDINGS):
            self.voice.findings(told)

    def unverified(self, fault: errors.ArchiverError) -> None:
        """A verification could not be made."""
        if self._is_new(VERIFICATION):
            self.voice.unverified(fault)

    def over(self, *names: str) -> None:
        """These troubles, by their names, are over, as far as there were any."""
        for name in names:
            if self._at.pop(name, None) is not None:
                self.voice.over(name)

    def saved(self) -> None:
        """A round went through: all is over but what rounds have no part in."""
        self.over(*(name for name in list(self._at) if name not in (FINDINGS, VERIFICATION, *OF_SETTINGS)))

    def _is_new(self, name: str) -> bool:
        if not due.is_to_say(self._at.get(name), self._now()):
            return False
        self._at[name] = self._now()
        return True


def as_error(fault: Exception, home: Path) -> errors.ArchiverError:
    """Whatever ended a duty as an error that can be said.

    Of a bug its kind and place, never its text, which may be somebody's message.
    """
    match fault:
        case errors.ArchiverError():
            return fault
        case OSError():
            return storage_error(fault, home)
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return errors.ArchiverError(detail=f"{type(fault).__name__} ({Path(frame.filename).name}:{frame.lineno})")
