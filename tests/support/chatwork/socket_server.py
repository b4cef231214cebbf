"""A server on a raw socket of loopback, for tests that decide what each connection gets."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self


class SocketServer(ABC):
    """Serves each connection in a thread of its own; `connections` counts them."""

    def __init__(self) -> None:
        """Bind a port; connections are taken from `_listen` on, and `with` ends it."""
        self._over = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0

    def __enter__(self) -> Self:
        """The server, which listens already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up on everyone."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @abstractmethod
    def _serve(self, plain: socket.socket) -> None:
        """Serve one connection to its end."""

    def _listen(self) -> None:
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                Thread(target=self._serve, args=(connection,), daemon=True).start()


def read_head(connection: socket.socket) -> str:
    """The head of the next request; empty if the client hangs up. A body may follow."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(65536)
        if not part:
            return ""
        head += part
    return head.decode("latin-1")
