"""Runs a round in parts: while the allowance is used up, the round lock is free, so that other runs may save.

Each part is a whole round, which knows what was saved and what is left of the allowance by then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from archiver import errors
from archiver.app import App
from archiver.sync.found_ids import allowance_wait
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options

LOCK_PAUSE_SECONDS = 5.0
LOCK_PATIENCE_SECONDS = 600.0
"""How long another run is waited for between two parts."""

IDLE_PARTS_LIMIT = 3
"""After so many parts in a row that read nothing the rest is left for later."""

OVERHEAD_REQUESTS = 2
"""A part that made no more requests has read nothing: they tell the account and the rooms."""


def run_in_parts(app: App, options: Options, run_part: Callable[[Options], SyncReport]) -> SyncReport:
    """Run parts until everything is read or the time is over; what is left over then is in the report.

    Raises what the first part raises. An error of Chatwork's in a later one ends the run with what the others report.
    """
    transport = app.chatwork.transport
    if not transport.may_wait:
        return run_part(options)
    transport.may_wait = False
    try:
        return _Parts(app, options, run_part).run()
    finally:
        transport.may_wait = True


class _Parts:
    """The parts of one round."""

    def __init__(self, app: App, options: Options, run_part: Callable[[Options], SyncReport]) -> None:
        self.app, self.options, self.run_part = app, options, run_part
        self.report: SyncReport | None = None
        self._begun, self._slept, self._idle_parts = time.monotonic(), 0.0, 0
        self._lock_patience = LOCK_PATIENCE_SECONDS

    def run(self) -> SyncReport:
        """Run one part after the other."""
        while True:
            try:
                part = self.run_part(self._next_options())
            except errors.BudgetSpent:  # not even the account could be asked for
                if not self._wait(requests=0):
                    if self.report is None:
                        raise
                    return self.report
            except (errors.ChatworkError, errors.ArchiveInUse) as error:
                if self.report is None:
                    raise
                if not (isinstance(error, errors.ArchiveInUse) and self._wait_for_lock()):
                    return self.report
            else:
                self.report = part.after(self.report)
                if not part.calls_spent or not self._wait(part.requests):
                    return self.report

    def _next_options(self) -> Options:
        read = {} if self.report is None else {room.room_id: room.read_kinds for room in self.report.rooms}
        return replace(self.options, max_seconds=self._seconds_left(), read_before=read)

    def _seconds_left(self) -> float | None:
        """The seconds left for the round; None if nothing limits them. A simulated sleep takes its time too."""
        seconds = self.options.max_seconds
        return None if seconds is None else max(0.0, seconds - max(time.monotonic() - self._begun, self._slept))

    def _wait(self, requests: int) -> bool:
        """Wait, without the lock, until the allowance is there again; False: there is no time or no use."""
        self._idle_parts = 0 if requests > OVERHEAD_REQUESTS else self._idle_parts + 1
        wait, left = allowance_wait(self.app.chatwork) + timedelta(seconds=1), self._seconds_left()
        if self._idle_parts >= IDLE_PARTS_LIMIT or (left is not None and wait.total_seconds() > left):
            return False
        if self.app.chatwork.transport.on_wait is not None:
            self.app.chatwork.transport.on_wait(wait)
        self._sleep(wait.total_seconds())
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
