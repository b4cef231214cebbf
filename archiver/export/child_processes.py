"""Child processes: a helper does a part of long work, batch by batch, or one answer is asked of a process of its own.

Batches and answers are sent as plain values: pickled records take three times as long.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from archiver.report_language import current_language, is_practice, report_language


def has_core_for_helper() -> bool:
    """Whether a helper would have a core of its own; a daemonic process may have no children."""
    return _core_count() > 1 and not multiprocessing.current_process().daemon


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Child:
    """A process of its own with a connection to it; `stop` ends it."""

    def __init__(self, target: Callable[..., None], *given: Any) -> None:
        """Start the process. Raises OSError."""
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=target, args=(*given, there), daemon=True)
        start_unreached(self._process)
        there.close()

    def answer(self, seconds: float | None = None) -> Any:
        """What it sends next; None if it failed, was killed (for lack of memory, mostly) or took too long."""
        try:
            return self._connection.recv() if self._connection.poll(seconds) else None
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.join()


class Helper(_Child):
    """A process that does batches, one after the other; one that died takes and gives nothing."""

    def __init__(self, make_work: Callable[..., Callable[[Any], Any]], *given: Any) -> None:
        """Start the process, which makes its work of what is given. Raises OSError."""
        super().__init__(_answer_batches, make_work, given, current_language(), is_practice())

    def ask(self, batch: Any) -> bool:
        """Ask for a batch, of plain values, once the answer to the one before was taken; whether it was taken."""
        try:
            self._connection.send(batch)
        except OSError:
            return False
        return True


def _answer_batches(
    make_work: Callable[..., Callable[[Any], Any]],
    given: Sequence[Any],
    language: str,
    practice: bool,
    connection: Connection,
) -> None:
    """Run in the helper: answer each batch until nobody asks. A batch that cannot be done ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the waiting process gets it too, and ends this one
    # What is wrong with a batch is told by the process that asked, when it does the batch itself.
    with report_language(language, practice=practice), suppress(Exception):
        work = make_work(*given)
        while True:
            connection.send(work(connection.recv()))


class OneAnswer(_Child):
    """What a function gives in a process of its own; `answer` waits for it, `stop` ends it."""

    def __init__(self, work: Callable[..., Any], *given: Any) -> None:
        """Start the process. Raises OSError."""
        super().__init__(_answer_once, work, given)

    def answer(self, seconds: float | None = None) -> Any:
        """The answer, once; None as for any child."""
        try:
            return super().answer(seconds)
        finally:
            self.stop()


def _answer_once(work: Callable[..., Any], given: Sequence[Any], connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the waiting process gets it too, and ends this one
    with suppress(Exception):  # no answer means that there is none, whatever a hostile file made of it
        connection.send(work(*given))


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
