"""The command `view`: read-only pages of the archive in this computer's own browser, until Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from gettext import gettext as _
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.errors import N_

if TYPE_CHECKING:
    from archiver.cli.context import CliContext
    from archiver.web.access import AccessGate

FIRST_PORT = 1024


@click.command(
    "view",
    help=N_(
        "Look at what is kept in your browser: conversations with earlier and deleted texts, search, files.\n\n"
        "The pages come from this computer alone and change nothing; end it with Ctrl-C."
    ),
)
@click.option(
    "--port",
    type=click.IntRange(FIRST_PORT, 65535),
    metavar="N",
    help=N_("The port on this computer; left out: a free one."),
)
@click.option("--no-browser", is_flag=True, help=N_("Open no browser; only print the address."))
@click.pass_obj
def command_view(obj: CliContext, port: int | None, no_browser: bool) -> int:
    """Serve the pages until a signal; no token, no network. The search index is rebuilt if that is due and possible."""
    from archiver.cli.reading.view_context import build_view_context
    from archiver.store.archive import Archive
    from archiver.store.search import index
    from archiver.web.server import serve_pages

    index.make_current(Archive(obj.home))
    context = build_view_context(obj)
    with context.reading():  # an archive that cannot be read fails here, and not in the browser
        pass
    ended = threading.Event()
    with _stop_on_signals(ended), serve_pages(context, port=port or 0) as gate, _entry_page(gate) as page:
        is_opened = not no_browser and _has_screen(obj) and webbrowser.open(page.as_uri())
        if is_opened:
            click.echo(_("A page opens in your browser. If not, open this address; it works once:"), err=True)
        else:
            click.echo(_("Open this address in the browser of this computer; it works once:"), err=True)
        click.echo(gate.address)
        click.echo(_("The pages stay until you press Ctrl-C. Looking changes nothing."), err=True)
        ended.wait()
    return 0


@contextlib.contextmanager
def _stop_on_signals(ended: threading.Event) -> Iterator[None]:
    """Set the event at Ctrl-C or a signal to stop, so that the command ends without an error."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), lambda *_args: ended.set()) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def _entry_page(gate: AccessGate) -> Iterator[Path]:
    """A file that redirects to the address, readable by this user alone, since every user can see command lines."""
    with tempfile.TemporaryDirectory(prefix="archive-view-") as folder:  # made with mode 0700
        page = Path(folder) / "open.html"
        page.write_text(_redirect_html(gate.address), encoding="utf-8")
        yield page


def _has_screen(obj: CliContext) -> bool:
    """Whether there is a desktop for a browser; a text browser would take over this terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(obj.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _redirect_html(address: str) -> str:
    link = escape(address)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={link}"><title>Chatwork archive</title><a href="{link}">OK</a>'
    )
