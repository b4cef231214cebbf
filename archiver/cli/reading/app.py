"""The command `app`: pages in this computer's own browser, for everything or to read only, until it is ended."""

from __future__ import annotations

import contextlib
import threading
import webbrowser
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.reading.view_context import build_view_context, entry_page, has_screen, stop_on_signals
from archiver.cli.terminal.output import echo
from archiver.setup import at_login as waiting
from archiver.setup import menu_entry
from archiver.standing.waiting_state import note_state
from archiver.store.archive import Archive
from archiver.store.search import index
from archiver.web import console as application
from archiver.web.console import is_left_alone
from archiver.web.server import (
    LOOPBACK,
    bind_port,
    instance_file,
    last_entry,
    running_address,
    serve_pages,
    write_address,
)

LOOK_SECONDS = 5.0
"""Seconds between two looks whether the application is still used."""

GRACE_SECONDS = 30.0
"""Seconds that a job gets at the end to stop between two steps."""

ENTRY_SECONDS = 60.0
"""Seconds for which the page that opens a running application is kept for the browser."""


def open_app(
    obj: CliContext, port: int | None, no_browser: bool, read_only: bool, icon: bool | None, at_login: bool | None
) -> int:
    """Serve the pages until a signal, the button, or 20 minutes without use; a second call opens the first one's."""
    if at_login is not None:
        echo(waiting.turn_on(obj, note_state) if at_login else waiting.turn_off(obj))
        return 0
    if icon is not None:
        return _change_icon(obj, is_wanted=icon)
    if read_only:
        return _serve_read_only(obj, port or 0, no_browser=no_browser)
    file = instance_file(obj.home)
    address = running_address(file)
    if address is None:
        return _serve(obj, file, port or 0, no_browser=no_browser)
    echo(_("It runs already; this opens it."), err=True)
    with entry_page(address) as page:
        if _open(obj, page, address, no_browser=no_browser):
            threading.Event().wait(ENTRY_SECONDS)  # the page stays for as long as a browser may need to start
    return 0


def _change_icon(obj: CliContext, *, is_wanted: bool) -> int:
    """Put the application into the menu and on the desktop, or take it away there."""
    for path in menu_entry.place(obj.home) if is_wanted else menu_entry.remove(obj.home):
        echo(_("Put there: {path}") if is_wanted else _("Taken away: {path}"), path=path)
    return 0


def _serve(obj: CliContext, file: Path, port: int, *, no_browser: bool) -> int:
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
    return 0


def _serve_read_only(obj: CliContext, port: int, *, no_browser: bool) -> int:
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
    return 0


def _open(obj: CliContext, page: Path, address: str, *, no_browser: bool) -> bool:
    """Open the browser, or say the address; return whether the browser was opened."""
    is_opened = not no_browser and has_screen(obj.environ) and webbrowser.open(page.as_uri())
    if is_opened:
        echo(_("A page opens in your browser. If not, open this address; it works once:"), err=True)
    else:
        echo(_("Open this address in the browser of this computer; it works once:"), err=True)
    echo(address)
    return is_opened
