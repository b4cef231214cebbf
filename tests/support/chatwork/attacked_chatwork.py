"""A simulated Chatwork behind a raw socket, where answers and whole connections can be replaced by an attack."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from threading import Event

from archiver.demo.loopback import HttpAnswer, HttpRequest
from tests.support.chatwork.in_process import without_sockets
from tests.support.chatwork.scripted_server import Step
from tests.support.chatwork.simulator import Chatwork
from tests.support.chatwork.socket_server import SocketServer, read_head

Answer = Callable[[bytes], Step]
"""What is sent in place of the true answer, which it is given: the body alone."""

ConnectionAttack = Callable[[socket.socket, Event], None]
"""What is done with a connection before a request is read from it."""


class AttackedChatwork(SocketServer):
    """Serves a Chatwork's API and its files on one port of loopback, one request a connection.

    With `tls` each connection is encrypted, which may be set anew at any time. As a proxy it lets a client through to
    every host and then is that host. `heads` are the requests as text, `tunnels` those to the proxy. While an attack is
    on, the answers of the paths that it is for, or all connections, are the attacker's.
    """

    def __init__(self, chatwork: Chatwork, *, tls: ssl.SSLContext | None = None, is_proxy: bool = False) -> None:
        """Listen at once, and let the Chatwork's files lie here; `with` ends it."""
        super().__init__()
        self._chatwork, self.tls, self._is_proxy = without_sockets(chatwork), tls, is_proxy
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"
        chatwork.files_url = self.url
        self.heads: list[str] = []
        self.tunnels: list[str] = []
        self._path = re.compile("")
        self._answer: Answer | None = None
        self._connection: ConnectionAttack | None = None
        self._listen()

    def heal(self) -> None:
        """End every attack."""
        self._answer = self._connection = None

    def attack_answers(self, path: str, answer: Answer) -> None:
        """From now on paths that match are answered so."""
        self._path, self._answer = re.compile(path), answer

    def attack_connections(self, attack: ConnectionAttack) -> None:
        """From now on no request is read."""
        self._connection = attack

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError):
            if self._is_proxy:
                self.tunnels.append(read_head(plain))
            if self._connection is not None:
                self._connection(plain, self._over)
                return
            if self._is_proxy:
                plain.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with plain if self.tls is None else self.tls.wrap_socket(plain, server_side=True) as connection:
                self._answer_request(connection)

    def _answer_request(self, connection: socket.socket) -> None:
        head = read_head(connection)
        if not head:
            return
        self.heads.append(head)
        request = _parse(head, self._chatwork)
        is_api = request.path.startswith("/v2/")
        true = (self._chatwork.answer_api if is_api else self._chatwork.answer_files)(request)
        body = b"".join(true.body.chunks())
        attack = self._answer if self._path.search(request.path) else None
        step = _whole(true, body) if attack is None else attack(body)
        if callable(step):
            step(connection, self._over)
        else:
            connection.sendall(step)


def _parse(head: str, chatwork: Chatwork) -> HttpRequest:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ")
    fields = dict(line.split(": ", 1) for line in lines)
    return HttpRequest(method, path, {name.lower(): value for name, value in fields.items()}, chatwork.now())


def _whole(answer: HttpAnswer, body: bytes) -> bytes:
    fields = {**answer.headers, "connection": "close"}
    if answer.status != HTTPStatus.NO_CONTENT:
        fields["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode("latin-1") + body
