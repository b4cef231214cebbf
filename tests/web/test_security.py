"""Nobody but this computer's browser writes: what other pages, other hosts and old keys try is refused."""

from __future__ import annotations

import mimetypes
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.store.archive import Archive
from archiver.web import console as application
from archiver.web.access import AccessGate
from archiver.web.app import build_app
from archiver.web.context import ViewContext
from archiver.web.server import UPLOAD_LIMIT, serve_pages
from tests.support.archives.maker import story
from tests.support.console.application import OWN, PORT, SITE, FormBrowser, open_application
from tests.support.viewer.client import open_viewer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that somebody would like to change."""
    maker = story(tmp_path_factory.mktemp("console") / "home")
    maker.archive.close()
    return maker.home


@pytest.fixture
def browser(home: Path) -> Iterator[FormBrowser]:
    """The browser of the owner."""
    with open_application(home, {"HOME": str(home.parent)}) as browser:
        yield browser


def test_a_form_of_our_own_page_is_taken(browser: FormBrowser) -> None:
    """With origin, fetch metadata, cookie and token, the act is done."""
    answer = browser.post("/job/cancel")

    assert 302 == answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": SITE},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": SITE, "Sec-Fetch-Site": "same-site"},
        {"Origin": SITE, "Sec-Fetch-Site": "none"},
        {"Origin": f"http://localhost:{PORT}", "Sec-Fetch-Site": "same-origin"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(browser: FormBrowser, headers: dict[str, str]) -> None:
    """Even with the cookie and a right token: another site, another port, or a browser that does not say."""
    answer = browser.post("/home/save", headers=headers)

    assert 403 == answer.status_code
    assert browser.context.jobs.last is None


@pytest.mark.parametrize("token", ["", "x", "IjEi.aGVsbG8.x"])
def test_a_form_without_its_token_is_refused(browser: FormBrowser, token: str) -> None:
    """The page says what to do, and nothing begins."""
    answer = browser.post("/home/save", csrf=token)

    assert 403 == answer.status_code
    assert browser.context.jobs.last is None


def test_a_form_without_the_cookie_is_refused(browser: FormBrowser) -> None:
    """Another program of this computer that knows the port can do nothing."""
    token = browser.token()

    answer = browser.client.application.test_client().post(
        "/home/save", data={"csrf_token": token}, base_url=SITE, headers=OWN
    )

    assert 403 == answer.status_code
    assert browser.context.jobs.last is None


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", f"127.0.0.1:{PORT + 1}", "127.0.0.1"])
def test_another_host_is_refused_first(browser: FormBrowser, host: str) -> None:
    """A name that was made to lead here (DNS rebinding) learns nothing and does nothing."""
    token = browser.token()

    answer = browser.client.post(
        "/home/save",
        data={"csrf_token": token},
        base_url=SITE,
        headers={**OWN, "Origin": f"http://{host}", "Host": host},
    )

    assert 421 == answer.status_code
    assert browser.context.jobs.last is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_forms_write(browser: FormBrowser, method: str) -> None:
    """No other method is known."""
    answer = browser.client.open("/home/save", method=method, base_url=SITE, headers=OWN)

    assert 405 == answer.status_code


def test_a_key_opens_once_and_each_use_makes_a_new_one(browser: FormBrowser) -> None:
    """Who finds an old address is refused; a second start gets a key of its own."""
    spent = browser.gate.key
    browser.let_in()
    stranger = browser.client.application.test_client()

    late = stranger.get("/open", query_string={"key": spent}, base_url=SITE)

    assert spent != browser.gate.key
    assert 403 == late.status_code


def test_nothing_inline_and_nothing_from_elsewhere_may_run(browser: FormBrowser) -> None:
    """Every page says so, and no page has a script or a style within it."""
    for path in ("/home", "/job", "/job/progress"):
        answer = browser.client.get(path, base_url=SITE)
        policy, text = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)

        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "connect-src 'self'" in policy
        assert "same-origin" == answer.headers["Referrer-Policy"]
        assert not any(word in text for word in ("<style", " style=", "onclick=", "javascript:"))


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


def test_the_viewer_has_no_page_that_writes(home: Path) -> None:
    """`archive app --read-only` has no route but GET, and refuses a form whatever it says of itself."""
    with open_viewer(home) as viewer:
        rules = list(viewer.client.application.url_map.iter_rules())
        site = f"http://127.0.0.1:{viewer.gate.port}"
        answer = viewer.client.post(
            "/home/save", base_url=site, headers={"Origin": site, "Sec-Fetch-Site": "same-origin"}
        )

    assert {"GET", "HEAD", "OPTIONS"} == set().union(*(rule.methods or set() for rule in rules))
    assert 405 == answer.status_code


def test_a_home_removed_underneath_is_said(tmp_path: Path) -> None:
    """No page shows a trace; the first page of the first run comes back."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    with open_application(tmp_path / "home", {"HOME": str(tmp_path)}) as browser:
        browser.get("/home")
        (tmp_path / "home").rename(tmp_path / "elsewhere")

        answer = browser.client.get("/home", base_url=SITE)

    assert 302 == answer.status_code
    assert not Archive(tmp_path / "home").exists()


def test_an_upload_of_three_gigabytes_is_refused_by_its_length(home: Path) -> None:
    """Before a byte of it is read."""
    context = application.build_context(home, {"HOME": str(home.parent)})
    with (
        serve_pages(_view(home), more=application.pages(context), on_change=lambda _gate: None) as gate,
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


def test_half_open_connections_keep_nobody_out(home: Path) -> None:
    """With 300 that never finish their request, a page comes within two seconds."""
    context = application.build_context(home, {"HOME": str(home.parent)})
    with serve_pages(_view(home), more=application.pages(context), on_change=lambda _gate: None) as gate:
        half_open = [socket.create_connection(("127.0.0.1", gate.port)) for _ in range(300)]
        for connection in half_open:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as connection:
            connection.sendall(f"GET /static/app.css HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\n\r\n".encode())
            answer = connection.recv(65536)
        needed = time.monotonic() - begun
        for connection in half_open:
            connection.close()

    assert answer.startswith(b"HTTP/1.1 200")
    assert needed < 2


def _view(home: Path) -> ViewContext:
    return build_view_context(CliContext(home, 0, {"HOME": str(home.parent)}))


def test_a_browser_that_keeps_no_cookie_is_told_so(home: Path) -> None:
    """To start the program again, which any other stranger is told, would lead to the same refusal."""
    context = application.build_context(home, {"HOME": str(home.parent)})
    gate = AccessGate(PORT, is_writing=True, on_change=lambda _gate: None)
    client = build_app(_view(home), gate, application.pages(context)).test_client(use_cookies=False)
    client.get("/open", query_string={"key": gate.key}, base_url=SITE)

    own = client.get("/home", base_url=SITE, headers={"Sec-Fetch-Site": "same-origin"})
    strange = client.get("/home", base_url=SITE, headers={"Sec-Fetch-Site": "none"})

    assert (403, 403) == (own.status_code, strange.status_code)
    assert ("cookie" in own.get_data(as_text=True), "cookie" in strange.get_data(as_text=True)) == (True, False)
