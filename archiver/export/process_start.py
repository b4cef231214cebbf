"""Starts a process that does a part of a package, and that a Ctrl-C of the terminal does not reach at any moment.

A terminal sends it to every process of a command. The waiting one gets it and ends the others; one of these that still
reads its modules would print a trace of the program beside the sentence of the waiting one.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess


def start_unreached(process: BaseProcess) -> None:
    """Start a process of the context `spawn`, from which Ctrl-C is held back for good. Raises OSError."""
    with _held_back():
        process.start()


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold Ctrl-C back from this thread; a process that is started meanwhile keeps it so. Nothing on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it lets Ctrl-C through again when it starts, which the first process causes
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
