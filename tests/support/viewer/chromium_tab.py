"""The viewer in a tab of real Chromium: pages, console errors, and requests to other hosts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, Response, Route, sync_playwright

from archiver.web.context import ViewContext
from archiver.web.server import serve_pages

CHROMIUM = shutil.which("chromium")
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(slots=True)
class Window:
    """A tab that has passed the access gate."""

    page: Page
    site: str
    """`http://127.0.0.1:PORT`."""
    complaints: list[str] = field(default_factory=list)
    """Errors of the console and of scripts, dialogs that opened, answers that failed."""
    outside: list[str] = field(default_factory=list)
    """Addresses elsewhere that a page asked for; none of them was reached."""

    def go(self, path: str) -> Page:
        """Open a page of the viewer."""
        self.page.goto(self.site + path)
        return self.page


@contextmanager
def open_window(view_context: ViewContext, *, scripts: bool = True, width: int = 1100) -> Iterator[Window]:
    """The viewer of an archive in a tab of its own, opened by its address."""
    with serve_pages(view_context) as gate, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, accept_downloads=True
        )
        window = Window(context.new_page(), f"http://127.0.0.1:{gate.port}")
        record_complaints(window)
        window.page.goto(gate.address)
        window.page.wait_for_url(f"{window.site}/")
        yield window
        browser.close()


def record_complaints(window: Window) -> None:
    """Keep what a tab complains of, and let it reach nothing elsewhere."""
    page = window.page

    def keep_inside(route: Route, request: Request) -> None:
        if request.url.startswith(window.site + "/"):
            route.continue_()
        else:
            window.outside.append(request.url)
            route.abort()

    def console_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            window.complaints.append(message.text)

    def dialog_opened(dialog: Dialog) -> None:
        window.complaints.append(dialog.message)
        dialog.dismiss()

    def response_came(answer: Response) -> None:
        if answer.status >= 400:
            window.complaints.append(f"{answer.status} {answer.url}")

    page.route("**/*", keep_inside)
    page.on("console", console_message)
    page.on("pageerror", lambda fault: window.complaints.append(str(fault)))
    page.on("dialog", dialog_opened)
    page.on("response", response_came)
