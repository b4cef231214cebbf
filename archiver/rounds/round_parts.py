"""Runs a round or a recovery in parts: while the allowance is used up, the round lock is free, so that others may save.

Each part knows what was saved and what is left of the allowance by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from archiver import errors
from archiver.app import App

LOCK_PAUSE_SECONDS = 5.0
LOCK_PATIENCE_SECONDS = 600.0
"""How long another run is waited for between two parts."""

IDLE_PARTS_LIMIT = 3
"""After so many parts in a row that read nothing the rest is left for later."""

Outcome = TypeVar("Outcome")
Part = tuple[Outcome, bool, bool]
"""What all parts brought up to this one, whether it read anything, and whether only the allowance ended it."""


RunPart = Callable[[Outcome | None, float | None], Part[Outcome]]
"""Runs one part, by what those before brought and the seconds left."""


def run_in_parts(
    app: App,
    run_part: RunPart[Outcome],
    *,
    seconds: float | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Outcome:
    """Run parts until everything is read or the time is over; each gets what those before brought and the seconds left.

    Raises what the first part raises. An error of Chatwork's in a later one ends the run with what the others brought,
    unless something is done `meanwhile`, between the parts, as by a recovery, whose errors are all raised.
    """
    transport = app.chatwork.transport
    if not transport.may_wait:
        return run_part(None, seconds)[0]
    transport.may_wait = False
    try:
        return _Parts(app, run_part, seconds, meanwhile).run()
    finally:
        transport.may_wait = True


class _Parts(Generic[Outcome]):
    """The parts of one run."""

    def __init__(
        self,
        app: App,
        run_part: RunPart[Outcome],
        seconds: float | None,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self.app, self.run_part, self.seconds, self.meanwhile = app, run_part, seconds, meanwhile
        self.outcome: Outcome | None = None
        self._begun, self._slept, self._idle_parts = time.monotonic(), 0.0, 0
        self._lock_patience = LOCK_PATIENCE_SECONDS

    def run(self) -> Outcome:
        """Run one part after the other."""
        while True:
            try:
                self.outcome, has_read, must_wait = self.run_part(self.outcome, self._seconds_left())
                if not must_wait or not self._wait(has_read=has_read):
                    return self.outcome
            except errors.BudgetSpent:  # not even the account could be asked for
                if not self._wait(has_read=False):
                    if self.outcome is None:
                        raise
                    return self.outcome
            except (errors.ChatworkError, errors.ArchiveInUse) as error:
                if self.outcome is None:
                    raise
                if not (isinstance(error, errors.ArchiveInUse) and self._wait_for_lock()):
                    if self.meanwhile is not None:
                        raise
                    return self.outcome

    def _seconds_left(self) -> float | None:
        """The seconds left for the run; None if nothing limits them. A simulated sleep takes its time too."""
        begun = max(time.monotonic() - self._begun, self._slept)
        return None if self.seconds is None else max(0.0, self.seconds - begun)

    def _wait(self, *, has_read: bool) -> bool:
        """Wait, without the lock, until the allowance is there again; False: there is no time or no use."""
        self._idle_parts = 0 if has_read else self._idle_parts + 1
        wait, left = self.app.chatwork.transport.time_to_wait() + timedelta(seconds=1), self._seconds_left()
        if self._idle_parts >= IDLE_PARTS_LIMIT or (left is not None and wait.total_seconds() > left):
            return False
        if self.app.chatwork.transport.on_wait is not None:
            self.app.chatwork.transport.on_wait(wait)
        self._sleep(wait.total_seconds())
        if self.meanwhile is not None:
            self.meanwhile()
        self._lock_patience = LOCK_PATIENCE_SECONDS
        return True

    def _wait_for_lock(self) -> bool:
        """Wait for another run that saves now; False: it has taken too long."""
        left = self._seconds_left()
        self._lock_patience -= LOCK_PAUSE_SECONDS
        if self._lock_patience < 0 or (left is not None and left < LOCK_PAUSE_SECONDS):
            return False
        self._sleep(LOCK_PAUSE_SECONDS)
        return True

    def _sleep(self, seconds: float) -> None:
        self.app.sleep(seconds)
        self._slept += seconds
