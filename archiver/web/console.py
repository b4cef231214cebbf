"""The console as an application: its pages, what each request passes, and when it has been left alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    got_request_exception,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from archiver import errors
from archiver.app import utc_now
from archiver.rounds.run_log import note_bug
from archiver.settings.other_archives import count_other_homes, state_folder
from archiver.setup.answers import FIELD_LIMIT, too_long_sentence
from archiver.store.user_statements import QUIET
from archiver.web import emergency, home, lost_archive, setup_pages
from archiver.web.access import AccessGate, proof
from archiver.web.app import GATE, linked, linked_pieces
from archiver.web.background_work import JobRunner, note_file
from archiver.web.console_context import CONSOLE, ConsoleContext, StreamingRequest, console_context
from archiver.web.exports import made_packages, package_making
from archiver.web.job import contracts, erasing
from archiver.web.lost_archive import ArchiveState, archive_state, dropped_sentence, lost_page
from archiver.web.server import UPLOAD_LIMIT, too_large_sentence
from archiver.web.settings import archives, copies, notice_settings, settings
from archiver.web.trouble_words import TroubleWords, trouble_words
from archiver.wording import N_

IDLE_MINUTES = 20

PAGES = (
    setup_pages.pages,
    lost_archive.pages,
    home.pages,
    archives.pages,
    package_making.pages,
    made_packages.pages,
    made_packages.printed_pages,
    made_packages.quotation_pages,
    emergency.pages,
    contracts.pages,
    contracts.adding_pages,
    erasing.pages,
    contracts.message_pages,
    copies.pages,
    settings.sealing_pages,
    settings.pages,
    lost_archive.upgrading_pages,
    notice_settings.pages,
    settings.assistant_pages,
    settings.help_pages,
    home.job_pages,
)


def build_context(home: Path, environ: Mapping[str, str]) -> ConsoleContext:
    """The context of an application for one archive, which need not exist yet."""

    def note(error: BaseException) -> Path | None:
        """Keep a fault in the home's log, if there is a home."""
        return note_bug(home, error, at=utc_now()) if home.is_dir() else None

    damage_seen = threading.Event()

    def words_of(error: errors.ArchiverError) -> TroubleWords:
        """The words of an error that ended a job; damage that it met is remembered for the pages."""
        if isinstance(error, errors.ArchiveDamaged):
            damage_seen.set()
        return trouble_words(error)

    runner = JobRunner(utc_now, note, note_file(home), words_of)
    context = ConsoleContext(home, environ, utc_now, runner, damage_seen=damage_seen)
    context.may_be_typed.set()  # an application that was killed left it so
    return context


def pages(context: ConsoleContext) -> tuple[Blueprint, ...]:
    """The blueprints that write, for `web.app.build_app`."""
    return (base_pages(context), *PAGES)


def is_left_alone(context: ConsoleContext) -> bool:
    """Whether nobody used it for long, and no job runs; called every few seconds, it also ends what was typed."""
    context.state_typed(QUIET)
    return not context.jobs.is_busy and context.activity.idle_seconds() > IDLE_MINUTES * 60


FREE = frozenset({"static", "gate_open", "help.index", "help.topic"})
"""Endpoints that need no archive."""


LISTS = frozenset({"masks", "messages", "addresses", "also_to", "document"})
"""Fields of many lines, which only `MAX_FORM_MEMORY_SIZE` bounds."""


def base_pages(context: ConsoleContext) -> Blueprint:
    """The blueprint that prepares an application for pages that write. It must be the first."""
    base = Blueprint("console", __name__)
    base.record_once(lambda state: _prepare(state, context))
    base.before_app_request(context.activity.note)
    base.before_app_request(_lead_to_first_run)
    base.before_app_request(_refuse_long_fields)
    base.before_app_request(_state_typed)
    base.app_errorhandler(CSRFError)(_form_expired)
    base.app_errorhandler(MethodNotAllowed)(_reopened)
    return base


def _prepare(state: BlueprintSetupState, context: ConsoleContext) -> None:
    """Give the application what pages that write need: its context, keys of forms and sessions, and names in pages."""
    app, gate = state.app, state.app.extensions[GATE]
    assert isinstance(gate, AccessGate)
    assert isinstance(app, Flask)
    app.extensions[CONSOLE] = context
    app.request_class = StreamingRequest
    # Forms of an open page stay good as long as its cookie does, also when the application is started anew; the
    # session's cookie is that of this port alone.
    app.config |= {
        "SECRET_KEY": proof(gate.cookie, gate.port, "forms"),
        "SESSION_COOKIE_NAME": f"archive_form_{gate.port}",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "MAX_FORM_PARTS": 2000,
    }
    CSRFProtect(app)
    app.jinja_env.globals |= {  # what every page's template may name
        "is_writing": True,
        "upload_limit": UPLOAD_LIMIT,
        "too_large_sentence": too_large_sentence,
        "navigation": navigation,
        "has_others": has_others,
        "settings_lines": SETTINGS_LINES,
        "is_here": is_here,
        "jobs": context.jobs,
        "has_archive": lambda: context.archive.exists(),
    }
    app.jinja_env.filters.update(pieces=linked_pieces, linked=linked)
    got_request_exception.connect(_note_bug, app)


# --- before each page ----------------------------------------------------------------------------


def _lead_to_first_run() -> AnyResponse | tuple[str, int] | None:
    """Another page in the place of one that needs an archive, where there is none that can be read."""
    endpoint = request.endpoint or ""
    if endpoint in FREE or endpoint.startswith(("job.", "settings.end", "lost.")):
        return None
    if endpoint == "overview.index":
        return redirect(url_for("home.index"))
    state = archive_state()
    if endpoint == "home.index" and state is ArchiveState.FIRST_RUN:
        return redirect(url_for("start.index"))
    if endpoint == "home.index" and "mark" in request.args and state is not ArchiveState.READY:
        return Response(headers={"HX-Refresh": "true"})
    if state is ArchiveState.UNREADABLE and endpoint.startswith("start."):
        return redirect(url_for("home.index"))
    return _instead_without_archive(endpoint, state)


def _state_typed() -> None:
    """Whoever opens another page or sends a form has ended typing; a page that only looks by itself says nothing."""
    is_page = request.method != "GET" or request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if is_page and request.endpoint not in FREE and "HX-Request" not in request.headers:
        console_context().state_typed()


def _refuse_long_fields() -> tuple[str, int] | None:
    if not any(len(text) > FIELD_LIMIT for name, text in request.form.items(multi=True) if name not in LISTS):
        return None
    advice = _("Go back to the page before this one and shorten it.")
    return render_template("error.html", sentence=too_long_sentence(), advice=advice), 422


def _instead_without_archive(endpoint: str, state: ArchiveState) -> AnyResponse | tuple[str, int] | None:
    """What is shown instead of a page that needs an archive; a form that was dropped is said. None: the page itself."""
    ways_back = {"copies.index", "copies.folder", "copies.restore"}
    if state not in {ArchiveState.NONE, ArchiveState.LOST} or endpoint in ways_back:
        return None
    dropped = dropped_sentence()
    if state is ArchiveState.LOST:
        if endpoint == "emergency.index":
            return None
        return (lost_page(dropped), 409) if dropped else redirect(url_for("lost.index"))
    if endpoint in {"start.index", "start.token", "start.try_token"}:
        return None
    if dropped:
        return render_template("error.html", sentence=dropped, advice=""), 409
    return redirect(url_for("start.index"))


# --- refused requests ----------------------------------------------------------------------------


def _form_expired(_error: CSRFError) -> tuple[str, int]:
    sentence = _("This page was older than the program that runs now, so nothing was done. Please open it again.")
    return render_template("error.html", sentence=sentence, advice=""), 403


def _reopened(_error: MethodNotAllowed) -> AnyResponse | tuple[str, int]:
    """The address of a form's answer, opened anew by a browser that was restored: on to the form's own page."""
    if request.method not in {"GET", "HEAD"}:
        return render_template("error.html", sentence=_("This page could not be shown."), advice=""), 405
    return redirect(_page_above(request.path))


def _note_bug(_app: Flask, exception: BaseException, **_named: object) -> None:
    """Keep a fault that ended a page, as one that ended a job; it is on no screen that anybody sees."""
    context = console_context()
    if context.home.is_dir():
        note_bug(context.home, exception, at=context.now())


def _page_above(path: str) -> str:
    """The nearest page above an address that only takes forms."""
    pages = current_app.url_map.bind("")
    while path := path.rpartition("/")[0]:
        if pages.test(path, "GET"):
            return path
    return url_for("overview.index")


_ENTRIES = {
    **dict.fromkeys(("home", "job", "lost", "start"), "home.index"),
    **dict.fromkeys(("message_use", "printed"), "chats.index"),
    "exports": "packages.index",
    "emergency": "emergency.index",
    **dict.fromkeys(("settings", "upgrading"), "settings.index"),
    "archives": "archives.overview",
}
"""Blueprint, else its folder → the entry of the rail that it stands under; all others show conversations."""

SETTINGS_LINES = ((N_("Assistant"), "assistants.index", "search"), (N_("How to use it"), "help.index", "doc"))
"""Pages that the settings lead to: word, endpoint and sign."""


def navigation() -> list[tuple[str, str, str]]:
    """Word, endpoint and sign of each entry of the rail, as the archive stands; the first run has none."""
    state = archive_state()
    if state in {ArchiveState.NONE, ArchiveState.FIRST_RUN} or request.endpoint == "start.done":
        return []
    entries = [
        (_("Home"), "home.index", "home"),
        (_("Conversations"), "chats.index", "chat"),
        (_("Exports"), "packages.index", "doc"),
        (_("Help now"), "emergency.index", "help"),
        (_("Settings"), "settings.index", "gear"),
    ]
    if state is ArchiveState.READY:
        return entries
    home, help_now, settings = entries[0], entries[3], entries[4]
    if state is ArchiveState.UNREADABLE:
        return [home, help_now, settings]
    return [(_("Home"), "lost.index", "home"), help_now, (_("Restore"), "copies.index", "drive")]


def has_others() -> bool:
    """Whether other archives of this user are known on this computer; their page is the brand's then."""
    return console_context().archive.exists() and bool(count_other_homes(console_context().home, state=state_folder()))


def is_here(endpoint: str) -> bool:
    """Whether the page that is shown belongs to an entry of the rail."""
    blueprint = "" if "change" in request.args and request.blueprint == "emergency" else request.blueprint or ""
    if endpoint in {"lost.index", "copies.index"}:
        return blueprint == endpoint.partition(".")[0]
    folder = current_app.blueprints[blueprint].import_name.split(".")[-2] if blueprint else ""
    return endpoint == (_ENTRIES.get(blueprint) or _ENTRIES.get(folder, "chats.index"))
