"""Renders the messages of a long conversation in two processes, this one and a helper, with the same result as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from archiver.export import helper_process
from archiver.export.helper_process import Helper, batches_of, done_beside_helper
from archiver.records import Message, MessageKind, ObservedBy, State, Version
from archiver.render.message_html import MessageFacts, MessageRenderer, RenderedMessage, Rendering, render_here
from archiver.render.page_templates import SearchText, TextKind

LONG = 5_000
"""Messages from which on a helper is worth its start."""

Row = tuple[Any, ...]

_FIELDS = attrgetter(
    "no", "room_id", "message_id", "account_id", "name", "send_time", "update_time", "state._value_", "body",
    "first_seen", "changed_at", "entry_seq", "source._value_", "kind._value_",
)  # fmt: skip
_VERSION_FIELDS = attrgetter("body", "update_time", "first_seen", "last_seen")


def rendering_for(count: int) -> Rendering:
    """How so many messages are rendered: beside a helper where they are many and the machine has a core for it."""
    return render_beside_a_helper if count >= LONG and helper_process.has_core_for_helper() else render_here


def render_beside_a_helper(
    messages: Iterable[Message], facts: MessageFacts
) -> Iterator[tuple[Message, RenderedMessage]]:
    """Each message with its HTML, in order; whatever becomes of the helper, the same as by `render_here`."""
    renderer = MessageRenderer(facts)
    helper = Helper(_rendering_of_rows, (facts,), lambda batch: [_message_row(one) for one in batch])
    done = done_beside_helper(
        batches_of(messages),
        helper,
        lambda batch: [renderer.render(one) for one in batch],
        lambda rows: [_rendered_message(row) for row in rows],
    )
    for batch, rendered in done:
        yield from zip(batch, rendered, strict=True)


def _rendering_of_rows(facts: MessageFacts) -> Callable[[list[Row]], list[Row]]:
    renderer = MessageRenderer(facts)
    return lambda rows: [_rendered_row(renderer.render(_message(row))) for row in rows]


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
