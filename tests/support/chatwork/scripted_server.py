"""A server on loopback that sends given bytes, for replies that no library would make."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event

from tests.support.chatwork.socket_server import SocketServer, read_head

Step = bytes | Callable[[socket.socket, Event], None]
"""Bytes to send, or a function that misbehaves on a socket until the event tells it to end."""


def reply(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """A whole reply; `x_ratelimit_reset="5"` is the header `x-ratelimit-reset`; it may replace a usual one."""
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def drip(whole: bytes, *, seconds: float) -> Step:
    """Send the bytes one by one, so many seconds apart."""

    def step(connection: socket.socket, over: Event) -> None:
        for start in range(len(whole)):
            connection.sendall(whole[start : start + 1])
            if over.wait(seconds):
                return

    return step


def stall(begun: bytes, rest: bytes, *, seconds: float) -> Step:
    """Send a beginning, nothing for so many seconds, then the rest."""

    def step(connection: socket.socket, over: Event) -> None:
        connection.sendall(begun)
        if not over.wait(seconds):
            connection.sendall(rest)

    return step


def repeat(piece: bytes, *, after: bytes = b"", seconds: float = 0.02) -> Step:
    """Send a beginning, then a piece again and again, so many seconds apart: for 8 seconds, which stand for ever."""

    def step(connection: socket.socket, over: Event) -> None:
        until = time.monotonic() + 8
        connection.sendall(after)
        while time.monotonic() < until and not over.wait(seconds):
            connection.sendall(piece)

    return step


_OK = b"HTTP/1.1 200 X\r\ncontent-type: image/png\r\n"
_CHUNKED = _OK + b"transfer-encoding: chunked\r\n\r\n"

NEVER_ENDING: dict[str, Step] = {
    "status line": repeat(b"a", after=b"HTTP/1.1 200 "),
    "headers": repeat(b"a", after=b"HTTP/1.1 200 X\r\nx: "),
    "100 Continue": repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue, quickly": repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50, seconds=0),
    "body": repeat(b" ", after=_OK + b"content-length: 100000\r\n\r\n{"),
    "body without a length": repeat(b" ", after=_OK + b"\r\n{}"),
    "size of a chunk": repeat(b"0", after=_CHUNKED + b"2\r\n{}\r\n"),
    "chunks": repeat(b"1\r\n \r\n", after=_CHUNKED + b"2\r\n{}\r\n"),
    "trailers": repeat(b"a", after=_CHUNKED + b"2\r\n{}\r\n0\r\nx: "),
}
"""Answers that always bring another byte in time and never come to their end."""


def hang(connection: socket.socket, over: Event) -> None:
    """Send nothing at all."""
    over.wait(10)


class ScriptedServer(SocketServer):
    """Answers each request with one step, then always with the last; `heads` are the requests as text."""

    def __init__(self, steps: Iterable[Step], *, certificate: Path | None = None) -> None:
        """Listen at once; `with` ends it. With a certificate and its key in a PEM file it speaks TLS."""
        super().__init__()
        self._steps = list(steps)
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self.heads: list[str] = []
        self.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{self.port}/v2"
        self._listen()

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError), self._encrypted(plain) as connection:
            while head := read_head(connection):
                self.heads.append(head)
                step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
                if callable(step):
                    step(connection, self._over)
                    return
                connection.sendall(step)
                if b"connection: close" in step:
                    return

    def _encrypted(self, plain: socket.socket) -> socket.socket:
        return plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
