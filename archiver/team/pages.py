"""The viewer of every worker of a team in one server: each request goes to the pages of its own worker's archive."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, render_template, request
from werkzeug import wrappers

from archiver import errors
from archiver.health.error_reasons import reason
from archiver.store.archive import Archive
from archiver.web.access import add_headers
from archiver.web.app import build_pages
from archiver.web.context import ViewContext
from archiver.web.server import bind_port, running_server
from archiver.wording import gettext as _

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

THREADS = 16
PAGES_KEPT = 20
"""The pages of so many members, those who looked last, stay in memory, where each take 2 MB."""

FRESH_SECONDS = 30.0
"""For so long a copy is shown without asking the ledger for newer records."""

IDLE_SECONDS = 60


class TeamPages:
    """A WSGI application (PEP 3333) that asks the gate whose pages a request may see, and shows those."""

    def __init__(
        self, gate: ProxyGate, find_home: Callable[[int], Path], build_context: Callable[[Path], ViewContext]
    ) -> None:
        """`find_home`: the home of the copy of an account's archive; `build_context`: the context of its pages."""
        self._gate, self._find_home, self._build_context = gate, find_home, build_context
        self._pages: dict[int, tuple[Flask, float]] = {}
        self._turns: dict[int, threading.Lock] = {}
        self._changing = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        account = self._gate.account_of(environ)
        if account is None:
            return _plain(start, "403 Forbidden", refusal_sentence())
        try:
            pages = self._pages_of(account)
        except errors.ArchiverError as error:
            logging.getLogger(__name__).warning("account %s: %s", account, error)
            return _fail(start, type(error).__name__)
        return pages(environ, start)

    def _pages_of(self, account: int) -> Flask:
        """The pages of an account's archive, its copy brought up to the ledger now and then."""
        with self._changing:
            turn = self._turns.setdefault(account, threading.Lock())
        with turn:
            with self._changing:
                held = self._pages.pop(account, None)
            pages, looked = held or (self._build(account), time.monotonic())
            if time.monotonic() - looked > FRESH_SECONDS:
                self._top_up(self._find_home(account))
                looked = time.monotonic()
            with self._changing:
                self._pages[account] = pages, looked
                if len(self._pages) > PAGES_KEPT:
                    del self._pages[next(iter(self._pages))]
            return pages

    def _build(self, account: int) -> Flask:
        context = self._build_context(self._find_home(account))
        self._top_up(context.home)
        return build_pages(context, lambda app: guard_behind_proxy(app, self._gate, account))

    def _top_up(self, home: Path) -> None:
        """Bring a copy up to the ledger; while that cannot be reached, the copy is shown as it is."""
        with closing(Archive(home)) as archive:
            try:
                archive.top_up()
            except (errors.LedgerUnavailable, errors.StaleCopy, errors.ArchiveBusy):
                if not archive.database.is_file():
                    raise


@contextmanager
def serve_team(pages: TeamPages, *, host: str, port: int) -> Iterator[int]:
    """Serve at an address while the `with` block runs; the port. Raises PortTaken."""
    with bind_port(host, port) as bound, running_server(pages, bound, threads=THREADS, idle_seconds=IDLE_SECONDS):
        yield bound.getsockname()[1]


def _fail(start: StartResponse, error_name: str) -> list[bytes]:
    """Say why in the words of `status`: what the error itself says is about the server."""
    sentence = _("Your archive cannot be shown now: {reason}. Tell whoever looks after this page.")
    why = reason(error_name) or _("the reason is in the server's log")
    return _plain(start, "503 Service Unavailable", sentence.format(reason=why))


def _plain(start: StartResponse, status: str, sentence: str) -> list[bytes]:
    body = f"{sentence}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    start(status, headers)
    return [body]


USER_HEADER = "X-Archive-User"
SECRET_HEADER = "X-Archive-Proxy"  # noqa: S105 - the name of a header

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ProxyGate:
    """What the proxy proves itself by, and whose archive is whose.

    The proxy signs people in and says in a header who it is. That header is believed only where all of this holds:

    - the connection comes from an address that the proxy has;
    - the request carries the secret that only the proxy and this program know (`X-Archive-Proxy`);
    - the header with the name (`X-Archive-User`) is there once, is no list and has only printable ASCII signs;
    - the `Host` is the one under which the organisation offers the pages.

    The proxy must set both headers itself, in place of what a browser sent. A name of no archive sees nothing.
    """

    host: str
    """The `Host` by which browsers call the pages, with the port where it is not the usual one."""
    secret: str = field(repr=False)
    peers: frozenset[str]
    """The addresses from which the proxy connects."""
    accounts: Mapping[str, int]
    """The name that the proxy gives → the number of the worker's Chatwork account."""

    def account_of(self, environ: Mapping[str, Any]) -> int | None:
        """Whose pages a request may see; None: nobody's."""
        given = str(environ.get(_variable(SECRET_HEADER), ""))
        is_secret = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.secret.encode())
        if not (is_secret and environ.get("REMOTE_ADDR") in self.peers and environ.get("HTTP_HOST") == self.host):
            return None
        name = str(environ.get(_variable(USER_HEADER), ""))
        is_one_name = 0 < len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable()
        return self.accounts.get(name) if is_one_name and not set(name) & set(' ,;"') else None  # two come with a comma


def guard_behind_proxy(app: Flask, gate: ProxyGate, account: int) -> None:
    """Put the gate before every route of one worker's pages; whoever leads requests here has asked it too."""

    @app.before_request
    def _check_request() -> wrappers.Response | tuple[str, int] | None:
        if gate.account_of(request.environ) != account:
            return render_template("access_refused.html", sentence=refusal_sentence()), 403
        if request.method not in {"GET", "HEAD"}:
            return render_template("access_refused.html", sentence=_("The viewer only shows; it changes nothing.")), 405
        return None

    add_headers(app)


def refusal_sentence() -> str:
    """What somebody reads who may see no pages; it does not tell why."""
    return _("There is nothing here for you. Sign in at your organisation's address of the archives.")


def _variable(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")
