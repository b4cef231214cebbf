"""A receiver of `json://` notices on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager
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

    def answer(self, request: QuietHandler) -> None:
        """Keep the notice."""
        body = request.body()
        self.arrived.set()
        if request.path == "/hang":
            self.closed.wait(30)
        self.notices.append(json.loads(body))
        request.send_response(500 if request.path == "/refuse" else 200)
        request.end_headers()


def running_receiver() -> AbstractContextManager[Receiver]:
    """A receiver that listens meanwhile."""
    return Receiver().listening()
