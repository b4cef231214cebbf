"""Services on loopback whose answers come from functions: HTTP/1.1 alone."""

import json
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import shake_256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Thread
from typing import Any, Self

_NO_CONTENT = 204
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ByteContent:
    """Bytes from `start` to before `stop`, given or generated from a seed; the latter are never whole in memory."""

    source: bytes | int
    """The bytes themselves, or the seed from which they are generated."""
    start: int
    stop: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.stop - self.start

    def cut(self, start: int, stop: int) -> "ByteContent":
        """The part from byte `start` to before byte `stop` of this content; never more than there is."""
        begin = min(self.start + start, self.stop)
        return ByteContent(self.source, begin, max(begin, min(self.start + stop, self.stop)))

    def chunks(self, limit: int = _BLOCK) -> Iterator[bytes]:
        """The bytes in order, in chunks of at most `limit` bytes."""
        for block in self._blocks():
            for begin in range(0, len(block), limit):
                yield block[begin : begin + limit]

    def _blocks(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            yield self.source[self.start : self.stop]
            return
        base = shake_256(str(self.source).encode()).digest(_BLOCK)
        for number in range(self.start // _BLOCK, -(-self.stop // _BLOCK)):
            # Each block has its number in it, so that a lost or doubled one changes the digest.
            block = number.to_bytes(8, "big") + base[8:]
            yield block[max(0, self.start - number * _BLOCK) : self.stop - number * _BLOCK]


def held_content(data: bytes) -> ByteContent:
    """Content with these bytes."""
    return ByteContent(data, 0, len(data))


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
    """A response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: ByteContent = field(default_factory=lambda: held_content(b""))


Answer = Callable[[HttpRequest], HttpAnswer]
Clock = Callable[[], datetime]
"""Returns the present as an aware datetime."""


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """A JSON answer, escaped to ASCII as Chatwork does, so that it can hold NUL and lone surrogates."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    kind = {"content-type": "application/json; charset=utf-8"}
    return HttpAnswer(status, {**kind, **(headers or {})}, held_content(body))


def error_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """An error in Chatwork's shape: `{"errors": ["text"]}`."""
    return json_answer(status, {"errors": [text]}, headers)


class LoopbackHandler(BaseHTTPRequestHandler):
    """One connection to a `LoopbackServer`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise a keep-alive request costs 44 ms
    wbufsize = -1  # head and body leave in one piece
    server: "LoopbackServer"

    def do_GET(self) -> None:
        """Send the answer, whatever the method is."""
        body = self._read_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, self.path, headers, self.server.now(), body)
        try:
            self.send(self.server.answer(request))
        except ConnectionError:  # the client has gone away in the middle
            self.close_connection = True

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815 - its way

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the parent
        """Do nothing."""

    def send(self, answer: HttpAnswer) -> None:
        """Send the head and the body."""
        self.send_response_only(answer.status)
        date = format_datetime(self.server.now().astimezone(UTC), usegmt=True)
        for name, value in ({"date": date} | dict(answer.headers)).items():
            if value or name != "date":  # an empty date stands for a host that sends none
                self.send_header(name, value)
        if answer.status != _NO_CONTENT:
            self.send_header("content-length", str(answer.body.size))
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(answer)

    def send_body(self, answer: HttpAnswer) -> None:
        """Send the body in chunks."""
        for chunk in answer.body.chunks():
            self.wfile.write(chunk)

    def _read_body(self) -> bytes:
        """The body of the request, read so that the next request can follow."""
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers:
            self.close_connection = True
        return self.rfile.read(int(length)) if length.isdecimal() and len(length) < 10 else b""


class LoopbackServer(ThreadingHTTPServer):
    """Serves `answer` on a loopback port from its own thread until `stop`."""

    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64
    handler_type = LoopbackHandler

    def __init__(self, port: int, *, answer: Answer, now: Clock) -> None:
        self.answer = answer
        self.now = now
        self.stopping = Event()
        self._open: set[Any] = set()
        super().__init__(("127.0.0.1", port), self.handler_type)
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


class LoopbackService:
    """A server for each of `answers`, running between `start` and `stop`; `now` is its clock."""

    server_type = LoopbackServer

    def __init__(self, now: Clock, *answers: Answer) -> None:
        self.now = now
        self.ports = [0] * len(answers)
        """Where the servers listen; known after `start`."""
        self._answers = answers
        self._servers: list[LoopbackServer] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the servers; after a `stop`, on the same ports again."""
        ports = zip(self.ports, self._answers, strict=True)
        self._servers = [self.server_type(port, answer=answer, now=self.now) for port, answer in ports]
        self.ports = [server.port for server in self._servers]

    def stop(self) -> None:
        """End every connection and release the ports, so that requests are refused; the state stays."""
        for server in self._servers:
            server.stop()
        self._servers = []
