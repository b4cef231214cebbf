"""The viewer of every worker of a team in one server: each request goes to the pages of its own worker's archive."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from archiver import errors
from archiver.health.error_reasons import reason
from archiver.store.archive import Archive
from archiver.team.proxy_access import ProxyGate, guard_behind_proxy, refusal_sentence
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
        self,
        gate: ProxyGate,
        find_home: Callable[[int], Path],
        build_context: Callable[[Path], ViewContext],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`find_home`: the home of the copy of an account's archive; `build_context`: the context of its pages."""
        self._gate, self._find_home, self._build_context, self._clock = gate, find_home, build_context, clock
        self._pages: dict[int, tuple[Flask, float]] = {}
        self._turns: dict[int, threading.Lock] = {}
        self._changing = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        account = self._gate.account_of(environ)
        if account is None:
            return _refuse(start)
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
            pages, looked = self._take(account) or (self._build(account), self._clock())
            if self._clock() - looked > FRESH_SECONDS:
                self._top_up(self._find_home(account))
                looked = self._clock()
            with self._changing:
                self._pages[account] = pages, looked
                if len(self._pages) > PAGES_KEPT:
                    del self._pages[next(iter(self._pages))]
            return pages

    def _take(self, account: int) -> tuple[Flask, float] | None:
        with self._changing:
            return self._pages.pop(account, None)

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


def _refuse(start: StartResponse) -> list[bytes]:
    return _plain(start, "403 Forbidden", refusal_sentence())


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
