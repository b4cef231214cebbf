"""The request to stop a daemon, which every duty asks for between two steps of its work."""

from __future__ import annotations

import threading


class Stopped(BaseException):
    """Raised within a duty because the daemon stops; no `Exception`, so that no handler of errors catches it."""


class Stop:
    """The request to stop, from a signal or from an error that only a restart can mend."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self.error: Exception | None = None

    def request(self, *_signal: object) -> None:
        """Request the stop; also a handler of signals."""
        self.requested.set()

    def step(self) -> None:
        """Check for the request between two steps of the work. Raises Stopped."""
        if self.requested.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep until the time is over or a stop is requested. Raises Stopped."""
        if self.requested.wait(seconds):
            raise Stopped
