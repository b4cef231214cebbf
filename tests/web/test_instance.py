"""The application is served to this computer alone, and a second start opens the one that runs."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import requests

from archiver import errors
from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.store.engine import DATABASE
from archiver.web import console as application
from archiver.web.access import POLICY, PROOF, AccessGate, is_fresh, proof
from archiver.web.context import ViewContext
from archiver.web.server import bind_port, last_entry, running_address, serve_pages, write_address
from tests.support.archives.maker import story


def test_the_running_application_is_found(tmp_path: Path) -> None:
    """By port and key, in a file that only the user can read; once it has ended, nobody is led there."""
    file, home = tmp_path / "state" / "app.json", tmp_path / "home"
    context = application.build_context(home, {})
    view = build_view_context(CliContext(home, 0, {}))
    with serve_pages(view, more=application.pages(context), on_change=lambda gate: write_address(file, gate)) as gate:
        write_address(file, gate)
        address, mode = running_address(file), file.stat().st_mode & 0o777
        before = gate.key
        assert gate.exchange(before)
        after = json.loads(file.read_text(encoding="utf-8"))["key"]

        assert gate.address.endswith(after)
        assert before != after
    assert address is not None
    assert address.endswith(before)
    assert os.name == "nt" or mode == 0o600
    assert running_address(file) is None
    assert (gate.port, gate.cookie) == last_entry(file)


def test_an_open_page_comes_back_after_a_restart(tmp_path: Path) -> None:
    """With its cookie and its forms, for 30 days; by the button that ends the application it is told apart."""
    file, home = tmp_path / "app.json", tmp_path / "home"

    def serve(port: int = 0, cookie: str = "") -> AbstractContextManager[AccessGate]:
        context = application.build_context(home, {"HOME": str(tmp_path)})
        view, pages = build_view_context(CliContext(home, 0, {})), application.pages(context)
        return serve_pages(view, port=port, cookie=cookie, more=pages, on_change=lambda gate: write_address(file, gate))

    with requests.Session() as tab:
        with serve() as gate:
            opened = tab.get(gate.address, timeout=10)
            form = re.findall(r'csrf_token" value="([^"]+)', tab.get(site(gate) + "/start", timeout=10).text)[0]
        with serve(*last_entry(file)) as again:
            own = {"Origin": site(again), "Sec-Fetch-Site": "same-origin"}
            page = tab.get(site(again) + "/start", timeout=10)
            stranger = requests.get(site(again) + "/start", timeout=10)
            ended = tab.post(site(again) + "/settings/end", {"csrf_token": form}, headers=own, timeout=10)
        with serve(*last_entry(file)) as third:
            late = tab.get(site(third) + "/start", timeout=10)

    assert gate.port == again.port == third.port
    assert ("Max-Age=2592000" in opened.headers["Set-Cookie"], "Server" in page.headers) == (True, False)
    assert (200, 200, 403, 403) == (page.status_code, ended.status_code, stranger.status_code, late.status_code)
    assert "Open it from its icon." in stranger.text


def site(gate: AccessGate) -> str:
    """The address of an application."""
    return f"http://127.0.0.1:{gate.port}"


@pytest.mark.parametrize(
    ("age", "port", "expected"),
    [(29, 8766, (8766, True)), (-1, 8766, (8766, True)), (31, 8766, (8766, False)), (0, 99999, (0, False))],
)
def test_the_cookie_of_a_run_is_good_for_30_days(
    tmp_path: Path, age: int, port: int, expected: tuple[int, bool]
) -> None:
    """The port stays as it was; one that is none is none."""
    file, cookie = tmp_path / "app.json", f"{int(time.time()) - age * 86400}.x"
    write_address(file, AccessGate(port, is_writing=True, cookie=cookie))

    assert (expected[0], cookie if expected[1] else "") == last_entry(file)
    assert expected[1] is (is_fresh(cookie) and port == 8766)
    assert not AccessGate(port, cookie=f"{int(time.time()) - 31 * 86400}.x").is_known(cookie)


def test_another_program_on_the_port_of_a_killed_application_gets_nobody(tmp_path: Path) -> None:
    """It answers as ours does, and again what ours once answered; it learns neither the key nor the secret."""
    file, heads = tmp_path / "app.json", list[bytes]()
    ours = f"HTTP/1.1 200 OK\r\nContent-Security-Policy: {POLICY}\r\n{PROOF}: {{}}\r\n\r\n"
    answers = [ours.format(said) for said in ("", "0" * 64)]
    with bind_port("127.0.0.1", 0) as strange:
        gate = AccessGate(strange.getsockname()[1], is_writing=True)
        answers.append(ours.format(proof(gate.secret, gate.port, "of before")))
        write_address(file, gate)
        strange.listen()

        def answer() -> None:
            for text in answers:
                with strange.accept()[0] as connection:
                    heads.append(connection.recv(4096))
                    connection.sendall(text.encode())

        with ThreadPoolExecutor(1) as pool:
            answering = pool.submit(answer)
            found = [running_address(file) for _ in answers]
            answering.result()

    assert [None] * 3 == found
    assert 3 == len(set(heads))
    assert not any(gate.key.encode() in head or gate.secret.encode() in head for head in heads)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"port": "x", "key": "k", "secret": "s"}',
        '{"port": 1, "key": "k", "secret": "s"}',
        '{"port": 99999999, "key": "k", "secret": "s"}',
    ],
)
def test_a_file_that_leads_nowhere_is_no_application(tmp_path: Path, text: str) -> None:
    """A new one is started then."""
    file = tmp_path / "app.json"
    file.write_text(text, encoding="utf-8")

    assert running_address(file) is None
    assert (0, "") == last_entry(file)


def test_it_ends_when_it_was_left_alone_and_no_job_runs(tmp_path: Path) -> None:
    """Twenty minutes after the last page; just after a page it stays."""
    context = application.build_context(tmp_path, {})

    assert not application.is_left_alone(context)
    context.activity._at -= 20 * 60 + 1
    assert application.is_left_alone(context)
    context.activity.note()
    assert not application.is_left_alone(context)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ViewContext:
    maker = story(tmp_path_factory.mktemp("server") / "home")
    maker.archive.close()
    return build_view_context(CliContext(maker.home, 0, {}))


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
