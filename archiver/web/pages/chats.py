"""会話 without an open chat: every chat under its job, the one with the last message first."""

from __future__ import annotations

from flask import Blueprint, render_template

from archiver.web.chat_list import chat_list
from archiver.web.context import view_context

pages = Blueprint("chats", __name__)


@pages.get("/conversations")
def index() -> str:
    """The chats of every job; those that were ended come last."""
    with view_context().reading() as reading:
        return render_template("conversations.html", list=chat_list(reading), chat=None)
