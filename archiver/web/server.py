"""Serves the pages with Waitress on the loopback address of this computer, and knows the one that runs already."""

from __future__ import annotations

import contextlib
import html
import logging
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from waitress import wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import Error

from archiver import errors
from archiver.folder_sync import storage_error
from archiver.schedule.scheduler_texts import program
from archiver.settings.home import home_digest, start_in_background
from archiver.settings.other_archives import read_note, state_folder, write_note
from archiver.web.access import CHALLENGE, OPEN, PROOF, AccessGate, is_fresh, new_cookie, proof
from archiver.web.app import build_app
from archiver.web.context import ViewContext

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

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


class NoSpaceForBody(Error):
    """The body of a request could not be written where it lies until a page reads it."""

    code = 507
    reason = "Insufficient Storage"

    def __init__(self, cause: OSError) -> None:
        super().__init__("")
        self.told = storage_error(cause, Path(tempfile.gettempdir()))


class BodyLeft(OverflowableBuffer):
    """Takes a body of which nothing is kept."""

    def append(self, _piece: bytes) -> None:
        """Leave a piece."""


class PageRequest(HTTPRequestParser):
    """A request whose body, where there is no space for it, is read to its end all the same: an answer comes then."""

    def received(self, data: bytes) -> int:
        """Take more of the request; return how many bytes were taken."""
        try:
            return super().received(data)
        except OSError as error:
            self.error = NoSpaceForBody(error)
            self.body_rcv = FixedStreamReceiver(getattr(self.body_rcv, "remain", 0), BodyLeft(0))
            return super().received(data)


class RefusalTask(ErrorTask):
    """Answers a request that is too large or found no space with a page of a sentence, any other as the server does."""

    def execute(self) -> None:
        """Send the answer and end the connection, since the rest of the request is not read."""
        request: Any = self.request
        error = request.error
        if isinstance(error, NoSpaceForBody):
            body = _page(_("The disk is full"), f"{error.told} {error.told.advice()}")
        elif error.code == 413:
            body = _page(_("This file is too large"), too_large_sentence())
        else:
            super().execute()
            return
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Connection", "close"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


PROGRESS = 65_536
"""Bytes of an unfinished request after which its connection counts as used; a whole request always does."""


class PageChannel(HTTPChannel):
    """A connection whose refusals are pages, and which is not kept open by a byte now and then.

    The server closes connections that are unused for a while. By itself it takes each byte for a use, so that somebody
    who never ends a request would keep others out.
    """

    error_task_class = RefusalTask
    parser_class = PageRequest

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._used_at, self._come_since = self.last_activity, 0

    def received(self, data: bytes) -> bool:
        """Take more of what the client sends, and remember since when it has sent nothing that counts."""
        begun = self.request
        taken = bool(super().received(data))
        self._come_since += len(data)
        if begun is None or self.request is not begun or self._come_since >= PROGRESS:
            self._used_at, self._come_since = self.last_activity, 0  # the server has set it to now
        self.last_activity = self._used_at
        return taken


def _page(title: str, sentence: str) -> bytes:
    """The page, complete in itself: it is sent without any of the program's other pages."""
    title, sentence, back = map(html.escape, (title, sentence, _("Go back to the page before.")))
    return (
        '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title>"
        f"<h1>{title}</h1><p>{sentence}</p><p>{back}</p>"
    ).encode()


def too_large_sentence() -> str:
    """What is told of a file that is larger than a page takes."""
    return _("A page takes files of 2 GB at most, so nothing was kept of this one. The file itself is unchanged.")


MAX_PORT = 65536
START_SECONDS = 20.0
"""How long the start of another archive's application may take."""


def instance_file(home: Path) -> Path:
    """Where the application of an archive says how to reach it: not in the home, which may not exist yet."""
    return state_folder() / f"app-{home_digest(home)}.json"


def _written(file: Path) -> tuple[int, str, str, str] | None:
    """Port, key, secret and cookie of an application as it wrote them; None without a readable file."""
    return read_note(file, lambda note: (int(note["port"]), str(note["key"]), str(note["secret"]), str(note["cookie"])))


def running_address(file: Path) -> str | None:
    """The address that opens the application which runs already; None if none proves itself to be it."""
    port, key, secret, _cookie = _written(file) or (0, "", "", "")
    return f"http://127.0.0.1:{port}{OPEN}?key={key}" if secret and is_ours(port, secret) else None


def start_application(home: Path, environ: Mapping[str, str]) -> bool:
    """Start the application of an archive, as a double-click would, and wait until it answers; whether it does.

    It outlives this program, and ends by itself when it is not used. One that runs already is left as it is. A token of
    this session is another archive's, and not handed on.
    """
    file, until = instance_file(home), time.monotonic() + START_SECONDS
    if running_address(file) is not None:
        return True
    words = (*program(sys.argv[0]), "--home", str(home), "app", "--no-browser")
    try:
        started = start_in_background(*words, environ=environ)
    except OSError:
        return False
    while time.monotonic() < until and started.poll() is None:
        if running_address(file) is not None:
            return True
        time.sleep(0.1)
    return running_address(file) is not None


def last_entry(file: Path) -> tuple[int, str]:
    """Port and cookie of the last run; 0 and an empty cookie if none is known, no cookie if its time is over."""
    port, _key, _secret, cookie = _written(file) or (0, "", "", "")
    return (port, cookie if is_fresh(cookie) else "") if 0 < port < MAX_PORT else (0, "")


def write_address(file: Path, gate: AccessGate) -> None:
    """Write port, key, secret and cookie, readable for the user alone: for a second start, and for the next run.

    Raises StorageError.
    """
    write_note(file, {"port": gate.port, "key": gate.key, "secret": gate.secret, "cookie": gate.cookie})
