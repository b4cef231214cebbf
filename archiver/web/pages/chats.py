"""会話: every chat under its job, the one with the last message first, and the box that searches all of them."""

from __future__ import annotations

from flask import Blueprint, render_template

from archiver.web.context import view_context

pages = Blueprint("chats", __name__)


@pages.get("/conversations")
def index() -> str:
    """The chats of every job; those that were ended come last."""
    context = view_context()
    with context.reading() as reading:
        status = context.status(reading)
    jobs = [(job, [room for room in status.rooms if job.id in room.contracts]) for job in status.contracts]
    return render_template("chats.html", jobs=sorted(jobs, key=lambda one: one[0].state != "open"))
