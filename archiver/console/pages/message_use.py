"""What can be done with one message, by clicking it in the conversation: a file, a term or an invoice bound to it."""

from __future__ import annotations

from flask import Blueprint, render_template

from archiver import errors
from archiver.console.context import console_context
from archiver.console.enclosing import kind_words
from archiver.records import TERM_ITEMS
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.web.conversation_address import position
from archiver.web.message_context import references_by_room
from archiver.web.message_line import message_line
from archiver.web.room_header import chat

pages = Blueprint("message_use", __name__)


@pages.get("/room/<int:room>/use/<message_id>")
def one(room: int, message_id: str) -> str:
    """The message, and for each contract of its chat what can be bound to it. Raises UnknownRoom, UnknownMessage."""
    with console_context().archive.reading() as reading:
        room_chat = chat(reading, room)
        found = message_summaries(reading, [(room, position(message_id))])
        if not found:
            raise errors.UnknownMessage(contract=room_chat.contracts[0].id, message=message_id)
        references = references_by_room(reading)(room)
        line = message_line(found[0], {room: room_chat.name}, references=references)
    return render_template(
        "message_use.html",
        chat=room_chat,
        line=line,
        items=TERM_ITEMS,
        kinds=kind_words(),
    )
