"""The command `app`: pages in this computer's own browser, for everything or to read only, until it is ended."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from html import escape
from pathlib import Path
from typing import Any

import click

from archiver import errors
from archiver.app import utc_now
from archiver.cli.context import CliContext, command_line, command_words, complete_own_text
from archiver.cli.language_and_help import current_language
from archiver.cli.output import echo
from archiver.health.rooms_and_runs import round_interval
from archiver.health.snapshot import known_time
from archiver.setup import menu_entry
from archiver.setup.menu_entry import has_desktop
from archiver.standing.home_document import home_document
from archiver.standing.waiting_state import note_state
from archiver.store.archive import Archive, Reading
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.status import RememberedStatus, Status
from archiver.store.search import index
from archiver.web import console as application
from archiver.web.console import is_left_alone
from archiver.web.context import ViewContext
from archiver.web.server import (
    LOOPBACK,
    bind_port,
    instance_file,
    last_entry,
    running_address,
    serve_pages,
    write_address,
)
from archiver.wording import Completion, own_completion

LOOK_SECONDS = 5.0
"""Seconds between two looks whether the application is still used."""

GRACE_SECONDS = 30.0
"""Seconds that a job gets at the end to stop between two steps."""

ENTRY_SECONDS = 60.0
"""Seconds for which the page that opens a running application is kept for the browser."""


def open_app(
    obj: CliContext, port: int | None, no_browser: bool, read_only: bool, icon: bool | None, at_login: bool | None
) -> None:
    """Serve the pages until a signal, the button, or 20 minutes without use; a second call opens the first one's."""
    if at_login is not None:
        echo(menu_entry.begin_waiting(obj, note_state) if at_login else menu_entry.end_waiting(obj))
    if icon is not None:
        for path in menu_entry.place(obj.home) if icon else menu_entry.remove(obj.home):
            echo(_("Put there: {path}") if icon else _("Taken away: {path}"), path=path)
    if (at_login, icon) != (None, None):
        return None
    if read_only:
        return _serve_read_only(obj, port or 0, no_browser=no_browser)
    file = instance_file(obj.home)
    address = running_address(file)
    if address is None:
        return _serve(obj, file, port or 0, no_browser=no_browser)
    echo(_("It runs already; this opens it."), err=True)
    if port or click.get_current_context().find_root().params.get("lang"):
        echo(_("It keeps its language and its port until it is ended."), err=True)
    with entry_page(address) as page:
        if _open(obj, page, address, no_browser=no_browser):
            threading.Event().wait(ENTRY_SECONDS)  # the page stays for as long as a browser may need to start
    return None


def _serve(obj: CliContext, file: Path, port: int, *, no_browser: bool) -> None:
    if Archive(obj.home).exists():
        with contextlib.suppress(errors.StorageError, errors.NewerArchive):  # a page says it, to somebody who clicks
            index.make_current(Archive(obj.home))
    view = build_view_context(obj, are_settings_needed=False)
    context = application.build_context(obj.home, obj.environ)
    pages = application.pages(context)
    last, cookie = last_entry(file)
    if last and not port:
        try:
            with bind_port(LOOPBACK, last):
                port = last
        except errors.PortTaken:
            cookie = ""  # a browser may have sent it to whoever has the port now
            echo(_("Another program has the port {port}, so the pages have a new address now."), err=True, port=last)
    with (
        stop_on_signals(context.ended),
        serve_pages(
            view, port=port, more=pages, on_change=lambda gate: write_address(file, gate), cookie=cookie
        ) as gate,
        entry_page(gate.address) as page,
    ):
        write_address(file, gate)
        _open(obj, page, gate.address, no_browser=no_browser)
        echo(_("It ends when it is not used; Ctrl-C ends it at once."), err=True)
        while not context.ended.wait(LOOK_SECONDS) and not is_left_alone(context):
            pass
        context.state_typed()
        context.jobs.leave(GRACE_SECONDS)


def _serve_read_only(obj: CliContext, port: int, *, no_browser: bool) -> None:
    """Serve the pages until a signal; no token, no network. The search index is rebuilt if that is due and possible."""
    index.make_current(Archive(obj.home))
    context = build_view_context(obj)
    with context.reading():  # an archive that cannot be read fails here, and not in the browser
        pass
    ended = threading.Event()
    with stop_on_signals(ended), serve_pages(context, port=port) as gate, entry_page(gate.address) as page:
        _open(obj, page, gate.address, no_browser=no_browser)
        echo(_("The pages stay until you press Ctrl-C. Looking changes nothing."), err=True)
        ended.wait()


def _open(obj: CliContext, page: Path, address: str, *, no_browser: bool) -> bool:
    """Open the browser, or say the address; return whether the browser was opened."""
    has_screen = has_desktop(obj.environ) or bool(obj.environ.get("BROWSER"))  # a text browser would take the terminal
    is_opened = not no_browser and has_screen and webbrowser.open(page.as_uri())
    if is_opened:
        echo(_("A page opens in your browser. If not, open this address; it works once:"), err=True)
    else:
        echo(_("Open this address in the browser of this computer; it works once:"), err=True)
    echo(address)
    return is_opened


def build_view_context(obj: CliContext, *, are_settings_needed: bool = True) -> ViewContext:
    """The context of the archive that this command was called for.

    Raises BadSettings, but not where the settings are read later: the application has a page for settings that cannot
    be read.
    """
    remembered = RememberedStatus()
    program = command_words(obj.home)
    completion = Completion(complete_own_text, command_line(program)) if program != ("archive",) else None
    if are_settings_needed:
        obj.settings()

    def authorities() -> list[str]:
        return [one.name for one in obj.settings().timestamp.authorities]

    def document(reading: Reading, status: Status) -> Mapping[str, Any]:
        with own_completion(completion):  # the thread of a page has none
            return home_document(reading, status, obj.settings(), obj.environ, known_time(reading, utc_now()))

    return ViewContext(
        home=obj.home,
        now=utc_now,
        status=lambda reading: remembered.status(reading, authorities=authorities()),
        home_document=document,
        patience=lambda reading: 3 * round_interval(len(rooms_to_read(reading, utc_now())), obj.settings()),
        command=program,
        language=current_language(),
        record_language=current_language(),
    )


@contextlib.contextmanager
def stop_on_signals(ended: threading.Event) -> Iterator[None]:
    """Set the event at Ctrl-C or a signal to stop, so that the command ends without an error."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), lambda *_args: ended.set()) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def entry_page(address: str) -> Iterator[Path]:
    """A file that redirects to the address, readable by this user alone, since every user can see command lines."""
    with tempfile.TemporaryDirectory(prefix="archive-view-") as folder:  # made with mode 0700
        page = Path(folder) / "open.html"
        page.write_text(_redirect_html(address), encoding="utf-8")
        yield page


def _redirect_html(address: str) -> str:
    link = escape(address)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={link}"><title>Chatwork archive</title><a href="{link}">OK</a>'
    )
