"""A place that takes notices on this computer: `json://` addresses lead to it, and it keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps every notice; `/refuse` is answered with 500, `/hang` only once the place is closed."""

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
        """What the notices say, each line for itself."""
        return [line for one in self.notices for line in one["message"].splitlines()]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        place = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                place.arrived.set()
                if self.path == "/hang":
                    place.closed.wait(30)
                place.notices.append(json.loads(body))
                self.send_response(500 if self.path == "/refuse" else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        return Handler


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A place that is open meanwhile."""
    place = Receiver()
    thread = threading.Thread(target=place.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield place
    place.closed.set()
    place.server.shutdown()
    place.server.server_close()
