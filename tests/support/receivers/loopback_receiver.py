"""What the receivers of notices and of heartbeats on loopback share: a handler without a log, and how they listen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """Answers without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write no log."""

    def body(self) -> bytes:
        """What was sent."""
        return self.rfile.read(int(self.headers["Content-Length"]))


class LoopbackReceiver:
    """A server on a free port; `closed` ends what hangs."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    def _handler(self) -> type[QuietHandler]:
        raise NotImplementedError

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen meanwhile."""
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
