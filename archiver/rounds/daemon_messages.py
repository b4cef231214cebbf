"""The messages of the daemon: a new trouble at once, a known one once a day, its end once."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.evidence.verify.findings import Verification
from archiver.reminders import is_due
from archiver.store.durable_files import storage_error
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


class Reminders:
    """Passes on messages that are due, and remembers when; used by both threads of the daemon."""

    def __init__(self, messages: DaemonMessages, now: Callable[[], datetime]) -> None:
        self.messages, self._now = messages, now
        self._at: dict[str, datetime] = {}

    def trouble(self, error: errors.ArchiverError) -> None:
        """Report an error, if it is due."""
        if self._is_new(type(error).__name__):
            self.messages.trouble(error)

    def findings(self, verification: Verification) -> None:
        """Report findings of a verification, if that is due."""
        if self._is_new(FINDINGS):
            self.messages.findings(verification)

    def unverified(self, error: errors.ArchiverError) -> None:
        """Report that a verification could not be made, if that is due."""
        if self._is_new(VERIFICATION):
            self.messages.unverified(error)

    def over(self, *names: str) -> None:
        """Report the end of those of these troubles that had been reported."""
        for name in names:
            if self._at.pop(name, None) is not None:
                self.messages.over(name)

    def saved(self) -> None:
        """Report the end of all troubles that a round which went through disproves."""
        self.over(*(name for name in list(self._at) if name not in (FINDINGS, VERIFICATION, *SETTINGS_ERRORS)))

    def _is_new(self, name: str) -> bool:
        if not is_due(self._at.get(name), self._now()):
            return False
        self._at[name] = self._now()
        return True


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
