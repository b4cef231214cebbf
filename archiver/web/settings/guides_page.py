"""ヘルプ: the guides for users, inside the program and searchable."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for

from archiver.web.command_links import page_links
from archiver.web.context import view_context
from archiver.web.settings.guides import find_guide, guide_html, guides

pages = Blueprint("help", __name__, url_prefix="/help")


@pages.get("")
def index() -> str:
    """The guides, or those that have the words that are looked for."""
    words = request.args.get("q", "")[:200]
    return render_template("help.html", guides=guides(view_context().language, words), words=words)


@pages.get("/<topic>")
def topic(topic: str) -> str:
    """One guide, in the language of the pages or in the one that a guide's link names."""
    guide = find_guide(topic, request.args.get("lang", view_context().language))
    if guide is None:
        abort(404)
    html = guide_html(guide, lambda name, lang: url_for("help.topic", topic=name, lang=lang or None), page_links)
    return render_template("guide.html", guide=guide, html=html)
