"""What receivers of notices, mails and heartbeats on loopback share: a handler without a log, and how they listen."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class QuietHandler(BaseHTTPRequestHandler):
    """Lets its receiver answer, without a log."""

    def __init__(self, receiver: LoopbackReceiver, *given: Any) -> None:
        self.receiver = receiver
        super().__init__(*given)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write no log."""

    def do_POST(self) -> None:
        """Let the receiver answer."""
        self.receiver.answer(self)

    do_GET = do_HEAD = do_CONNECT = do_POST  # noqa: N815

    def body(self) -> bytes:
        """What was sent."""
        return self.rfile.read(int(self.headers["Content-Length"]))


class LoopbackReceiver:
    """A server on a free port; `closed` ends what hangs."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.server = self.make_server()
        self.server.daemon_threads = True

    def make_server(self) -> socketserver.ThreadingTCPServer | ThreadingHTTPServer:
        """What listens."""
        return ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, self))

    def answer(self, request: QuietHandler) -> None:
        """Keep what was posted and answer."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @contextmanager
    def listening(self) -> Iterator[Self]:
        """Listen meanwhile."""
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield self
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
