"""A receiver of `json://` notices on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.receivers.loopback_receiver import LoopbackReceiver, QuietHandler


class Receiver(LoopbackReceiver):
    """Keeps every notice; answers `/refuse` with 500, and `/hang` only once the receiver is closed."""

    def __init__(self) -> None:
        self.notices: list[dict[str, Any]] = []
        self.arrived = threading.Event()
        super().__init__()

    def address(self, path: str = "take", *, secret: str = "") -> str:
        """An address as the settings hold it; the secret is its password."""
        user = f"user:{secret}@" if secret else ""
        return f"json://{user}{self.place}/{path}"

    @property
    def texts(self) -> list[str]:
        """The lines of all notices."""
        return [line for one in self.notices for line in one["message"].splitlines()]

    def _handler(self) -> type[QuietHandler]:
        receiver = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 - as http.server calls it
                body = self.body()
                receiver.arrived.set()
                if self.path == "/hang":
                    receiver.closed.wait(30)
                receiver.notices.append(json.loads(body))
                self.send_response(500 if self.path == "/refuse" else 200)
                self.end_headers()

        return Handler


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A receiver that listens meanwhile."""
    receiver = Receiver()
    with receiver.listening():
        yield receiver
