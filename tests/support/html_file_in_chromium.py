"""Opens HTML files in headless Chromium: the resulting elements, and the requests that the page made."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NEEDED = pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium (Debian: chromium)")

_ITS_OWN = re.compile(r"\b(?:google|googleapis|gvt1)\.com[:/]")
"""Hosts that Chromium itself asks, whatever page is open."""

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--no-pings",
    "--disable-features=OptimizationHints,Translate,MediaRouter",
)


@contextmanager
def recording_proxy() -> Iterator[tuple[int, list[str]]]:
    """A proxy on loopback that refuses everything: its port, and the requests of the page."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _note(self) -> None:
            if not _ITS_OWN.search(self.requestline):
                requests.append(self.requestline)
            self.send_error(502)

        do_GET = do_POST = do_HEAD = do_CONNECT = _note  # noqa: N815 - the names of the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def rendered_page(page: Path, profile: Path, *, asking: str = "", port: int | None = None, seconds: int = 30) -> str:
    """The page's elements after its scripts have run; `asking` is what follows `#`.

    With `port` every request to any host, this one included, goes there.
    """
    proxy = [] if port is None else [f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>"]
    command = ["chromium", *_FLAGS, *proxy, f"--user-data-dir={profile}", f"--virtual-time-budget={seconds * 1000}"]
    address = page.absolute().as_uri() + (f"#{asking}" if asking else "")
    done = subprocess.run([*command, "--dump-dom", address], capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def printed_page(page: Path, profile: Path) -> bytes:
    """The page as Chromium prints it into a PDF."""
    target = profile.with_suffix(".pdf")
    command = ["chromium", *_FLAGS, f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
    subprocess.run([*command, page.absolute().as_uri()], capture_output=True, timeout=120, check=True)
    return target.read_bytes()
