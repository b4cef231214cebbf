"""About a chat: its descriptions and names over time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup

from archiver.chatwork.notation.parse import parse
from archiver.render import message_body
from archiver.render.message_body import References
from archiver.store.queries.viewing.people import PastValue, room_history
from archiver.web.context import view_context
from archiver.web.talk.message_context import message_context
from archiver.web.talk.page_cursor import first_fitting, parse_cursor
from archiver.web.talk.room_header import chat
from archiver.web.talk.short_name import short_name

pages = Blueprint("about", __name__)

Row = dict[str, Any]

BYTES_LIMIT = 150_000
"""The limit for all descriptions on a page; one always fits."""
NAMES_LIMIT = 100


@pages.get("/room/<int:room>/about")
def room(room: int) -> str:
    """The page about a chat; `upto` is the number of the newest description that is shown."""
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        history = room_history(reading, room)
        (upto,) = parse_cursor(request.args.get("upto", ""), 1) or [len(history.descriptions)]
        upto = upto if 0 < upto < len(history.descriptions) else len(history.descriptions)
        references = message_context(reading, room, []).references
        lines = (_description(history.descriptions[one - 1], one, references) for one in range(upto, 0, -1))
        descriptions = first_fitting(lines, lambda line: len(line["html"].encode()), BYTES_LIMIT)
    return render_template(
        "about.html",
        chat=room_chat,
        names=[name._replace(value=short_name(name.value)) for name in history.names[::-1][:NAMES_LIMIT]],
        older_names=max(0, len(history.names) - NAMES_LIMIT),
        descriptions=descriptions,
        count=len(history.descriptions),
        is_first=upto == len(history.descriptions),
        older=descriptions[-1]["number"] - 1 if descriptions else 0,
    )


def _description(value: PastValue, number: int, references: References) -> Row:
    html = Markup(message_body.html(parse(value.value), references))  # noqa: S704 - `render` escapes everything of untrusted text
    return {"number": number, "value": value, "html": html}
