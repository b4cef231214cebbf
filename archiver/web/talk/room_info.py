"""About a chat: its descriptions and names over time, and the files attached to its contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from markupsafe import Markup

from archiver.chatwork.notation.parse import parse
from archiver.records import Enclosure
from archiver.render import message_body
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References
from archiver.store.archive import Reading
from archiver.store.queries.statements import enclosures
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.people import PastValue, room_history
from archiver.web.context import view_context
from archiver.web.event_words.files_tasks_statements import attachment_words
from archiver.web.talk.message_context import message_context
from archiver.web.talk.page_cursor import parse_cursor
from archiver.web.talk.room_header import Chat, chat
from archiver.web.talk.short_name import short_name

pages = Blueprint("about", __name__)

BYTES_LIMIT = 150_000
"""The limit for all descriptions on a page; one always fits."""
NAMES_LIMIT = 100
ENCLOSURES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class DescriptionLine:
    """A description with its number (from 1)."""

    number: int
    value: PastValue
    html: Markup
    """The description as HTML; empty if there was none."""


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """A file that the user attached to a contract."""

    contract_id: str
    contract: str
    kind: str
    name: str
    note: str
    enclosure: Enclosure
    message: str
    """The id of the message it belongs to; empty if none or of another chat."""


@pages.get("/room/<int:room>/about")
def room(room: int) -> str:
    """The page about a chat; `upto` is the number of the newest description that is shown."""
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        history = room_history(reading, room)
        (upto,) = parse_cursor(request.args.get("upto", ""), 1) or [len(history.descriptions)]
        upto = upto if 0 < upto < len(history.descriptions) else len(history.descriptions)
        references = message_context(reading, room, []).references
        descriptions = list(_fitting_descriptions(history.descriptions[:upto], references))
        attachments = list(_attachment_lines(reading, room_chat))
    return render_template(
        "about.html",
        chat=room_chat,
        names=[name._replace(value=short_name(name.value)) for name in history.names[::-1][:NAMES_LIMIT]],
        older_names=max(0, len(history.names) - NAMES_LIMIT),
        descriptions=descriptions,
        count=len(history.descriptions),
        is_first=upto == len(history.descriptions),
        older=descriptions[-1].number - 1 if descriptions else 0,
        added=attachments[:ENCLOSURES_LIMIT],
        more_added=max(0, len(attachments) - ENCLOSURES_LIMIT),
    )


def _fitting_descriptions(values: Sequence[PastValue], references: References) -> Iterator[DescriptionLine]:
    """The latest descriptions first, as many as fit."""
    bytes_left = BYTES_LIMIT
    for number in range(len(values), 0, -1):
        value = values[number - 1]
        html = Markup(message_body.html(parse(value.value), references))  # noqa: S704 - `render` escapes everything of untrusted text
        bytes_left -= len(html.encode())
        if bytes_left < 0 and number < len(values):
            return
        yield DescriptionLine(number, value, html)


def _attachment_lines(reading: Reading, room_chat: Chat) -> Iterator[AttachmentLine]:
    words = attachment_words()
    for contract in room_chat.contracts:
        for enclosure in enclosures(reading, contract.id):
            kind, note = words.get(enclosure.kind, visible(enclosure.kind)), short_name(enclosure.note or "")
            message = enclosure.message_id or ""
            message_here = (
                message if message and message_summaries(reading, [(room_chat.room_id, int(message))]) else ""
            )
            yield AttachmentLine(
                contract.id, visible(contract.called), kind, short_name(enclosure.name), note, enclosure, message_here
            )
