"""A service on loopback that takes the calls of a heartbeat, as healthchecks.io does or as any address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler

CHECK = "0e2d5c3a-6f1d-4c9e-8a77-3b1f0c9d2e55"
"""The part of an address by which a check is known, and the secret of it."""


class PingReceiver(LoopbackReceiver):
    """Keeps each call as its path, its query and its body; answers with `status`, after a hang if `hangs`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []
        self.status, self.hangs = 200, False
        super().__init__()

    def address(self, path: str = CHECK) -> str:
        """An address as the settings hold it."""
        return f"http://{self.place}/{path}"

    @property
    def states(self) -> list[str]:
        """The last part of each path."""
        return [path.rpartition("/")[2] for path, _query, _body in self.calls]

    def _handler(self) -> type[QuietHandler]:
        receiver = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 - as http.server calls it
                body = self.body().decode()
                parts = urlsplit(self.path)
                receiver.calls.append((parts.path, parts.query, body))
                if receiver.hangs:
                    receiver.closed.wait(30)
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

        return Handler


@contextmanager
def running_ping_receiver() -> Iterator[PingReceiver]:
    """A receiver that listens meanwhile."""
    receiver = PingReceiver()
    with receiver.listening():
        yield receiver
