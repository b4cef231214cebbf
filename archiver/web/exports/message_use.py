"""What can be done with one message, by clicking it in the conversation: a file, a term or an invoice bound to it."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.records import ENCLOSURE_KINDS, TERM_ITEMS, MessageId, StatedTerm
from archiver.setup import contract_rooms
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.web.console_context import console_context
from archiver.web.talk.conversation import position
from archiver.web.talk.message_context import message_line, references_by_room
from archiver.web.talk.room_header import chat
from archiver.web.uploads import take_enclosure

pages = Blueprint("message_use", __name__)


@pages.get("/room/<int:room>/use/<message_id>")
def one(room: int, message_id: str) -> str:
    """The message, and for each contract of its chat what can be bound to it. Raises UnknownRoom, UnknownMessage."""
    return _page(room, message_id, {})


@pages.post("/room/<int:room>/use/<message_id>")
def keep(room: int, message_id: str) -> Response | tuple[str, int]:
    """Bind to each contract what was handed in or chosen for it. Raises UnknownRoom, UnknownMessage."""
    context, problems, message = console_context(), dict[str, str](), MessageId(str(position(message_id)))
    _page(room, message_id, {})  # refuses a message that is not there
    with context.archive.reading() as reading:
        every = chat(reading, room).contracts
    for contract in every:
        if wrong := take_enclosure(context, contract, f"_{contract.id}", message):
            problems[contract.id] = wrong
        item = request.form.get(f"item_{contract.id}", "")
        if item in {one.name for one in TERM_ITEMS}:
            term = StatedTerm(item, message, None, None)
            contract_rooms.state_term(context.archive, contract.id, item, term, at=context.now())
    if problems:
        return _page(room, message_id, problems), 422
    return redirect(url_for("message_use.one", room=room, message_id=message_id, kept="yes"))


def _page(room: int, message_id: str, problems: Mapping[str, str]) -> str:
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
        kinds=[(kind, _(word)) for kind, word in ENCLOSURE_KINDS.items()],
        given=request.form,
        problems=problems,
        is_kept=bool(request.args.get("kept")),
    )
