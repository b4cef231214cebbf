"""Builds the pages of one archive, a Flask application behind its access gate, and the environment of its templates.

Sentences that the command line shares name commands; on a page each gets the way to do the same by clicking.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from gettext import gettext as _
from importlib.resources import files as package_files
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, current_app, g, render_template, request, url_for
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from archiver import errors
from archiver.errors import ArchiverError
from archiver.render import times
from archiver.render.invisible_characters import visible, visible_line
from archiver.render.times import age_words, day_words, moment_words
from archiver.report_language import of_other_side, report_language
from archiver.store.queries.contracts import contracts
from archiver.store.queries.looks_and_gaps import last_read
from archiver.store.queries.people import same_named
from archiver.store.working.remembered_values import LAST_SYNC, PRACTICE
from archiver.web.access import AccessGate, guard
from archiver.web.context import EXTENSION, Chat, ViewContext, view_context
from archiver.web.talk import calendar, conversation, files, message, people, search_pane, tasks
from archiver.web.talk.text_diff import difference, mark_side
from archiver.wording import N_

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

overview_pages = Blueprint("overview", __name__)


@overview_pages.get("/")
def index() -> str:
    """The first page of the read-only viewer: how things stand, and the jobs."""
    context = view_context()
    with context.reading() as reading:
        document = context.home_document(reading, context.status(reading))
    return render_template("home.html", home=document, job=None, closed=None)


PAGES = (
    overview_pages,
    search_pane.pages,
    conversation.pages,
    message.pages,
    conversation.chosen_pages,
    files.pages,
    people.pages,
    files.picture_pages,
    tasks.pages,
    calendar.pages,
    people.about_pages,
)


CHAT_LINES = (
    (N_("Files"), "files.room"),
    (N_("Tasks"), "tasks.room"),
    (N_("People"), "people.room"),
    (N_("Calendar"), "calendar.room"),
    (N_("About the chat"), "about.room"),
    (N_("See this chat as PDF or HTML"), "printed.index"),
)
"""Pages that the menu of a chat leads to, where this application has them: word and endpoint."""


def chat_links(chat: Chat) -> list[tuple[str, str]]:
    """Word and address of each page about a chat, and where pages write of its jobs."""
    known = current_app.view_functions
    pages = [(_(word), url_for(endpoint, room=chat.room_id)) for word, endpoint in CHAT_LINES if endpoint in known]
    jobs = chat.contracts if "contracts.contract" in known else ()
    return pages + [(one.called, url_for("contracts.contract", name=one.id)) for one in jobs]


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
    fill_environment(app.jinja_env, context)
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


KILO = 1000


def fill_environment(environment: Environment, context: ViewContext) -> None:
    """Fill Flask's template environment; unknown names are errors, and tags leave no empty lines."""
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    domain = gettext.textdomain()
    words = gettext.translation(domain, gettext.bindtextdomain(domain), fallback=True)  # not looked for at each word
    environment.globals.update(
        _=lambda text: of_other_side(words.gettext(text)),
        ngettext=words.ngettext,
        language=context.language,
        space="" if context.language == "ja" else " ",  # between two sentences
        record_language=context.record_language,
        navigation=navigation,
        is_writing=False,
        frame_facts=lambda: frame_facts(context),
        same_named=lambda: same_named_accounts(context),
        chat_links=chat_links,
        is_here=lambda endpoint: (endpoint == "chats.index") == (request.blueprint not in {"overview", None}),
    )
    filters: dict[str, Callable[..., str]] = {
        "stamp": times.local_time,
        "clock": times.clock_words,
        "day": times.day_text,
        "beside": lambda before, after, *, later: mark_side(difference(before, after), later=later),
        "when": lambda at: moment_words(at, context.now()),
        "on": lambda day: day_words(day, context.now()),
        "date": times.iso_date,
        "machine": times.iso_time,
        "number": lambda number: f"{number:,}",
        "size": size_text,
        "visible": visible,
        "one_line": visible_line,
        "pieces": pieces,
    }
    environment.filters.update(filters)


def frame_facts(context: ViewContext) -> dict[str, object]:
    """What stands in the rail: whether it is the demo's archive, and how old the last save is, if it can be read."""
    with suppress(ArchiverError), context.reading() as reading:
        last, is_practice = LAST_SYNC.recall(reading), PRACTICE.recall(reading) is not None
        if last is None:
            return {"is_practice": is_practice, "saved": None}
        now, read = context.now(), last_read(reading, contracts(reading))
        return {
            "is_practice": is_practice,
            "saved": read,
            "age": age_words(now - read) if read else "",
            "is_shut": read != last.at,
            "is_stopped": not is_practice and now - last.at > context.patience(reading),
        }
    return {"is_practice": False, "saved": None}


def same_named_accounts(context: ViewContext) -> frozenset[int]:
    """The accounts whose names stand with their ids, for the current request."""
    if "same_named" not in g:
        g.same_named = frozenset()
        with suppress(ArchiverError), context.reading() as reading:
            g.same_named = same_named(reading)
    accounts: frozenset[int] = g.same_named
    return accounts


def navigation() -> list[tuple[str, str, str]]:
    """Word, endpoint and sign of each entry of the rail."""
    return [
        (gettext.gettext("Home"), "overview.index", "home"),
        (gettext.gettext("Conversations"), "chats.index", "chat"),
    ]


def pieces(sentence: str) -> Markup:
    """A terminal line as HTML: its parts, separated by two or more spaces, with commands marked up."""
    parts = (part for part in re.split(r" {2,}", sentence) if part)
    code, piece = Markup("<code>{}</code>"), Markup('<span class="piece">{}</span>')
    return Markup(" ").join((code if part.startswith("archive ") else piece).format(part) for part in parts)


def size_text(number: int) -> str:
    """A number of bytes as `1.2GB`, `340.0MB` or `12KB`; decimal units, as in the settings."""
    if number < KILO:
        return f"{number}B"
    for unit, factor in (("GB", KILO**3), ("MB", KILO**2)):
        if number >= factor:
            return f"{number / factor:.1f}{unit}"
    return f"{round(number / KILO)}KB"


_PAGES: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "init": ("start.index", N_("Go on with setting up"), {}),
    "save": ("home.index", N_("Save now"), {}),
    "status": ("home.index", N_("Home"), {}),
    "app": ("home.index", N_("Home"), {}),
    "search": ("chats.index", N_("Search"), {}),
    "search --chat": ("chats.index", N_("Search"), {}),
    "export": ("packages.index", N_("Make an export"), {}),
    "verify": ("settings.index", N_("Settings"), {"_anchor": "records"}),
    "verify --quotes": ("quotations.index", N_("Check quotations"), {}),
    "seal": ("settings.index", N_("Settings"), {"_anchor": "records"}),
    "save --all": ("emergency.index", N_("Help now"), {}),
    "save FILE": ("emergency.index", N_("Bring in older messages"), {"change": "older"}),
    "job": ("contracts.index", N_("Jobs"), {}),
    "erase": ("contracts.index", N_("Jobs"), {}),
    "backup": ("copies.index", N_("Backups"), {}),
    "init token": ("settings.index", N_("Settings"), {}),
    "init schedule": ("settings.index", N_("Automatic saving"), {"change": "automatic"}),
    "daemon": ("settings.index", N_("Automatic saving"), {"change": "automatic"}),
    "status --full": ("settings.index", N_("Settings"), {}),
    "init alerts": ("notice_settings.index", N_("Alerts"), {}),
    "status --alerts": ("notice_settings.index", N_("Alerts"), {"_anchor": "told"}),
    "guide": ("help.index", N_("Help"), {}),
    "mcp": ("assistants.index", N_("Assistant"), {}),
}
"""Command → the page that does the same, what the link says, and where on that page the form stands."""

_PROGRAM = r"(?:& )?(?:[\"']?(?:[A-Z]:)?[/\\](?:[^\"'\n]{0,300}[/\\])?)?archive(?:\.exe)?[\"']?"
"""The program's name, or the path of the file that was started, as a terminal takes it."""
_HOME = rf"{_PROGRAM} (?:--home (?:\"[^\"]*\"|'[^']*'|\S+) )?"
_ARGUMENT = r"(?: (?:[A-Z]{0,3}[ァ-ヶー一-龠]{1,8}(?= [-a-z]|$|\))|[!-'*-~]+))*"
_COMMAND = re.compile(rf"(?<![\w/]){_HOME}({'|'.join(sorted(_PAGES, key=len, reverse=True))})\b{_ARGUMENT}")
"""A command with its words in ASCII; a word in Japanese is a placeholder before an option, another word or nothing."""


def linked_pieces(sentence: str) -> Markup:
    """A sentence as HTML: each command in it that a page can do becomes a link to that page."""
    parts = [part for part in re.split(r" {2,}", sentence) if part]
    html = (_said_once(*pair) or linked(pair[0]) for pair in _with_words(parts))
    return Markup(" ").join(Markup('<span class="piece">{}</span>').format(one) for one in html)


def _with_words(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Each part with the next one where that says in words what the part's command does; else with nothing."""
    is_taken = False
    for part, following in zip_longest(parts, parts[1:], fillvalue=""):
        if is_taken:
            is_taken = False
            continue
        is_taken = bool(following) and bool(_said_once(part, following))
        yield part, following if is_taken else ""


def _said_once(command: str, words: str) -> Markup:
    """The words as the link, where they begin with those of the command's own link; else nothing."""
    found = _COMMAND.fullmatch(command)
    link = _link(found) if found and words else None
    if link is None or link[0] == request.path or not words.casefold().startswith(link[1].casefold()):
        return Markup("")
    return Markup('<a class="do" href="{}">{}</a>').format(link[0], words)


def linked(part: str) -> Markup:
    """The same of a text whose spaces stay as they are."""
    html, end = Markup(""), 0
    for found in _COMMAND.finditer(part):
        html += escape(part[end : found.start()]) + _html(found)
        end = found.end()
    return html + escape(part[end:])


def _html(found: re.Match[str]) -> Markup:
    """The link of a command; on the page where it would lead, the name of the button, or that it is this page."""
    link = _link(found)
    if link is None:
        return escape(found[0])
    if link[0] != request.path:
        return Markup('<a class="do" href="{}">{}</a>').format(*link)
    return escape(_("“{button}”").format(button=link[1]) if found[1] == "save" else _("this page"))


def page_links(text: str) -> list[tuple[str, str]]:
    """Address and words of each page that does what a command of this text does, each once."""
    links = (_link(found) for found in _COMMAND.finditer(text))
    return list(dict.fromkeys(link for link in links if link is not None))


def _link(found: re.Match[str]) -> tuple[str, str] | None:
    command, room = "save FILE" if found[0].endswith(" save ファイル") else found[1], re.search(r" ([0-9]+)", found[0])
    if command == "search --chat" and room is not None:
        return url_for("conversation.room", room=int(room[1][:18]), _anchor="newest"), _("Conversation")
    endpoint, words, place = _PAGES[command]
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **place), _(words)
