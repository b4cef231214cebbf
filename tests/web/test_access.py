"""Who may look: only the browser that was handed the key, under our own names, and only to look."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.web.access import HEADERS, AccessGate
from archiver.web.app import build_app
from tests.support.viewer.client import HOST, PORT, Browser

OURS = f"http://{HOST}"


@pytest.fixture
def gate() -> AccessGate:
    return AccessGate(PORT)


@pytest.fixture
def client(home: Path, gate: AccessGate) -> FlaskClient:
    """A browser that nobody has let in yet."""
    return build_app(build_view_context(CliContext(home, 0, {})), gate).test_client()


def path_of(gate: AccessGate) -> str:
    """The address with the key, without the host."""
    return gate.address.partition(HOST)[2]


def test_without_the_key_no_page_is_shown(client: FlaskClient) -> None:
    """Neither the overview nor a page that does not exist tells anything; only the style is open."""
    refused = {path: client.get(path, base_url=OURS) for path in ("/", "/room/1", "/conversations?q=x", "/nowhere")}

    assert dict.fromkeys(refused, 403) == {path: answer.status_code for path, answer in refused.items()}
    assert all("田中" not in answer.get_data(as_text=True) for answer in refused.values())
    assert 200 == client.get("/static/app.css", base_url=OURS).status_code


def test_the_key_opens_once(client: FlaskClient, gate: AccessGate) -> None:
    """The first browser that hands it in gets a cookie; another one that learnt the address comes too late.

    The cookie is out of reach of scripts and other sites, and its name holds the port.
    """
    first = client.get(path_of(gate), base_url=OURS)
    page = client.get("/", base_url=OURS)
    other = client.application.test_client()
    late = [other.get(path, base_url=OURS).status_code for path in (path_of(gate), "/")]
    cookie = first.headers["Set-Cookie"]

    assert (200, 200, [403, 403]) == (first.status_code, page.status_code, late)
    assert cookie.startswith(f"archive_view_{PORT}=")
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))


def test_the_same_browser_may_use_its_address_again(client: FlaskClient, gate: AccessGate) -> None:
    """Who comes back by the address in the terminal is led to the pages, not turned away."""
    Browser(client, gate).let_in()

    again = client.get(path_of(gate), base_url=OURS)

    assert 200 == again.status_code
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("key", ["", "x", "é", "\udcff", "x" * 5000])
def test_a_wrong_key_opens_nothing_and_spends_nothing(client: FlaskClient, gate: AccessGate, key: str) -> None:
    """Guessing does not lock the user out."""
    wrong = client.get("/open", query_string={"key": key.encode("utf-8", "surrogateescape")}, base_url=OURS)

    assert 403 == wrong.status_code
    assert 200 == client.get(path_of(gate), base_url=OURS).status_code


@pytest.mark.parametrize("cookie", ["", "x", "é"])
def test_a_made_up_cookie_opens_nothing(client: FlaskClient, gate: AccessGate, cookie: str) -> None:
    """Neither before nor after the key was used."""
    before = client.get("/", base_url=OURS, headers={"Cookie": f"{gate.cookie_name}={cookie}"}).status_code
    client.application.test_client().get(path_of(gate), base_url=OURS)
    after = client.get("/", base_url=OURS, headers={"Cookie": f"{gate.cookie_name}={cookie}"}).status_code

    assert (403, 403) == (before, after)


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"127.0.0.1.evil.example:{PORT}"],
)
def test_another_name_is_refused_even_with_the_cookie(client: FlaskClient, gate: AccessGate, host: str) -> None:
    """A page of the web whose name leads to this computer learns nothing (DNS rebinding)."""
    Browser(client, gate).let_in()

    answer = client.get("/", base_url=OURS, headers={"Host": host})

    assert 421 == answer.status_code
    assert "田中" not in answer.get_data(as_text=True)


def test_localhost_is_our_name_too(client: FlaskClient, gate: AccessGate) -> None:
    """Who types the other name of this computer is let in by the key as well."""
    page = client.get(path_of(gate), base_url=f"http://localhost:{PORT}")

    assert 200 == page.status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(client: FlaskClient, gate: AccessGate, method: str) -> None:
    """Every method but GET and HEAD is refused, on every page."""
    Browser(client, gate).let_in()

    answers = [client.open(path, method=method, base_url=OURS).status_code for path in ("/", "/conversations", "/open")]

    assert [405, 405, 405] == answers


def test_every_route_only_reads(client: FlaskClient) -> None:
    """No page was ever registered for anything but GET."""
    methods = {method for rule in client.application.url_map.iter_rules() for method in rule.methods or ()}

    assert methods <= {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/app.css", "/open?key=x"])
def test_every_answer_carries_the_policy(client: FlaskClient, gate: AccessGate, path: str) -> None:
    """Pages, faults, styles and refusals alike: nothing inline, nothing from elsewhere, nothing stored."""
    Browser(client, gate).let_in()

    headers = client.get(path, base_url=OURS).headers

    assert HEADERS == {name: headers[name] for name in HEADERS}
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_neither_key_nor_cookie_shows_when_the_gate_is_printed(gate: AccessGate) -> None:
    """A trace or a log of it holds no secret."""
    assert gate.key not in repr(gate)
    assert gate.cookie not in repr(gate)


def test_whoever_only_asks_for_the_head_does_not_use_the_key_up(client: FlaskClient, gate: AccessGate) -> None:
    """Programs that look a link over before it is opened do that."""
    response = client.head(path_of(gate), base_url=OURS)

    assert ([], False) == (response.headers.getlist("Set-Cookie"), gate.is_spent)
    assert 200 == client.get(path_of(gate), base_url=OURS).status_code
