"""Child processes: batches of long work are shared with a helper, or one answer is asked of a process of its own.

The helper is asked for a few batches ahead; what it has no time for is done here, and everything if it cannot be
started or dies. Batches and answers are sent as plain values: pickled records take three times as long.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from archiver.report_language import current_language, is_practice, report_language

BATCH = 200
ASKED = 3
"""Batches that the helper has been asked for and not given."""
WAITING = 12
"""Batches that may wait for an earlier one."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Any], Any]
"""Does one batch, plain values in and out."""


def has_core_for_helper() -> bool:
    """Whether a helper would have a core of its own; a daemonic process may have no children."""
    return _core_count() > 1 and not multiprocessing.current_process().daemon


def batches_of(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in batches, in order."""
    iterator = iter(items)
    return iter(lambda: list(islice(iterator, BATCH)), [])


def done_beside_helper(
    batches: Iterable[Item], helper: Helper, here: Callable[[Item], Answer], opened: Callable[[Any], Answer]
) -> Iterator[tuple[Item, Answer]]:
    """Each batch with its answer, in order; `here` does one in this process, `opened` is what the helper's answer says.

    The helper ends with the batches, and when they are given up.
    """
    waiting: deque[tuple[Item, Answer | None]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, None if helper.ask(batch) else here(batch)))
            while waiting and (len(waiting) > WAITING or waiting[0][1] is not None or helper.has_answer()):
                yield _answered(*waiting.popleft(), helper, here, opened)
        while waiting:
            yield _answered(*waiting.popleft(), helper, here, opened)
    finally:
        helper.stop()


def _answered(
    batch: Item,
    made_here: Answer | None,
    helper: Helper,
    here: Callable[[Item], Answer],
    opened: Callable[[Any], Answer],
) -> tuple[Item, Answer]:
    if made_here is not None:
        return batch, made_here
    answer = helper.answer()
    return batch, here(batch) if answer is None else opened(answer)


class Helper:
    """The other process. One that could not be started, or died, takes and gives nothing."""

    def __init__(
        self, make_work: Callable[..., Work], arguments: tuple[Any, ...], packed: Callable[[Any], Any] = list
    ) -> None:
        """Start the process, which makes its work of these arguments; `packed` makes plain values of a batch."""
        context = multiprocessing.get_context("spawn")
        asked, self._asking = context.Pipe(duplex=False)
        self._answers, answering = context.Pipe(duplex=False)
        everything = (make_work, arguments, current_language(), is_practice(), asked, answering)
        self._process = context.Process(target=_answer_batches, args=everything, daemon=True)
        self._packed = packed
        self._open = 0
        self._works = True
        try:
            start_unreached(self._process)
        except OSError:  # too many processes, or too little memory
            self._works = False
        asked.close()
        answering.close()

    def ask(self, batch: Any) -> bool:
        """Ask for a batch; whether it was taken, which it is not while enough are open."""
        if not self._works or self._open >= ASKED:
            return False
        try:
            self._asking.send(self._packed(batch))
        except OSError:
            self._works = False
            return False
        self._open += 1
        return True

    def has_answer(self) -> bool:
        """Whether the answer to the oldest open batch can be taken without waiting; true too if none will come."""
        if not self._works:
            return True
        with suppress(OSError):
            return self._answers.poll()
        return True

    def answer(self) -> Any:
        """The answer to the oldest open batch; None: the process died, so none will come any more."""
        if not self._works:
            return None
        try:
            answer = self._answers.recv()
        except (EOFError, OSError):
            self._works = False
            return None
        self._open -= 1
        return answer

    def stop(self) -> None:
        """End the process."""
        self._asking.close()
        self._answers.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()


def _answer_batches(
    make_work: Callable[..., Work],
    arguments: tuple[Any, ...],
    language: str,
    practice: bool,
    asked: Connection,
    answering: Connection,
) -> None:
    """Run in the helper: answer each batch until nobody asks. A batch that cannot be done ends it.

    Batches are read by a thread of their own: else this process could wait until an answer is taken while the other one
    waits until a batch is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the waiting process gets it too, and ends this one
    batches: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_read_batches, args=(asked, batches), daemon=True).start()
    # What is wrong with a batch is told by the process that asked, when it does the batch itself.
    with report_language(language, practice=practice), suppress(Exception):
        work = make_work(*arguments)
        while (batch := batches.get()) is not None:
            answering.send(work(batch))


def _read_batches(asked: Connection, batches: SimpleQueue[Any]) -> None:
    with suppress(EOFError, OSError):
        while True:
            batches.put(asked.recv())
    batches.put(None)


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OneAnswer:
    """What a function gives in a process of its own; `answer` waits for it, `stop` ends it."""

    def __init__(self, work: Callable[..., Any], *given: Any) -> None:
        """Start the process. Raises OSError."""
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_answer_once, args=(work, given, there), daemon=True)
        start_unreached(self._process)
        there.close()

    def answer(self, seconds: float | None = None) -> Any:
        """The answer, once; None if the process failed, was killed (for lack of memory, mostly) or took too long."""
        try:
            return self._connection.recv() if self._connection.poll(seconds) else None
        except (EOFError, OSError):
            return None
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.join()


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
