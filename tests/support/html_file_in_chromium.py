"""Opens HTML files in headless Chromium: the resulting elements, and the requests that the page made."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler
from tests.support.viewer.chromium_tab import FLAGS

_ITS_OWN = re.compile(r"\b(?:google|googleapis|gvt1)\.com[:/]")
"""Hosts that Chromium itself asks, whatever page is open."""

_FLAGS = (
    "--headless",
    *FLAGS,
    "--disable-default-apps",
    "--disable-extensions",
    "--no-pings",
    "--disable-features=OptimizationHints,Translate,MediaRouter",
)


class _Proxy(LoopbackReceiver):
    requests: list[str]

    def answer(self, request: QuietHandler) -> None:
        if not _ITS_OWN.search(request.requestline):
            self.requests.append(request.requestline)
        request.send_error(502)


@contextmanager
def recording_proxy() -> Iterator[tuple[int, list[str]]]:
    """A proxy on loopback that refuses everything: its port, and the requests of the page."""
    proxy = _Proxy()
    proxy.requests = []
    with proxy.listening():
        yield proxy.port, proxy.requests


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
