"""A loopback HTTP server whose answers come from a function, with connections that can fail on purpose.

It knows HTTP/1.1 and the failures of a connection (`HttpAnswer`), nothing of Chatwork.
"""

import json
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Thread
from typing import Any

from archiver.demo.chatwork.file_bytes import ByteContent, held_content

_NO_CONTENT = 204
_CHUNKS_PER_SECOND = 20  # in which a slowed body is sent


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as received: `path` with its query, header names in lower case, the server's time."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: datetime
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A response, and how it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: ByteContent = field(default_factory=lambda: held_content(b""))
    sent: int | None = None
    """Only this many bytes of the body are sent, then the connection closes; None sends all."""
    wait: float = 0.0
    """How many seconds pass before the first byte."""
    rate: int | None = None
    """Bytes of the body per second; None: as fast as possible."""
    dropped: bool = False
    """Whether the connection closes without a byte."""


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """A JSON answer, escaped to ASCII as Chatwork does, so that it can hold NUL and lone surrogates."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    kind = {"content-type": "application/json; charset=utf-8"}
    return HttpAnswer(status, {**kind, **(headers or {})}, held_content(body))


def error_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """An error in Chatwork's shape: `{"errors": ["text"]}`."""
    return json_answer(status, {"errors": [text]}, headers)


class Server(ThreadingHTTPServer):
    """Serves `answer` on a loopback port from its own thread until `stop`."""

    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64

    def __init__(self, port: int, *, answer: Callable[[HttpRequest], HttpAnswer], now: Callable[[], datetime]) -> None:
        self.answer = answer
        self.now = now
        self.stopping = Event()
        self._open: set[Any] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def stop(self) -> None:
        """Close the port and every connection, and wait for the threads."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self._open):
            with suppress(OSError):  # the other side may have closed it already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def server_bind(self) -> None:
        """Bind without a name lookup, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.port

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, to be able to end it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection when it ends."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that go away; print every other error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise a keep-alive request costs 44 ms
    wbufsize = -1  # head and body leave in one piece
    server: Server

    def do_GET(self) -> None:
        """Record the request and send the answer; the same for every method, so that all are recorded."""
        body = self._read_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, self.path, headers, self.server.now(), body)
        try:
            self._send(self.server.answer(request))
        except ConnectionError:  # the client has gone away in the middle
            self.close_connection = True

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815 - its way

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the parent
        """Do nothing: requests are recorded, not printed."""

    def _read_body(self) -> bytes:
        """The body of the request, read so that the next request can follow."""
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers:
            self.close_connection = True
        return self.rfile.read(int(length)) if length.isdecimal() and len(length) < 10 else b""

    def _send(self, answer: HttpAnswer) -> None:
        if answer.wait:
            self.server.stopping.wait(answer.wait)
        if answer.dropped or self.server.stopping.is_set():
            self.close_connection = True
            return
        self._send_head(answer)
        if self.command != "HEAD":
            self._send_body(answer)

    def _send_head(self, answer: HttpAnswer) -> None:
        self.send_response_only(answer.status)
        date = format_datetime(self.server.now().astimezone(UTC), usegmt=True)
        for name, value in ({"date": date} | dict(answer.headers)).items():
            if value or name != "date":  # an empty date stands for a host that sends none
                self.send_header(name, value)
        if answer.status != _NO_CONTENT:
            self.send_header("content-length", str(answer.body.size))
        self.end_headers()

    def _send_body(self, answer: HttpAnswer) -> None:
        body = answer.body
        if answer.sent is not None:
            body = body.cut(0, answer.sent)
            self.close_connection = True
        limit = max(1, answer.rate // _CHUNKS_PER_SECOND) if answer.rate else 1 << 16
        for chunk in body.chunks(limit):
            if answer.rate:
                self.wfile.flush()
                self.server.stopping.wait(len(chunk) / answer.rate)
            self.wfile.write(chunk)
            if self.server.stopping.is_set():
                self.close_connection = True
                return
