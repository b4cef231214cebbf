"""Access to the pages of a team: only through the organisation's sign-in proxy, and to each worker their own archive.

The proxy signs people in and says in a header who it is. That header is believed only where all of this holds:

- the connection comes from an address that the proxy has;
- the request carries the secret that only the proxy and this program know (`X-Archive-Proxy`);
- the header with the name (`X-Archive-User`) is there once, is no list and has only printable ASCII signs;
- the `Host` is the one under which the organisation offers the pages.

The proxy must set both headers itself, in place of what a browser sent. A name that no archive belongs to sees nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import Any

from flask import Flask, render_template, request
from werkzeug import wrappers

from archiver.web.access import add_headers

USER_HEADER = "X-Archive-User"
SECRET_HEADER = "X-Archive-Proxy"  # noqa: S105 - the name of a header

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ProxyGate:
    """What the proxy proves itself by, and whose archive is whose."""

    host: str
    """The `Host` by which browsers call the pages, with the port where it is not the usual one."""
    secret: str = field(repr=False)
    peers: frozenset[str]
    """The addresses from which the proxy connects."""
    accounts: Mapping[str, int]
    """The name that the proxy gives → the number of the worker's Chatwork account."""

    def account_of(self, environ: Mapping[str, Any]) -> int | None:
        """Whose pages a request may see; None: nobody's."""
        if not self.is_from_proxy(environ):
            return None
        name = str(environ.get(_variable(USER_HEADER), ""))
        return self.accounts.get(name) if _is_name(name) else None

    def is_from_proxy(self, environ: Mapping[str, Any]) -> bool:
        """Whether the proxy has sent a request."""
        given = str(environ.get(_variable(SECRET_HEADER), ""))
        is_secret = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.secret.encode())
        return is_secret and environ.get("REMOTE_ADDR") in self.peers and environ.get("HTTP_HOST") == self.host


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


def _is_name(text: str) -> bool:
    """Whether a header was there once: two of a name arrive as one with a comma."""
    return 0 < len(text) <= _LONGEST_NAME and text.isascii() and text.isprintable() and not set(text) & set(' ,;"')
