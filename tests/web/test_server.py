"""The pages over a real socket: on the loopback address alone, on a free or a wished port, and gone afterwards."""

from __future__ import annotations

import socket

import pytest
import requests

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.store.engine import DATABASE
from archiver.web.context import ViewContext
from archiver.web.server import serve_pages
from tests.support.archives.maker import story


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ViewContext:
    maker = story(tmp_path_factory.mktemp("server") / "home")
    maker.archive.close()
    return build_view_context(CliContext(maker.home, 0, {}))


def test_a_browser_is_led_from_the_address_to_the_overview(context: ViewContext) -> None:
    """The printed address, then the overview, over HTTP."""
    with serve_pages(context) as gate, requests.Session() as browser:
        opened = browser.get(gate.address, timeout=10)
        page = browser.get(f"http://127.0.0.1:{gate.port}/", timeout=10)

    assert (200, 200) == (opened.status_code, page.status_code)
    assert "承知しました" in page.text, "the last message of a chat"
    assert "Server" not in page.headers


def test_only_this_computer_can_reach_it(context: ViewContext) -> None:
    """The socket is bound to the loopback address, not to every address of the computer."""
    with serve_pages(context) as gate:
        other = [
            address[4][0]
            for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            if not address[4][0].startswith("127.")  # type: ignore[union-attr,unused-ignore]
        ]
        for address in [*other, "127.0.0.2"]:  # another of this computer's own: what listens on all addresses answers
            with pytest.raises(OSError):  # noqa: PT011 - whichever way this system refuses
                socket.create_connection((str(address), gate.port), timeout=1)
        with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as here:
            assert "127.0.0.1" == here.getpeername()[0]


def test_a_port_that_is_taken_is_said(context: ViewContext) -> None:
    """Two viewers on one port: the second says so and what to do."""
    with serve_pages(context) as gate, pytest.raises(errors.PortTaken) as raised, serve_pages(context, port=gate.port):
        pass

    assert str(gate.port) in str(raised.value)


def test_the_port_is_free_again_afterwards(context: ViewContext) -> None:
    """When the viewer has ended, nothing answers any more and the port can be used at once."""
    with serve_pages(context) as gate:
        port = gate.port
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=2)

    with serve_pages(context, port=port) as again:
        assert port == again.port


def test_looking_writes_nothing(context: ViewContext) -> None:
    """The database has the same bytes before and after, and no page leaves a file."""
    home = context.home
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file() and "-shm" not in path.name}
    with serve_pages(context) as gate, requests.Session() as browser:
        for path in ("/open?key=" + gate.key, "/", "/conversations?q=x", "/nowhere"):
            browser.get(f"http://127.0.0.1:{gate.port}{path}", timeout=10)

    after = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file() and "-shm" not in path.name}

    log = f"{DATABASE}-wal"  # SQLite's own, made empty by whoever reads first
    assert before | {log: b""} == after | {log: after.get(log, b"")}
    assert {name for name in after if not name.endswith("-wal")} == {
        name for name in before if not name.endswith("-wal")
    }
