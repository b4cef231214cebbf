"""ホーム of the read-only viewer: how things stand, and the jobs."""

from __future__ import annotations

from flask import Blueprint, render_template

from archiver.web.context import view_context

pages = Blueprint("overview", __name__)


@pages.get("/")
def index() -> str:
    """The first page."""
    context = view_context()
    with context.reading() as reading:
        document = context.home_document(reading, context.status(reading))
    return render_template("home.html", home=document, job=None, closed=None)
