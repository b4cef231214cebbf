"""Connections of somebody else on this computer, to the viewer and the application: others are served all the same."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.web import console as application
from archiver.web import server
from archiver.web.server import serve_pages
from tests.support.chatwork.simulator import Chatwork
from tests.support.file_size_limit import file_size_limit
from tests.support.terminals.terminal import Terminal

HERE = "127.0.0.1"
SOON = 10.0
"""Seconds in which a busy computer, too, has answered; what is held up for ever lasts longer."""


@contextmanager
def serving(home: Path, *, writing: bool) -> Iterator[int]:
    """The port of the viewer, or of the application."""
    context = build_view_context(CliContext(home, 0, {"HOME": str(home.parent)}))
    more = application.pages(application.build_context(home, {"HOME": str(home.parent)}))
    with serve_pages(context, more=more if writing else ()) as gate:
        yield gate.port


@pytest.fixture(params=[False, True], ids=["view", "app"])
def port(home: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a running server."""
    with serving(home, writing=request.param) as found:
        yield found


def head(port: int, path: str = "/static/app.css", *, end: bool = False) -> bytes:
    """A good request for what needs no key."""
    last = "Connection: close\r\n" if end else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HERE}:{port}\r\n{last}\r\n".encode()


def answer(port: int, request: bytes) -> bytes:
    """All that comes back."""
    received = bytearray()
    with socket.create_connection((HERE, port), timeout=SOON) as connection:
        try:
            connection.sendall(request)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:  # refused in the middle of the request
            pass
    return bytes(received)


def is_served(port: int) -> bool:
    """Whether somebody else gets a page soon."""
    try:
        return answer(port, head(port, end=True)).startswith(b"HTTP/1.1 200")
    except TimeoutError:
        return False


LONG = b"a" * 2**20

REQUESTS = {
    "no HTTP": b"\x16\x03\x01\0\xff hello\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\nConnection: close\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    "a path of 1 MB": b"GET /" + LONG + b" HTTP/1.1\r\n\r\n",
    "a header of 1 MB": b"GET / HTTP/1.1\r\nX: " + LONG + b"\r\n\r\n",
    "a head that never ends": b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 50_000,
    "NUL in a header": b"GET / HTTP/1.1\r\nX: a\0b\r\nConnection: close\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nnonsense\r\nConnection: close\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n",
    "a length below nothing": b"POST / HTTP/1.1\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
    "a length of 4 EB": b"POST / HTTP/1.1\r\nContent-Length: 4611686018427387904\r\nConnection: close\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
    "a chunk of no size": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
    "another coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: x\r\nConnection: close\r\n\r\n",
    "DELETE": b"DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nConnection: close\r\n\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "a method of no name": b"PROPFIND\xff / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "an address of elsewhere": b"GET http://example.com/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}


def test_a_request_that_is_none_is_refused_and_leaves_nothing(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """Never a page and never a fault of the program; the next request of somebody else is answered."""
    caplog.set_level(logging.ERROR)
    answers = {name: answer(port, request) for name, request in REQUESTS.items()}

    assert [] == [name for name, received in answers.items() if b" 200 " in received[:20] or b" 500 " in received[:20]]
    assert [] == [name for name, received in answers.items() if received and not received.startswith(b"HTTP/1.")]
    assert [] == caplog.records
    assert is_served(port)


def test_a_body_for_which_the_disk_has_no_space_is_told(home: Path) -> None:
    """It is read to its end, so that the browser sees the answer: a page with a sentence and what to do next."""
    body = b"a" * 1_000_000
    with serving(home, writing=True) as port, file_size_limit(100_000):
        post = f"POST / HTTP/1.1\r\nHost: {HERE}:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
        told = answer(port, post.encode() + body).decode()
        assert is_served(port)

    assert told.startswith("HTTP/1.1 507 ")
    assert "what was saved before is kept" in told
    assert "Make space and do the same again." in told


def test_requests_in_a_row_hold_up_nobody(port: int) -> None:
    """Hundreds that are sent at once on one connection are answered one after the other, others between them."""
    requests = 300
    begun, threads = time.monotonic(), threading.active_count()
    with socket.create_connection((HERE, port), timeout=SOON) as connection:
        connection.sendall(head(port, "/open") * requests)
        is_other_served, more = is_served(port), threading.active_count() - threads
        received = bytearray()
        while received.count(b"HTTP/1.1 403") < requests and (part := connection.recv(65536)):
            received += part
    needed = time.monotonic() - begun

    assert (True, 0, requests) == (is_other_served, more, received.count(b"HTTP/1.1 403"))
    assert needed < 6 * SOON


@pytest.mark.parametrize("writing", [False, True], ids=["view", "app"])
def test_a_byte_now_and_then_keeps_no_connection_open(
    home: Path, monkeypatch: pytest.MonkeyPatch, *, writing: bool
) -> None:
    """Nor does a form that never ends; when all places are taken so, others get one as soon as the time is over."""
    monkeypatch.setattr(server, "CONNECTIONS", 12)
    monkeypatch.setattr(server, "CLEANUP_SECONDS", 0.2)
    monkeypatch.setattr(server, "IDLE_SECONDS", 1)
    over = threading.Event()
    with serving(home, writing=writing) as port, ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection((HERE, port), timeout=SOON)) for _ in range(12)]
        for number, connection in enumerate(slow):
            form = f"POST / HTTP/1.1\r\nHost: {HERE}\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(form.encode() if number % 2 else b"GET / HTTP/1.1\r\nX: ")
        dripping = threading.Thread(target=drip, args=(slow, over))
        dripping.start()
        try:
            assert is_served(port)
        finally:
            over.set()
            dripping.join()


def drip(connections: list[socket.socket], over: threading.Event) -> None:
    """Send a byte to each again and again."""
    while not over.wait(0.1):
        for connection in connections:
            try:
                connection.sendall(b"a")
            except OSError:  # closed by the server, which is what it is tested for
                continue


@pytest.mark.drawn
def test_an_upload_that_goes_on_is_not_closed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file may take longer than a connection may be unused."""
    monkeypatch.setattr(server, "CLEANUP_SECONDS", 0.1)
    monkeypatch.setattr(server, "IDLE_SECONDS", 2)
    with (
        serving(home, writing=True) as port,
        socket.create_connection((HERE, port), timeout=SOON) as connection,
    ):
        size = 2**17 * 8
        connection.sendall(f"POST / HTTP/1.1\r\nHost: {HERE}:{port}\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(8):
            time.sleep(0.4)
            connection.sendall(b"a" * 2**17)

        assert connection.recv(65536).startswith(b"HTTP/1.1 403")


# --- as processes ----------------------------------------------------------------------------


@contextmanager
def running(home: Path, command: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command as a process, and its port."""
    with Chatwork() as chatwork:
        terminal = Terminal(home, chatwork)
    with terminal.serving(*command.split(), "--no-browser") as (process, address):
        yield process, int(address.rpartition(":")[2].partition("/")[0])


def status_of(process: subprocess.Popen[str], name: str) -> int:
    """A number of Linux's list of the process: `Threads`, or `VmRSS` in KiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def beset(port: int, stack: ExitStack) -> None:
    """Open 300 connections that never finish their request, each with as much as a head may have, or a form."""
    for number in range(300):
        connection = stack.enter_context(socket.create_connection((HERE, port), timeout=SOON))
        begin = b"GET / HTTP/1.1\r\nX: " if number % 3 else b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(begin + b"a" * (0, 900, 60_000)[number % 3])


@pytest.mark.drawn
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("command", ["app --read-only", "app"])
def test_three_hundred_half_open_connections_are_borne(home: Path, command: str) -> None:
    """Others are served, threads and memory stay bounded, and Ctrl-C ends it cleanly while they are open."""
    with running(home, command) as (process, port), ExitStack() as stack:
        assert is_served(port)
        threads, memory = status_of(process, "Threads"), status_of(process, "VmRSS")
        beset(port, stack)
        served = [is_served(port) for _ in range(10)]
        more_threads, more_memory = status_of(process, "Threads") - threads, status_of(process, "VmRSS") - memory
        process.send_signal(signal.SIGINT)
        _out, told = process.communicate(timeout=3 * SOON)

    assert ([True] * 10, True, 0) == (served, more_threads <= 0, process.returncode)
    assert more_memory < 100 * 1024
    assert "Traceback" not in told
