"""Opens this computer's browser at an address that works once, and waits for the signal to stop."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path


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


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether there is a desktop for a browser; a text browser would take over this terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _redirect_html(address: str) -> str:
    link = escape(address)
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={link}"><title>Chatwork archive</title><a href="{link}">OK</a>'
    )
