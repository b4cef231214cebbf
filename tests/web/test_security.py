"""Nobody but this computer's browser writes: what other pages, other hosts and old keys try is refused."""

from __future__ import annotations

import mimetypes
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.web.server import UPLOAD_LIMIT
from tests.support.console.application import OWN, SITE, FormBrowser, open_application, serve_application


@pytest.fixture
def browser(home: Path) -> Iterator[FormBrowser]:
    """The browser of the owner."""
    with open_application(home) as browser:
        yield browser


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_forms_write(browser: FormBrowser, method: str) -> None:
    """No other method is known."""
    answer = browser.client.open("/home/save", method=method, base_url=SITE, headers=OWN)

    assert 405 == answer.status_code


def test_scripts_and_styles_say_what_they_are(browser: FormBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the table of the system calls them plain text, which a browser would not run."""
    for ending in (".js", ".css", ".svg"):
        monkeypatch.setitem(mimetypes.types_map, ending, "text/plain")

    types = {
        path: browser.client.get(path, base_url=SITE).mimetype
        for path in ("/static/view.js", "/static/app.css", "/static/icon.svg", "/static/htmx.min.js")
    }

    assert ["text/javascript", "text/css", "image/svg+xml", "text/javascript"] == list(types.values())


@pytest.mark.parametrize("name", ["../jobs.py", "..%2fjobs.py", "%2e%2e/security.py", "htmx.md", "nothing.js"])
def test_only_the_files_of_the_pages_are_handed_out(browser: FormBrowser, name: str) -> None:
    """No name leads anywhere else."""
    assert 404 == browser.client.get(f"/static/{name}", base_url=SITE).status_code


def test_an_upload_of_three_gigabytes_is_refused_by_its_length(home: Path) -> None:
    """Before a byte of it is read."""
    with (
        serve_application(home) as (gate, _context),
        socket.create_connection(("127.0.0.1", gate.port), timeout=5) as connection,
    ):
        head = f"POST /home/save HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nContent-Length: {3 * 1024**3}\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(65536)
        while b"</html>" not in answer and (more := connection.recv(65536)):
            answer += more

    assert UPLOAD_LIMIT < 3 * 1024**3
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"<!DOCTYPE html>" in answer


def test_a_browser_that_keeps_no_cookie_is_told_so(home: Path) -> None:
    """To start the program again, which any other stranger is told, would lead to the same refusal."""
    with open_application(home) as browser:
        client = browser.client.application.test_client(use_cookies=False)
        client.get("/open", query_string={"key": browser.gate.key}, base_url=SITE)

    own = client.get("/home", base_url=SITE, headers={"Sec-Fetch-Site": "same-origin"})
    strange = client.get("/home", base_url=SITE, headers={"Sec-Fetch-Site": "none"})

    assert (403, 403) == (own.status_code, strange.status_code)
    assert ("cookie" in own.get_data(as_text=True), "cookie" in strange.get_data(as_text=True)) == (True, False)
