"""A receiver of `json://` notices on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps every notice; answers `/refuse` with 500, and `/hang` only once the receiver is closed."""

    def __init__(self) -> None:
        self.notices: list[dict[str, Any]] = []
        self.arrived, self.closed = threading.Event(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    def address(self, path: str = "take", *, secret: str = "") -> str:
        """An address as the settings hold it; the secret is its password."""
        user = f"user:{secret}@" if secret else ""
        return f"json://{user}127.0.0.1:{self.server.server_address[1]}/{path}"

    @property
    def texts(self) -> list[str]:
        """The lines of all notices."""
        return [line for one in self.notices for line in one["message"].splitlines()]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.arrived.set()
                if self.path == "/hang":
                    receiver.closed.wait(30)
                receiver.notices.append(json.loads(body))
                self.send_response(500 if self.path == "/refuse" else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Write no log."""

        return Handler


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A receiver that listens meanwhile."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield receiver
    receiver.closed.set()
    receiver.server.shutdown()
    receiver.server.server_close()
