"""Runs a WSGI application with Waitress on a bound socket, while a `with` block runs."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

from archiver import errors
from archiver.web.refused_requests import PageChannel

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

PATIENCE = 2
"""Seconds that running responses may take when the server is stopped."""

CONNECTIONS = 450
"""Below the 512 sockets that `select` can watch on Windows. Unused ones end after the server's `idle_seconds`."""

CLEANUP_SECONDS = 5
"""How often unused connections are looked for."""

SMALL_BODY = 1024
"""Bytes of a request at most, where nothing is handed in."""


def bind_port(host: str, port: int) -> socket.socket:
    """A socket bound to the address; `port` 0 takes a free one. Raises PortTaken."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let another program take the same port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise errors.PortTaken(port=port) from error
    return bound


@contextlib.contextmanager
def running_server(
    application: WSGIApplication,
    bound: socket.socket,
    *,
    threads: int,
    idle_seconds: int,
    body_limit: int = SMALL_BODY,
) -> Iterator[None]:
    """Answer requests on the socket while the `with` block runs.

    `idle_seconds`: how long a connection is kept that ends no request; `body_limit`: bytes of a request at most.
    """
    # A page with pictures makes many requests at once, which is nothing to warn of.
    logging.getLogger("waitress.queue").setLevel(logging.CRITICAL)
    sockets: dict[int, Any] = {}
    server: Any = create_server(  # its type lacks what an orderly shutdown needs
        application,
        map=sockets,
        sockets=[bound],
        threads=threads,
        channel_timeout=idle_seconds,
        max_request_body_size=body_limit,
        max_request_header_size=65_536,
        asyncore_use_poll=sys.platform != "win32",
        ident=None,
        clear_untrusted_proxy_headers=True,
        connection_limit=CONNECTIONS,
        cleanup_interval=CLEANUP_SECONDS,
    )
    server.channel_class = PageChannel
    thread = threading.Thread(target=server.run, name="serve", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # The worker threads end first, as they wake the waiting thread; then that thread closes its sockets.
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        with contextlib.suppress(OSError):  # the thread has already closed its end
            server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        thread.join(PATIENCE)
