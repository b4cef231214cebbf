"""Serves the pages with Waitress on the loopback address of this computer."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Blueprint
from waitress import wasyncore
from waitress.server import create_server

from archiver import errors
from archiver.web.access import OPEN, AccessGate
from archiver.web.app import build_app
from archiver.web.context import ViewContext
from archiver.web.refused_requests import PageChannel

LOOPBACK = "127.0.0.1"
THREADS = 4
WRITING_THREADS = 8
"""A page that asks Chatwork something keeps a thread waiting; the others go on."""

UPLOAD_LIMIT = 2 * 1024**3
"""Bytes of a request at most, where files may be handed in."""

CONNECTIONS = 450
"""Below the 512 sockets that `select` can watch on Windows. Half-open ones end after `IDLE_SECONDS`."""

IDLE_SECONDS = 20

PATIENCE = 2
"""Seconds that running responses may take when the viewer is stopped."""


@contextmanager
def serve_pages(
    context: ViewContext,
    *,
    port: int = 0,
    more: Sequence[Blueprint] = (),
    on_spent: Callable[[AccessGate], None] | None = None,
) -> Iterator[AccessGate]:
    """Serve the pages while the `with` block runs; `port` 0 takes a free port. Raises PortTaken.

    With `more`, pages that write are served too; `on_spent` learns when the gate has made a new key.
    """
    with _bind(port) as bound:
        gate = AccessGate(bound.getsockname()[1], bool(more), on_spent)
        logging.getLogger("waitress.queue").setLevel(
            logging.CRITICAL
        )  # a page with pictures makes many requests at once
        sockets: dict[int, Any] = {}
        server: Any = create_server(  # its type lacks what an orderly shutdown needs
            build_app(context, gate, more),
            map=sockets,
            sockets=[bound],
            threads=WRITING_THREADS if more else THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            asyncore_use_poll=sys.platform != "win32",
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=UPLOAD_LIMIT if more else 1024,
            max_request_header_size=65_536,
        )
        server.channel_class = PageChannel
        thread = threading.Thread(target=server.run, name="view", daemon=True)
        thread.start()
        try:
            yield gate
        finally:
            # The worker threads end first, as they wake the waiting thread; then that thread closes its sockets.
            server.task_dispatcher.shutdown(timeout=PATIENCE)
            server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
            thread.join(PATIENCE)


def is_served(port: int) -> bool:
    """Whether pages of this program answer at a port of this computer."""
    request = f"HEAD {OPEN} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((LOOPBACK, port), timeout=PATIENCE) as connection:
            connection.sendall(request.encode())
            head = connection.recv(4096)
    except (OSError, OverflowError):
        return False
    return b" 200 " in head and b"Content-Security-Policy" in head


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let another program take the same port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError as error:
        bound.close()
        raise errors.PortTaken(port=port) from error
    return bound
