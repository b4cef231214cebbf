"""Reads one input as nobody's friend: with a deadline, a limit of memory, and an eye on what lies in its folder."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hostile.readers import READERS

SECONDS = 20
"""Of this process's own work for one input; most take milliseconds."""

MEMORY = 600
"""Megabytes that one input may take beside what the process had: a picture of 36 million pixels takes 300."""


class TooLongError(BaseException):
    """The deadline is over; nothing that catches every `Exception` catches it."""


def complaint(name: str, body: bytes, folder: Path) -> str:
    """What is wrong in how a reader took these bytes; empty: nothing. The folder is for it alone."""
    before = _peak()
    try:
        with _deadline():
            READERS[name].read(body, folder)
    except TooLongError:
        return f"{name}: not at its end after {SECONDS} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{name}: {type(error).__name__}: {error}"[:500]
    if _peak() - before > MEMORY:
        return f"{name}: took {_peak() - before} MB"
    left = sorted(path.name for path in folder.iterdir())
    return f"{name}: left {left}" if left else ""


@contextmanager
def _deadline() -> Iterator[None]:
    """Raise `TooLongError` after so much work, where the system has such a clock."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TooLongError

    earlier = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)


def _peak() -> int:
    """The most memory that this process ever had, in megabytes; 0 where it cannot be told."""
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
