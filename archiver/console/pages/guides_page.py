"""ヘルプ: the guides for users, inside the program and searchable."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for

from archiver.console.command_links import page_links
from archiver.console.guides import ENGLISH, find_guide, guide_html, guides

pages = Blueprint("help", __name__, url_prefix="/help")


@pages.get("")
def index() -> str:
    """The guides, or those that have the words that are looked for."""
    words = request.args.get("q", "")[:200]
    return render_template("help.html", guides=guides(words), words=words)


@pages.get("/<topic>")
def topic(topic: str) -> str:
    """One guide."""
    guide = find_guide(topic)
    if guide is None:
        abort(404)
    html = guide_html(guide, lambda name: url_for("help.topic", topic=name), page_links)
    return render_template("guide.html", guide=guide, html=html, english=ENGLISH)
