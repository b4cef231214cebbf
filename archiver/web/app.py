"""Builds the pages of one archive: a Flask application behind its access gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from gettext import gettext as _
from importlib.resources import files as package_files
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, render_template
from werkzeug.exceptions import HTTPException

from archiver import errors
from archiver.report_language import report_language
from archiver.web import template_env
from archiver.web.access import AccessGate, guard
from archiver.web.context import EXTENSION, ViewContext
from archiver.web.home import overview
from archiver.web.talk import calendar, conversation, files, message, people, pictures, search_pane, selection, tasks

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PAGES = (
    overview.pages,
    search_pane.pages,
    conversation.pages,
    message.pages,
    selection.pages,
    files.pages,
    people.pages,
    pictures.pages,
    tasks.pages,
    calendar.pages,
    people.about_pages,
)


TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Types of what pages load. They are stated here, since the table of Windows may call a script plain text."""

GATE = "gate"
"""The key of the gate among Flask's extensions."""


def build_app(context: ViewContext, gate: AccessGate, more: Sequence[Blueprint] = ()) -> Flask:
    """The application; nothing is read before the first request. `more` are the pages that write."""

    def put_gate(app: Flask) -> None:
        app.extensions[GATE] = gate
        guard(app, gate)

    return build_pages(context, put_gate, more)


def build_pages(context: ViewContext, put_gate: Callable[[Flask], None], more: Sequence[Blueprint] = ()) -> Flask:
    """The same behind another gate, which `put_gate` puts before every route."""
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = context
    template_env.fill_environment(app.jinja_env, context)
    put_gate(app)
    for pages in (*PAGES, *more):
        app.register_blueprint(pages)
    app.add_url_rule("/static/<filename>", "static", _static_file)
    app.register_error_handler(errors.ArchiverError, _error_page)
    app.register_error_handler(HTTPException, _http_error_page)
    pages_in = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with report_language(context.record_language):
            return pages_in(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]
    return app


def _static_file(filename: str) -> Response:
    """A file of the folder `static`; only names that lie there are looked up."""
    found = {one.name: one for one in package_files("archiver.web").joinpath("static").iterdir()}
    kind = TYPES.get("." + filename.rpartition(".")[2])
    if filename not in found or kind is None:
        abort(404)
    return Response(found[filename].read_bytes(), mimetype=kind)


def _error_page(error: errors.ArchiverError) -> tuple[str, int]:
    """The page for an error of the archiver: 404 for a wrong address, 503 for everything else."""
    status = 404 if isinstance(error, errors.UsageError) else 503
    if isinstance(error, errors.NoArchive):
        # It existed when the viewer started, so the advice to create one would be wrong.
        sentence = _("The archive is no longer where it was when the viewer was started.")
        advice = _(
            "End the viewer (Ctrl-C), and start it where the archive is now: archive --home FOLDER app --read-only"
        )
        return render_template("error.html", sentence=sentence, advice=advice), status
    return render_template("error.html", sentence=str(error), advice=error.advice()), status


def _http_error_page(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    sentence = _("There is no such page.") if status == 404 else _("This page could not be shown.")
    return render_template("error.html", sentence=sentence, advice=""), status
