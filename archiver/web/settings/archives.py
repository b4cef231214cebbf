"""Every archive of this user on this computer: how each one stands, a search over all, and the way to each of them.

Each archive has an application of its own, with its own gate, key and jobs; this page only reads the others.
"""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.settings.file import load_settings
from archiver.settings.other_archives import known_homes, state_folder
from archiver.standing.home_document import last_failure, observe_standing, saving_words
from archiver.store.archive import Archive, Reading
from archiver.store.queries.current_state import owner
from archiver.store.search import index
from archiver.store.search.query import SearchQuery, parse
from archiver.store.search.search import search
from archiver.web.console_context import ConsoleContext, console_context
from archiver.web.server import instance_file, running_address, start_application
from archiver.web.talk.message_links import message_line
from archiver.web.trouble_words import trouble_words

pages = Blueprint("archives", __name__, url_prefix="/archives")

HITS = 20
"""Messages of each archive that are shown; its own application shows all."""


@pages.get("")
def overview(refused: str = "") -> str:
    """Every known archive, with what was searched for."""
    context, words = console_context(), request.args.get("q", "").strip()
    query, problem = None, refused
    try:
        query = parse(words, now=context.now()) if words else None
    except errors.UsageError as error:
        problem = visible(str(error))
    homes = known_homes(context.home, state=state_folder())
    parts = [_part(context, home, query) for home in homes]
    return render_template("archives.html", parts=parts, words=words, problem=problem, limit=HITS)


@pages.post("/open")
def open_other() -> str | tuple[str, int]:
    """Start the application of another archive, unless it runs already; the page goes on to it by itself."""
    context = console_context()
    home = _other_home(context, request.form.get("home", ""))
    if start_application(home, context.environ):
        return render_template("archive_opened.html", home=str(home), path=visible(str(home)))
    sentence = _(
        "The application of this archive did not start: {path}. Nothing in it was changed. Press “Open this archive” "
        "again in a minute; if it still does not start, restart this computer and press it once more."
    )
    return overview(sentence.format(path=visible(str(home)))), 503


@pages.get("/go")
def go() -> Response:
    """On to the running application of another archive; back to the list if it runs no more."""
    home = _other_home(console_context(), request.args.get("home", ""))
    return redirect(running_address(instance_file(home)) or url_for("archives.overview"))


def _other_home(context: ConsoleContext, given: str) -> Path:
    """The folder of a known archive that is not this one; the text is only compared. Answers 404 for any other."""
    homes = known_homes(context.home, state=state_folder())
    found = next((home for home in homes if str(home) == given and home != context.home), None)
    return abort(404) if found is None else found


def _part(context: ConsoleContext, home: Path, query: SearchQuery | None) -> dict[str, Any]:
    """An archive as a part of the page: whose it is, how its saving stands or why it cannot be read, and its hits."""
    is_own = home == context.home
    name, lines, hits = "", list[str](), list[dict[str, Any]]()
    try:
        settings, archive = load_settings(home, context.environ), Archive(home)
        if query is not None:
            index.make_current(archive)
        with archive.reading() as reading:
            name = visible(str((owner(reading) or {}).get("name") or ""))
            situation = observe_standing(reading, settings, context.environ).situation
            parts = map(visible, saving_words(situation, failed_at=last_failure(situation)))
            lines = ["  ".join([_("Automatic saving") + ":", *parts])]
            hits = [] if query is None else _hits(reading, query)
    except errors.ArchiverError as error:
        lines = [trouble_words(error).together]
    return {"path": visible(str(home)), "name": name, "is_own": is_own, "lines": lines, "hits": hits, "home": str(home)}


def _hits(reading: Reading, query: SearchQuery) -> list[dict[str, Any]]:
    found = search(reading, query, limit=HITS, count_limit=0)
    return [message_line(one, found.rooms, words=query.words) for one in found.hits]
