"""Serves the pages with Waitress on the loopback address of this computer."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from flask import Blueprint

from archiver.web.access import CHALLENGE, OPEN, PROOF, AccessGate, new_cookie, proof
from archiver.web.app import build_app
from archiver.web.context import ViewContext
from archiver.web.waitress_server import PATIENCE, SMALL_BODY, bind_port, running_server

LOOPBACK = "127.0.0.1"
THREADS = 4
WRITING_THREADS = 8
"""A page that asks Chatwork something keeps a thread waiting; the others go on."""

UPLOAD_LIMIT = 2 * 1024**3
"""Bytes of a request at most, where files may be handed in."""

IDLE_SECONDS = 20


@contextmanager
def serve_pages(
    context: ViewContext,
    *,
    port: int = 0,
    more: Sequence[Blueprint] = (),
    on_change: Callable[[AccessGate], None] | None = None,
    cookie: str = "",
) -> Iterator[AccessGate]:
    """Serve the pages while the `with` block runs; `port` 0 takes a free port. Raises PortTaken.

    With `more`, pages that write are served too; `on_change` learns when the gate has a new key or cookie; `cookie`:
    that of an earlier run, which still lets in.
    """
    with bind_port(LOOPBACK, port) as bound:
        gate = AccessGate(bound.getsockname()[1], bool(more), on_change, cookie=cookie or new_cookie())
        with running_server(
            build_app(context, gate, more),
            bound,
            threads=WRITING_THREADS if more else THREADS,
            idle_seconds=IDLE_SECONDS,
            body_limit=UPLOAD_LIMIT if more else SMALL_BODY,
        ):
            yield gate


def is_ours(port: int, secret: str) -> bool:
    """Whether the application that wrote this secret answers at a port of this computer; the secret is not sent."""
    challenge = secrets.token_urlsafe(32)
    request = (
        f"HEAD {OPEN} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n{CHALLENGE}: {challenge}\r\nConnection: close\r\n\r\n"
    )
    try:
        with socket.create_connection((LOOPBACK, port), timeout=PATIENCE) as connection:
            connection.sendall(request.encode())
            head = connection.recv(4096)
    except (OSError, OverflowError):
        return False
    return f"{PROOF}: {proof(secret, port, challenge)}\r\n".encode() in head
