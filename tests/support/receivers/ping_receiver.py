"""A service on loopback that takes the calls of a heartbeat, as healthchecks.io does or as any address."""

from __future__ import annotations

from contextlib import AbstractContextManager
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

    def answer(self, request: QuietHandler) -> None:
        """Keep the call."""
        parts = urlsplit(request.path)
        self.calls.append((parts.path, parts.query, request.body().decode()))
        if self.hangs:
            self.closed.wait(30)
        request.send_response(self.status)
        request.send_header("Location", "/elsewhere")
        request.end_headers()


def running_ping_receiver() -> AbstractContextManager[PingReceiver]:
    """A receiver that listens meanwhile."""
    return PingReceiver().listening()
