"""The address that searches had: it leads to the same search in 会話."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from archiver.store.search.query import HAS

pages = Blueprint("search", __name__)

_OPERATORS = {"room": "room", "author": "from", "from": "after", "to": "before"}


@pages.get("/search")
def index() -> Response:
    """The fields of the address as words of a search."""
    args = request.args
    given = [(operator, args.get(name, "").strip()) for name, operator in _OPERATORS.items()]
    words = [args.get("q", "").strip(), *(f'{operator}:"{value}"' for operator, value in given if value)]
    words += [f"has:{name}" for name in HAS if args.get(name)]
    return redirect(url_for("chats.index", q=" ".join(filter(None, words)) or None, older=args.get("older")))
