"""会話 without an open chat: every chat under its job, the one with the last message first."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver.store.search.query import HAS
from archiver.web.chat_list import chat_list
from archiver.web.context import view_context

pages = Blueprint("chats", __name__)

_OPERATORS = {"room": "room", "author": "from", "from": "after", "to": "before"}


@pages.get("/conversations")
def index() -> str:
    """The chats of every job; those that were ended come last."""
    with view_context().reading() as reading:
        return render_template("conversations.html", list=chat_list(reading), chat=None)


@pages.get("/search")
def search() -> Response:
    """The address that searches had: its fields as words of the same search."""
    args = request.args
    given = [(operator, args.get(name, "").strip()) for name, operator in _OPERATORS.items()]
    words = [args.get("q", "").strip(), *(f'{operator}:"{value}"' for operator, value in given if value)]
    words += [f"has:{name}" for name in HAS if args.get(name)]
    return redirect(url_for("chats.index", q=" ".join(filter(None, words)) or None, older=args.get("older")))
