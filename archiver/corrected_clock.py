"""This computer's clock, corrected by the offset to Chatwork's as the last reply has shown it.

Whatever is stored takes its time from here. The offset itself is never stored: it counts in the process that measured
it, and there only as long as nobody sets the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

LARGEST_STEP = timedelta(minutes=2)
"""A clock that moved by more than this against the monotonic one was set, so that its offset counts no more."""


class CorrectedClock:
    """Calling it gives the corrected time, aware; while no offset is known that is this computer's own time."""

    def __init__(self, own: Callable[[], datetime], monotonic: Callable[[], float] | None = None) -> None:
        """Take this computer's clock, and one that nobody can set; None: the clock is never set."""
        self.own = own
        self.monotonic = monotonic or (lambda: own().timestamp())
        self._measured: tuple[timedelta, datetime, float] | None = None
        """The offset, and this computer's time and the seconds of the monotonic clock when it was measured."""

    def __call__(self) -> datetime:
        """The present time, aware: Chatwork's as far as the offset is known."""
        return self.own() + (self.offset or timedelta())

    @property
    def offset(self) -> timedelta | None:
        """Chatwork's clock minus this computer's; None: not known, or the clock was set since."""
        if self._measured is None:
            return None
        offset, own, monotonic = self._measured
        passed = timedelta(seconds=self.monotonic() - monotonic)
        return offset if abs(self.own() - own - passed) <= LARGEST_STEP else None

    def measure(self, date: datetime, own: datetime) -> None:
        """Take over the offset that a reply shows: its `Date`, and when it came by this computer's clock."""
        self._measured = date - own, own, self.monotonic()

    def forget(self) -> None:
        """Go by this computer's own time again: the reply that showed the offset was wrong."""
        self._measured = None
