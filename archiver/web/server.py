"""Serves the pages on this computer alone: Waitress on the loopback address, until it is told to stop."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from archiver import errors
from archiver.web.access import AccessGate
from archiver.web.app import build_app
from archiver.web.context import ViewContext

LOOPBACK = "127.0.0.1"
THREADS = 4

PATIENCE = 2
"""Seconds in which an answer may still be ended when the viewer is."""


@contextmanager
def serve_pages(desk: ViewContext, *, port: int = 0) -> Iterator[AccessGate]:
    """Serve while the context is open; `port` 0 takes a free one. Raises PortTaken."""
    with _bind(port) as bound:
        gate = AccessGate(bound.getsockname()[1])
        logging.getLogger("waitress.queue").setLevel(logging.CRITICAL)  # a picture page asks for many at once
        sockets: dict[int, Any] = {}
        server: Any = create_server(  # its type leaves out what an orderly end needs
            build_app(desk, gate),
            map=sockets,
            sockets=[bound],
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=1024,
            max_request_header_size=65_536,
        )
        thread = threading.Thread(target=server.run, name="view", daemon=True)
        thread.start()
        try:
            yield gate
        finally:
            # Those who answer end first, as they wake the thread that waits; then that one closes what it waits on.
            server.task_dispatcher.shutdown(timeout=PATIENCE)
            server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
            thread.join(PATIENCE)


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there REUSEADDR would let another program take the same port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError as error:
        bound.close()
        raise errors.PortTaken(port=port) from error
    return bound
