"""A service on loopback that takes the calls of a heartbeat, as healthchecks.io does or as any address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CHECK = "0e2d5c3a-6f1d-4c9e-8a77-3b1f0c9d2e55"
"""The part of an address by which a check is known, and the secret of it."""


class PingReceiver:
    """Keeps each call as its path, its query and its body; answers with `status`, after a hang if `hangs`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []
        self.status, self.hangs = 200, False
        self.closed = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    def address(self, path: str = CHECK) -> str:
        """An address as the settings hold it."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/{path}"

    @property
    def states(self) -> list[str]:
        """The last part of each path."""
        return [path.rpartition("/")[2] for path, _query, _body in self.calls]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                parts = urlsplit(self.path)
                receiver.calls.append((parts.path, parts.query, body))
                if receiver.hangs:
                    receiver.closed.wait(30)
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Write no log."""

        return Handler


@contextmanager
def running_ping_receiver() -> Iterator[PingReceiver]:
    """A receiver that listens meanwhile."""
    receiver = PingReceiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield receiver
    receiver.closed.set()
    receiver.server.shutdown()
    receiver.server.server_close()
