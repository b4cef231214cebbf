"""Attacks on the wire, each with what comes of it."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import zlib
from dataclasses import dataclass
from threading import Event
from typing import Any

from tests.support.chatwork.attacked_chatwork import Answer
from tests.support.chatwork.scripted_server import NEVER_ENDING, Step, drip, hang, stall

READ = "read"
"""What the reply says is whole and plain, so it is taken."""

WAITS = "waits"
"""The file is not held, and a later run tries again."""

TOO_LONG, SILENT, CUT = "the reply took too long", "no answer in time", "the reply was cut short"
DAMAGED, NO_HTTP, TOO_LARGE = "the reply is damaged", "the answer is not HTTP", "the reply is too large"
EMPTY, NO_JSON, NO_FORM = "it is empty", "it is not JSON", "it does not have the documented form"
CLOSED = "the connection was closed without an answer"


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack on the answer of one request."""

    answer: Answer
    told: str
    """A part of the sentence that is told where it answers a call of the API, or READ."""
    file: str | None = None
    """READ or WAITS, where it answers a download; None: it is about JSON alone, or about the time of a call."""


def _head(*lines: str | bytes, first: bytes = b"HTTP/1.1 200 X") -> bytes:
    encoded = [line.encode("latin-1") if isinstance(line, str) else line for line in lines]
    return b"\r\n".join([first, b"content-type: application/json", b"connection: close", *encoded, b"", b""])


def _length(body: bytes) -> str:
    return f"content-length: {len(body)}"


def _plain(body: bytes, *lines: str | bytes, first: bytes = b"HTTP/1.1 200 X") -> bytes:
    return _head(_length(body), *lines, first=first) + body


def _header(*lines: str | bytes) -> Answer:
    """The true answer, with more header lines."""
    return lambda body: _plain(body, *lines)


def _lengths(*lines: str) -> Answer:
    """The true body, with these lines in place of its length."""
    return lambda body: _head(*lines) + body


def _first(line: bytes) -> Answer:
    return lambda body: _plain(body, first=line)


def _redirect(to: str) -> Answer:
    return lambda _body: _plain(b"", f"location: {to}", first=b"HTTP/1.1 302 X")


def _chunk(body: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(body), extension, body)


def _last(trailers: bytes = b"") -> bytes:
    return b"0\r\n" + trailers + b"\r\n"


def _chunked(chunks: Answer, *more: str) -> Answer:
    def answer(body: bytes) -> Step:
        made = chunks(body)
        assert isinstance(made, bytes)
        return _head("transfer-encoding: chunked", *more) + made

    return answer


def _encoded(coding: str, encode: Answer) -> Answer:
    def answer(body: bytes) -> Step:
        made = encode(body)
        assert isinstance(made, bytes)
        return _plain(made, f"content-encoding: {coding}")

    return answer


def _two_members(body: bytes) -> bytes:
    return gzip.compress(body[:9]) + gzip.compress(body[9:])


def _raw_deflate(body: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(body) + made.flush()


def _always(step: Step) -> Answer:
    return lambda _body: step


def _json(value: bytes) -> Answer:
    """JSON in place of the true answer."""
    return lambda _body: _plain(value)


def _changed(**fields: Any) -> Answer:
    """The true list, whose newest object has these fields."""

    def answer(body: bytes) -> Step:
        rows = json.loads(body)
        rows[-1] |= fields
        return _plain(json.dumps(rows).encode())

    return answer


def _doubled(body: bytes) -> Step:
    """Each id stands twice in its object: a false one first."""
    return _plain(body.replace(b'{"message_id":', b'{"message_id":"1","message_id":'))


def reset(begin: bytes = b"") -> Step:
    """Send a beginning, then end the connection with a reset instead of a regular end."""

    def step(connection: socket.socket, over: Event) -> None:
        connection.sendall(begin)
        over.wait(0.05)  # what was sent is read before the reset takes it away
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return step


def _begun(body: bytes) -> bytes:
    return _head(_length(body)) + body[: len(body) // 2]


def _bomb(size: int, times: int = 1) -> Answer:
    def encode(_body: bytes) -> bytes:
        made = b" " * size
        for _ in range(times):
            made = gzip.compress(made)
        return made

    return encode


def _smuggled(body: bytes) -> Step:
    """The true answer on a connection that stays, and one behind it that nobody asked for."""
    false = _plain(b'[{"message_id":"666"}]')
    return (_plain(body) + false).replace(b"connection: close\r\n", b"")


ATTACKS: dict[str, Attack] = {
    # --- the head
    "bytes that are no HTTP": Attack(lambda _: b"\x16\x03\x01\0\xff hello\r\n\r\n", NO_HTTP, WAITS),
    "a body without a head": Attack(lambda body: body, NO_HTTP, WAITS),
    "a status that is no number": Attack(_first(b"HTTP/1.1 two X"), NO_HTTP, WAITS),
    "status 999": Attack(_first(b"HTTP/1.1 999 X"), "server error 999", WAITS),
    "status 101": Attack(_first(b"HTTP/1.1 101 X"), "status 101", WAITS),
    "a status line of 1 MB": Attack(_first(b"HTTP/1.1 200 " + b"a" * 2**20), NO_HTTP, WAITS),
    "a header line of 1 MB": Attack(_header("x: " + "a" * 2**20), NO_HTTP, WAITS),
    "a thousand header lines": Attack(_header(*["x: a"] * 1000), NO_HTTP, WAITS),
    "a folded header line": Attack(_header("x: a\r\n b"), READ, READ),
    "NUL in a header": Attack(_header("x: a\0b"), READ, READ),
    "a header line without a colon": Attack(_header("nonsense"), READ, READ),
    "line ends without CR": Attack(lambda body: _head(_length(body)).replace(b"\r", b"") + body, READ, READ),
    "absurd headers of the allowance": Attack(
        _header("x-ratelimit-limit: -1", "x-ratelimit-remaining: \xb2", "x-ratelimit-reset: " + "9" * 5000), READ, READ
    ),
    "a date that is none": Attack(_header("date: Fri, 99 Foo 99999 99:99:99 GMT"), READ, READ),
    "a thousand cookies": Attack(_header("set-cookie: " + "; ".join(["a=b; path=/"] * 1000)), READ, READ),
    "Content-Length twice, alike": Attack(lambda body: _plain(body, _length(body)), READ, READ),
    "Content-Length twice, different": Attack(lambda body: _plain(body, "content-length: 5"), DAMAGED, WAITS),
    "Content-Length too short": Attack(_lengths("content-length: 5"), NO_JSON, WAITS),
    "Content-Length too long": Attack(lambda body: _head(f"content-length: {len(body) + 1}") + body, CUT, WAITS),
    "Content-Length of 4 EB": Attack(_lengths(f"content-length: {2**62}"), CUT, WAITS),
    "Content-Length negative": Attack(_lengths("content-length: -5"), READ, READ),
    "Content-Length that is no number": Attack(_lengths("content-length: five"), READ, READ),
    "Content-Length against chunked": Attack(
        _chunked(lambda body: _chunk(body) + _last(), "content-length: 5"), READ, WAITS
    ),
    "a transfer coding that nobody knows": Attack(
        lambda body: _head("transfer-encoding: x, chunked") + _chunk(body), NO_JSON, WAITS
    ),
    "a second reply that nobody asked for": Attack(_smuggled, READ, READ),
    "100 Continue once": Attack(lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + _plain(body), READ, READ),
    "103 Early Hints": Attack(lambda body: b"HTTP/1.1 103 X\r\n\r\n" + _plain(body), "status 103", WAITS),
    # --- time
    "silence": Attack(lambda _: hang, SILENT),
    "silence within the head": Attack(lambda body: stall(_begun(body)[:40], b"", seconds=8), SILENT),
    "silence within the body": Attack(lambda body: stall(_begun(body), b"", seconds=8), SILENT),
    "byte by byte": Attack(lambda body: drip(_plain(body), seconds=0.02), TOO_LONG),
    **{f"never ending: {name}": Attack(_always(step), TOO_LONG) for name, step in NEVER_ENDING.items()},
    # --- the end of the connection
    "closed without an answer": Attack(lambda _: b"", CLOSED, WAITS),
    "closed within the head": Attack(lambda body: _begun(body)[:40], EMPTY, WAITS),
    "closed within the body": Attack(_begun, CUT, WAITS),
    "reset without an answer": Attack(lambda _: reset(), CLOSED, WAITS),
    "reset within the body": Attack(lambda body: reset(_begun(body)), CUT, WAITS),
    # --- chunks
    "one chunk for each byte": Attack(
        _chunked(lambda body: b"".join(b"1\r\n%c\r\n" % byte for byte in body) + _last()), READ, READ
    ),
    "a chunk size that is no number": Attack(_chunked(lambda body: b"zz\r\n" + body + b"\r\n0\r\n\r\n"), CUT, WAITS),
    "a negative chunk size": Attack(_chunked(lambda body: b"-1\r\n" + body + b"\r\n0\r\n\r\n"), CUT, WAITS),
    "a chunk size of 16 EB": Attack(_chunked(lambda body: b"f" * 16 + b"\r\n" + body), CUT, READ),
    "no last chunk": Attack(_chunked(_chunk), CUT, READ),
    "chunks without line ends": Attack(_chunked(lambda body: _chunk(body)[:-2] + _last()), CUT, READ),
    "a chunk extension of 1 MB": Attack(
        _chunked(lambda body: _chunk(body, b";x=" + b"a" * 2**20) + _last()), DAMAGED, WAITS
    ),
    "trailers that state another length": Attack(
        _chunked(lambda body: _chunk(body) + _last(b"content-length: 1\r\n")), READ, READ
    ),
    "ten thousand trailers": Attack(_chunked(lambda body: _chunk(body) + _last(b"x: a\r\n" * 10**4)), READ, READ),
    "a trailer of 1 MB": Attack(_chunked(lambda body: _chunk(body) + _last(b"x: " + b"a" * 2**20)), DAMAGED, READ),
    # --- content codings
    "gzip in two members": Attack(_encoded("gzip", _two_members), READ),
    "gzip with something behind it": Attack(_encoded("gzip", lambda body: gzip.compress(body) + b"more"), READ),
    "gzip that is cut": Attack(_encoded("gzip", lambda body: gzip.compress(body)[:-20]), NO_JSON),
    "gzip with a wrong sum": Attack(_encoded("gzip", lambda body: gzip.compress(body)[:-8] + b"\0" * 8), DAMAGED),
    "gzip that is none": Attack(_encoded("gzip", lambda body: body), DAMAGED),
    "deflate without its frame": Attack(_encoded("deflate", _raw_deflate), READ),
    "deflate with its frame": Attack(_encoded("deflate", zlib.compress), READ),
    "a coding that nobody knows": Attack(_encoded("x-none", lambda body: body), READ),
    "a thousand codings": Attack(_encoded(", ".join(["gzip"] * 1000), gzip.compress), DAMAGED),
    "a bomb of gzip": Attack(_encoded("gzip", _bomb(10**7)), TOO_LARGE),
    "a bomb of gzip within gzip": Attack(_encoded("gzip, gzip", _bomb(10**7, 2)), TOO_LARGE),
    # --- JSON
    "another type at the top": Attack(_json(b'"text"'), "it is not a list"),
    "null at the top": Attack(_json(b"null"), "it is not a list"),
    "null within a list": Attack(_json(b"[null]"), NO_FORM),
    "an id that is a list": Attack(_changed(message_id=[1]), NO_FORM),
    "an id that is true": Attack(_changed(message_id=True), NO_FORM),
    "an id with a fraction": Attack(_changed(message_id=1.5), NO_FORM),
    "an id below nothing": Attack(_changed(message_id="-1"), NO_FORM),
    "an id past 64 bits": Attack(_changed(message_id=str(2**64)), NO_FORM),
    "a text that is a number": Attack(_changed(body=5), NO_FORM),
    "a person that is a text": Attack(_changed(account="x"), NO_FORM),
    "a time that is a text": Attack(_changed(send_time="x"), NO_FORM),
    "a time past all calendars": Attack(_changed(send_time=10**30), NO_FORM),
    "a number of 100,000 digits": Attack(_json(b'[{"message_id":' + b"9" * 100_000 + b"}]"), NO_JSON),
    "a number past all numbers": Attack(_json(b'[{"message_id":1e999999}]'), NO_JSON),
    "NaN": Attack(_json(b'[{"message_id":NaN}]'), NO_JSON),
    "100,000 levels": Attack(_json(b"[" * 100_000), NO_JSON),
    "33 levels": Attack(_json(b"[" * 33 + b"]" * 33), NO_JSON),
    "a name twice in an object": Attack(_doubled, READ),
    "half a character": Attack(_changed(unknown="\ud83d"), READ),
    "NUL in a name": Attack(_changed(**{"a\0b": "\0"}), READ),
    "a mark before the JSON": Attack(lambda body: _plain(b"\xef\xbb\xbf" + body), NO_JSON),
    "UTF-16": Attack(lambda body: _plain(body.decode().encode("utf-16")), NO_JSON),
    "something behind the JSON": Attack(lambda body: _plain(body + b"]"), NO_JSON),
    # --- elsewhere
    "a redirect in a loop": Attack(_redirect("?"), "status 302", WAITS),
    "a redirect to another host": Attack(_redirect("http://example.com/v2/"), "status 302", WAITS),
    "a redirect to a file of this computer": Attack(_redirect("file:///etc/passwd"), "status 302", WAITS),
    "a page that leads elsewhere": Attack(
        _json(b'<meta http-equiv="refresh" content="0;url=http://example.com/">'), NO_JSON
    ),
}


NO_TLS, NO_PROXY = "no secure connection", "no way through the proxy"


@dataclass(frozen=True, slots=True)
class ConnectionAttack:
    """An attack before a request is answered, or read at all."""

    step: Step
    told: str
    """A part of the sentence that is told."""

    def __call__(self, connection: socket.socket, over: Event) -> None:
        """Play it."""
        if callable(self.step):
            self.step(connection, over)
        else:
            connection.sendall(self.step)


def _after_hello(answer: bytes) -> Step:
    """Read what a client begins with, then answer it: a connection that is closed over unread bytes is reset."""

    def step(connection: socket.socket, over: Event) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return step


def _before_hello(answer: bytes) -> Step:
    def step(connection: socket.socket, over: Event) -> None:
        connection.sendall(answer)
        connection.recv(65536)

    return step


TLS_ATTACKS: dict[str, ConnectionAttack] = {
    "a handshake that hangs": ConnectionAttack(hang, SILENT),
    "a handshake byte by byte": ConnectionAttack(drip(b"\x16\x03\x03\0\x7a" + b"\2" * 500, seconds=0.05), SILENT),
    "plain text in place of a handshake": ConnectionAttack(_after_hello(_plain(b"[]")), NO_TLS),
    "an alert in place of a handshake": ConnectionAttack(_after_hello(b"\x15\x03\x03\0\2\2\x28"), NO_TLS),
    "a handshake that is closed": ConnectionAttack(_after_hello(b""), NO_TLS),
    "a handshake that is reset": ConnectionAttack(reset(b"\x16\x03\x03"), CLOSED),
}

CERTIFICATES: dict[str, dict[str, Any]] = {
    "a certificate that has ended": {"days": -1},
    "a certificate that has not begun": {"begun": -1, "days": 2},
    "a certificate of another host": {"host": "chatwork.example"},
    "a certificate that nobody vouches for": {},
}
"""What the certificate is made of; the last one alone is not in the list of those trusted."""


def _from_proxy(status: int, body: bytes = b"<html>no</html>", *lines: str) -> bytes:
    return _plain(body, *lines, first=b"HTTP/1.1 %d X" % status)


PROXY_ATTACKS: dict[str, ConnectionAttack] = {
    "a proxy that is silent": ConnectionAttack(hang, SILENT),
    "a proxy whose head never ends": ConnectionAttack(NEVER_ENDING["headers"], TOO_LONG),
    "a proxy that closes": ConnectionAttack(b"", CLOSED),
    "a proxy that resets": ConnectionAttack(reset(), CLOSED),
    "a proxy that speaks no HTTP": ConnectionAttack(b"SSH-2.0-X\r\n\r\n", NO_HTTP),
    "a proxy that wants a password": ConnectionAttack(
        _from_proxy(407, b"<html>", "proxy-authenticate: Basic realm=x"), NO_PROXY
    ),
    "a proxy that refuses": ConnectionAttack(_from_proxy(403), NO_PROXY),
    "a proxy that leads elsewhere": ConnectionAttack(_from_proxy(302, b"", "location: http://example.com/"), NO_PROXY),
    "a proxy that answers with a page": ConnectionAttack(_before_hello(_from_proxy(200)), NO_TLS),
}
