"""Renders the messages of a long conversation in two processes, this one and a helper, with the same result as one.

The helper is asked for a few batches ahead; what it has no time for is rendered here, and everything if it cannot be
started or dies. Messages and answers are sent as plain tuples, which takes a third of the time of pickled records.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from operator import attrgetter
from queue import SimpleQueue
from threading import Thread
from typing import Any

from archiver.records import Message, MessageKind, ObservedBy, State, Version
from archiver.render.message_html import RenderedMessage
from archiver.render.message_renderer import MessageFacts, MessageRenderer, Rendering, render_here
from archiver.render.search_data import SearchText, TextKind
from archiver.report_language import current_language, report_language

LONG = 5_000
"""Messages from which on a helper is worth its start."""

BATCH = 200
ASKED = 3
"""Batches that the helper has been asked for and not given."""
WAITING = 12
"""Batches that may wait for an earlier one."""

Batch = list[Message]
Row = tuple[Any, ...]

_FIELDS = attrgetter(
    "no", "room_id", "message_id", "account_id", "name", "send_time", "update_time", "state._value_", "body",
    "first_seen", "changed_at", "entry_seq", "source._value_", "kind._value_",
)  # fmt: skip
_VERSION_FIELDS = attrgetter("body", "update_time", "first_seen", "last_seen")


def rendering_for(count: int) -> Rendering:
    """How so many messages are rendered: beside a helper where they are many and the machine has a core for it."""
    # A daemonic process may have no children, and on one core a helper would only take turns with this process.
    is_worth_it = count >= LONG and _core_count() > 1 and not multiprocessing.current_process().daemon
    return render_beside_a_helper if is_worth_it else render_here


def render_beside_a_helper(
    messages: Iterable[Message], facts: MessageFacts
) -> Iterator[tuple[Message, RenderedMessage]]:
    """Each message with its HTML, in order; whatever becomes of the helper, the same as by `render_here`."""
    iterator = iter(messages)
    batches = iter(lambda: list(islice(iterator, BATCH)), [])
    renderer, helper = MessageRenderer(facts), _Helper(facts)
    waiting: deque[tuple[Batch, list[RenderedMessage] | None]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, None if helper.ask(batch) else [renderer.render(one) for one in batch]))
            while waiting and (len(waiting) > WAITING or waiting[0][1] is not None or helper.has_answer()):
                yield from _rendered(*waiting.popleft(), renderer, helper)
        while waiting:
            yield from _rendered(*waiting.popleft(), renderer, helper)
    finally:
        helper.stop()


def _rendered(
    batch: Batch, made_here: list[RenderedMessage] | None, renderer: MessageRenderer, helper: _Helper
) -> Iterator[tuple[Message, RenderedMessage]]:
    made = made_here or helper.answer() or [renderer.render(one) for one in batch]
    return zip(batch, made, strict=True)


class _Helper:
    """The other process. One that could not be started, or died, takes and gives nothing."""

    def __init__(self, facts: MessageFacts) -> None:
        """Start the process."""
        context = multiprocessing.get_context("spawn")
        asked, self._asking = context.Pipe(duplex=False)
        self._answers, answering = context.Pipe(duplex=False)
        arguments = (facts, current_language(), asked, answering)
        self._process = context.Process(target=_render_batches, args=arguments, daemon=True)
        self._open = 0
        self._works = True
        try:
            self._process.start()
        except OSError:  # too many processes, or too little memory
            self._works = False
        asked.close()
        answering.close()

    def ask(self, batch: Batch) -> bool:
        """Ask for a batch; whether it was taken, which it is not while enough are open."""
        if not self._works or self._open >= ASKED:
            return False
        try:
            self._asking.send([_message_row(message) for message in batch])
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

    def answer(self) -> list[RenderedMessage] | None:
        """The answer to the oldest open batch; None: the process died, so none will come any more."""
        if not self._works:
            return None
        try:
            rows = self._answers.recv()
        except (EOFError, OSError):
            self._works = False
            return None
        self._open -= 1
        return [_rendered_message(row) for row in rows]

    def stop(self) -> None:
        """End the process."""
        self._asking.close()
        self._answers.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()


def _render_batches(facts: MessageFacts, language: str, asked: Connection, answering: Connection) -> None:
    """Run in the helper: answer each batch until nobody asks. A message that cannot be rendered ends it.

    Batches are read by a thread of their own: else this process could wait until an answer is taken while the other one
    waits until a batch is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the waiting process gets it too, and ends this one
    batches: SimpleQueue[list[Row] | None] = SimpleQueue()
    Thread(target=_read_batches, args=(asked, batches), daemon=True).start()
    renderer = MessageRenderer(facts)
    # What is wrong with a message is told by the process that asked, when it renders the message itself.
    with report_language(language), suppress(Exception):
        while (batch := batches.get()) is not None:
            answering.send([_rendered_row(renderer.render(_message(row))) for row in batch])


def _read_batches(asked: Connection, batches: SimpleQueue[list[Row] | None]) -> None:
    with suppress(EOFError, OSError):
        while True:
            batches.put(asked.recv())
    batches.put(None)


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# --- messages and answers as tuples ---


def _message_row(message: Message) -> Row:
    return *_FIELDS(message), [_VERSION_FIELDS(version) for version in message.versions]


def _message(row: Row) -> Message:
    no, room, message_id, account, name, send_time, update_time, state, body, *times, source, kind, versions = row
    return Message(
        no=no,
        room_id=room,
        message_id=message_id,
        account_id=account,
        name=name,
        send_time=send_time,
        update_time=update_time,
        state=State(state),
        body=body,
        versions=tuple(Version(*version) for version in versions),
        first_seen=times[0],
        changed_at=times[1],
        entry_seq=times[2],
        source=ObservedBy(source),
        kind=MessageKind(kind),
    )


def _rendered_row(rendered: RenderedMessage) -> Row:
    return rendered.html, [(int(kind), text) for kind, text in rendered.texts]


def _rendered_message(row: Row) -> RenderedMessage:
    html, texts = row
    return RenderedMessage(html, [SearchText(TextKind(kind), text) for kind, text in texts])
