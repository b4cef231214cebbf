"""Serves the pages with Waitress on the loopback address of this computer."""

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
"""Seconds that running responses may take when the viewer is stopped."""


@contextmanager
def serve_pages(context: ViewContext, *, port: int = 0) -> Iterator[AccessGate]:
    """Serve the pages while the `with` block runs; `port` 0 takes a free port. Raises PortTaken."""
    with _bind(port) as bound:
        gate = AccessGate(bound.getsockname()[1])
        logging.getLogger("waitress.queue").setLevel(
            logging.CRITICAL
        )  # a page with pictures makes many requests at once
        sockets: dict[int, Any] = {}
        server: Any = create_server(  # its type lacks what an orderly shutdown needs
            build_app(context, gate),
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
            # The worker threads end first, as they wake the waiting thread; then that thread closes its sockets.
            server.task_dispatcher.shutdown(timeout=PATIENCE)
            server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
            thread.join(PATIENCE)


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
