"""The application over an archive that need not exist yet, for Flask's test client and for a tab of Chromium."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.test import TestResponse

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.records import ContractRoom, RoomId
from archiver.web import console as application
from archiver.web.access import AccessGate
from archiver.web.app import build_app
from archiver.web.background_work import Job, JobOutcome
from archiver.web.console_context import ConsoleContext
from archiver.web.server import serve_pages
from tests.support.archives.maker import ROOM, message_object, story
from tests.support.viewer.chromium_tab import CHROMIUM, FLAGS, Window, record_complaints

PORT = 8766
SITE = f"http://127.0.0.1:{PORT}"
OWN = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form of our own."""
NO_TOKEN = "0" * 32
"""Has the form of a token; nobody looks at it where Chatwork cannot be reached."""
T = TypeVar("T")


def offline(home: Path, **more: str) -> dict[str, str]:
    """A computer of its own that reaches no Chatwork and finds no program."""
    return {"HOME": str(home.parent), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "PATH": "", **more}


class FormBrowser:
    """Gets pages and sends their forms, as a browser that has passed the access gate."""

    def __init__(self, client: FlaskClient, gate: AccessGate, context: ConsoleContext) -> None:
        self.client, self.gate, self.context = client, gate, context
        self._token = ""

    def let_in(self) -> None:
        """Pass the gate with its present key."""
        self._token = ""
        assert self.client.get("/open", query_string={"key": self.gate.key}, base_url=SITE).status_code == 200

    def get(self, path: str, *, status: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(path, base_url=SITE)
        text = answer.get_data(as_text=True)
        assert status == answer.status_code, (answer.status_code, answer.headers.get("Location"), text)
        return text

    def token(self) -> str:
        """A token of a form of this browser; one page is looked at for all of them."""
        if self._token:
            return self._token
        page = "/home" if self.context.archive.exists() else "/start"
        for path in (page, "/copies", "/settings", "/lost/anew"):  # also where the archive cannot be read
            text = self.client.get(path, base_url=SITE, follow_redirects=True).get_data(as_text=True)
            if found := re.search(r'name="csrf_token" value="([^"]+)"', text):
                self._token = found[1]
                return self._token
        raise AssertionError(text)

    def post(
        self,
        path: str,
        given: Mapping[str, object] | None = None,
        *,
        headers: Mapping[str, str] = OWN,
        csrf: str | None = None,
        **fields: object,
    ) -> TestResponse:
        """Send a form with its token."""
        data = {"csrf_token": self.token() if csrf is None else csrf, **(given or {}), **fields}
        return self.client.post(path, data=data, base_url=SITE, headers=dict(headers))

    def job(self) -> Job:
        """The last job, ended."""
        assert self.context.jobs._thread is not None
        self.context.jobs._thread.join(60)
        job = self.context.jobs.last
        assert job is not None
        assert not job.is_running
        return job

    def outcome(self) -> JobOutcome:
        """What the last job brought."""
        outcome = self.job().outcome
        assert outcome is not None
        return outcome

    def kept(self, query: Callable[..., T], *arguments: object) -> T:
        """What a question to the archive finds."""
        with self.context.archive.reading() as reading:
            return query(reading, *arguments)


@contextmanager
def open_application(home: Path, environ: Mapping[str, str] | None = None) -> Iterator[FormBrowser]:
    """The application of a home, with the gate passed."""
    environ = offline(home) if environ is None else environ
    context = application.build_context(home, environ)
    gate = AccessGate(PORT, is_writing=True, on_change=lambda _gate: None)
    view = build_view_context(CliContext(home, 0, environ), are_settings_needed=False)
    app = build_app(view, gate, application.pages(context))
    browser = FormBrowser(app.test_client(), gate, context)
    browser.let_in()
    yield browser
    context.jobs.leave(30)


@contextmanager
def open_job_with_day_of_payment(home: Path) -> Iterator[FormBrowser]:
    """The application over one contract, in whose chat the day of payment was told; nothing else is there."""
    maker = story(home)
    maker.contract("job1", rooms=(ContractRoom(RoomId(ROOM)),), client="田中")
    maker.sync([message_object(30, "お支払いは翌月末の振込です", sent=200)], minutes=202)
    maker.archive.close()
    with open_application(home, offline(home, CHATWORK_API_TOKEN=NO_TOKEN)) as opened:
        yield opened


@contextmanager
def serve_application(
    home: Path, environ: Mapping[str, str] | None = None
) -> Iterator[tuple[AccessGate, ConsoleContext]]:
    """The application of a home, served on a free port."""
    environ = offline(home) if environ is None else environ
    context = application.build_context(home, environ)
    view = build_view_context(CliContext(home, 0, environ), are_settings_needed=False)
    with serve_pages(view, more=application.pages(context), on_change=lambda _gate: None) as gate:
        yield gate, context
        context.jobs.leave(30)


@contextmanager
def open_chromium(language: str = "en") -> Iterator[Browser]:
    """A Chromium, to open tabs in; `language`: of its own words."""
    with sync_playwright() as driver:
        environ: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": language}
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, f"--lang={language}"], env=environ)
        yield browser
        browser.close()


@contextmanager
def open_tab(
    browser: Browser, gate: AccessGate, *, scripts: bool = True, width: int = 1280, scheme: str = "light"
) -> Iterator[Window]:
    """A tab that opens the application by its present key, as after a double-click; it knows nothing of other tabs."""
    tab = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
        accept_downloads=True,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    window = Window(tab.new_page(), f"http://127.0.0.1:{gate.port}")
    record_complaints(window)
    window.page.goto(gate.address)
    window.page.wait_for_url(re.compile(r"/(start|home)"))
    yield window
    tab.close()


@contextmanager
def open_application_window(
    home: Path,
    environ: Mapping[str, str] | None = None,
    *,
    scripts: bool = True,
    width: int = 1280,
    scheme: str = "light",
) -> Iterator[tuple[Window, ConsoleContext]]:
    """The application of a home in a tab of a Chromium of its own."""
    with (
        serve_application(home, environ) as (gate, context),
        open_chromium() as browser,
        open_tab(browser, gate, scripts=scripts, width=width, scheme=scheme) as window,
    ):
        yield window, context
