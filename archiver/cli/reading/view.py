"""`view`: read-only pages of the archive in this computer's own browser, until Ctrl-C."""

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
        "The pages come from this computer alone and only show; end it with Ctrl-C."
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
    """Needs no token and no network; makes the search index anew if that is due and the archive can be written."""
    from archiver.cli.reading.view_context import desk_of
    from archiver.store.archive import Archive
    from archiver.store.search import index
    from archiver.web.server import serving

    index.make_current(Archive(obj.home))
    desk = desk_of(obj)
    with desk.reading():  # what cannot be read is said here, and not in the browser
        pass
    ended = threading.Event()
    with _stopped_by_signals(ended), serving(desk, port=port or 0) as gate, _doorstep(gate) as doorstep:
        opened = not no_browser and _has_screen(obj) and webbrowser.open(doorstep.as_uri())
        if opened:
            click.echo(_("A page opens in your browser. If not, open this address; it works once:"), err=True)
        else:
            click.echo(_("Open this address in the browser of this computer; it works once:"), err=True)
        click.echo(gate.address)
        click.echo(_("The pages are there until you press Ctrl-C. Looking changes nothing."), err=True)
        ended.wait()
    return 0


@contextlib.contextmanager
def _stopped_by_signals(ended: threading.Event) -> Iterator[None]:
    """Ctrl-C and the wish of the system to stop end it as a user expects: without a complaint."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), lambda *_args: ended.set()) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextlib.contextmanager
def _doorstep(gate: AccessGate) -> Iterator[Path]:
    """A page that leads to the address, for the user alone: what stands on a command line is for every user to see."""
    with tempfile.TemporaryDirectory(prefix="archive-view-") as folder:  # made with mode 0700
        page = Path(folder) / "open.html"
        page.write_text(_leading_to(gate.address), encoding="utf-8")
        yield page


def _has_screen(obj: CliContext) -> bool:
    """Whether there is a desktop to open a browser on; a browser for terminals would take this one away."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(obj.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _leading_to(address: str) -> str:
    shown = escape(address)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={shown}"><title>Chatwork archive</title><a href="{shown}">OK</a>'
    )
