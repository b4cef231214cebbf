"""Access to the pages: only for the browser on this computer that received the key.

A request is judged in this order: the host it calls, then, if it writes, the site it comes from, then its cookie.
(The token of a form is checked last, by the application.)

- The `Host` must be ours, so a web page whose name was made to lead here learns nothing (DNS rebinding).
- The key in the address works once and is exchanged for a cookie that no script reads and no other site sends.
- The viewer allows only GET and HEAD. The application also allows POST, but only from its own pages: a browser that
  does not say where a form was sent from is refused (Fetch Metadata; RFC 6454, section 7).
- Responses are never stored, and pages load nothing from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _

from flask import Flask, Response, render_template, request
from werkzeug import wrappers

OPEN = "/open"
"""The path that takes the key: `/open?key=…`."""

CHALLENGE = "X-Archive-Challenge"
"""What a second start asks the program on our port to prove itself with."""
PROOF = "X-Archive-Proof"
"""The answer, which only the program that wrote the secret can give."""

COOKIE_SECONDS = 30 * 24 * 60 * 60
"""How long a cookie lets a browser in, also after the application was started anew."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere (W3C Content Security Policy Level 3)."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every response; a page may set only its own, stricter policy."""


def new_cookie() -> str:
    """What a cookie holds: when it was made, and what nobody guesses."""
    return f"{int(time.time())}.{secrets.token_urlsafe(32)}"


def is_fresh(cookie: str) -> bool:
    """Whether a cookie still lets in by its age."""
    made = cookie.partition(".")[0]
    return made.isdecimal() and abs(time.time() - int(made)) < COOKIE_SECONDS  # a clock may be set back


@dataclass(slots=True)
class AccessGate:
    """The key of one run, and the cookie that it is exchanged for."""

    port: int
    is_writing: bool = False
    """Whether pages may write: the application, not the viewer."""
    on_change: Callable[[AccessGate], None] | None = None
    """Called when key or cookie changed; a spent key is replaced then, so that the application can be opened again."""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    cookie: str = field(default_factory=new_cookie, repr=False)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What it proves itself with to a second start; it is in no address and no answer."""
    _spent: threading.Event = field(default_factory=threading.Event, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which a browser may call us."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def cookie_name(self) -> str:
        """Cookies do not tell ports apart (RFC 6265, section 8.5), so the name does."""
        return f"archive_view_{self.port}"

    @property
    def address(self) -> str:
        """The address that is opened in the browser."""
        return f"http://127.0.0.1:{self.port}{OPEN}?key={self.key}"

    @property
    def is_spent(self) -> bool:
        """Whether the key was exchanged."""
        return self._spent.is_set()

    def exchange(self, key: str) -> bool:
        """Use the key up; return whether it is the right one and was not used before."""
        with self._turn:
            if (self.is_spent and self.on_change is None) or not _same(key, self.key):
                return False
            self._spent.set()
            if not is_fresh(self.cookie):
                self.cookie = new_cookie()
            if self.on_change is not None:
                self.key = secrets.token_urlsafe(32)
                self.on_change(self)
            return True

    def is_known(self, cookie: str) -> bool:
        """Whether this is the cookie of a browser that used a key."""
        return is_fresh(self.cookie) and _same(cookie, self.cookie)

    def forget(self) -> None:
        """Let no browser in by the cookie of before."""
        self.cookie = new_cookie()
        if self.on_change is not None:
            self.on_change(self)


def guard(app: Flask, gate: AccessGate) -> None:
    """Put the gate before every route of an application."""

    @app.before_request
    def _check_request() -> wrappers.Response | tuple[str, int] | None:
        if request.host not in gate.hosts:
            return _refusal(_("This address is not the viewer's own."), 421)
        if request.method not in {"GET", "HEAD"}:
            if not gate.is_writing or request.method != "POST":
                return _refusal(_("The viewer only shows; it changes nothing."), 405)
            sent_from = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
            if sent_from != (f"http://{request.host}", "same-origin"):  # `null` and silence are not our own page
                return _refusal(
                    _("This was not sent from a page of this program, so nothing was done. Open the page again."), 403
                )
        if request.endpoint in {"static", "gate_open"}:
            return None
        if gate.is_known(request.cookies.get(gate.cookie_name, "")):
            return None
        return _refusal(_entry_sentence(gate), 403)

    @app.get(OPEN, endpoint="gate_open")
    def _exchange_key() -> wrappers.Response | tuple[str, int]:
        # Opened from a file or another program, so a strict cookie would not be sent with a redirect:
        # the page goes on by itself instead, which is a step of this site.
        if request.method == "HEAD":  # a HEAD request must not use the key up
            return Response(headers={PROOF: proof(gate.secret, gate.port, request.headers.get(CHALLENGE, ""))})
        if not gate.exchange(request.args.get("key", "")):
            if gate.is_known(request.cookies.get(gate.cookie_name, "")):
                return Response(render_template("go_to_overview.html"))
            if gate.is_writing:
                return _refusal(_entry_sentence(gate), 403)
            return _refusal(_("This address was already used. Run “archive app” again for a new one."), 403)
        answer = Response(render_template("go_to_overview.html"))
        age = COOKIE_SECONDS if gate.is_writing else None
        answer.set_cookie(gate.cookie_name, gate.cookie, age, httponly=True, samesite="Strict", path="/")
        return answer

    add_headers(app)


def proof(secret: str, port: int, challenge: str) -> str:
    """What only a holder of the secret can answer to a challenge; it is good for this port and challenge alone."""
    return hmac.new(secret.encode(), f"{port}:{challenge}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def add_headers(app: Flask) -> None:
    """Give every response the headers of this module."""

    @app.after_request
    def _add_headers(answer: Response) -> Response:
        own = answer.headers.get("Content-Security-Policy")
        answer.headers.update(HEADERS)
        if own is not None:
            answer.headers["Content-Security-Policy"] = own
        return answer


def _entry_sentence(gate: AccessGate) -> str:
    if request.headers.get("Sec-Fetch-Site") == "same-origin" and gate.cookie_name not in request.cookies:
        # Our own page led here just now, and the cookie that it set was not kept.
        return _(
            "Your browser keeps no cookie of this page, so nothing can be shown. Allow cookies for 127.0.0.1 in the "
            "settings of the browser, then start the program again."
        )
    if gate.is_writing:
        return _("Open it from its icon.")
    return _("This page can be opened only with the address that “archive app” gave, and only once.")


def _refusal(sentence: str, status: int) -> tuple[str, int]:
    return render_template("access_refused.html", sentence=sentence), status


def _same(received: str, expected: str) -> bool:
    return hmac.compare_digest(received.encode("utf-8", "surrogatepass"), expected.encode())
