"""A simulated time-stamp authority (RFC 3161) on loopback, with a root of its own made in memory.

It needs neither the archive nor an installed openssl, and fails on order:

    with SimulatedAuthority() as authority:
        authority.fail(Fault.REJECTED)                    # the next request alone
        requests.post(authority.url, query, headers={"content-type": "application/timestamp-query"})

The tokens it issues are accepted by `openssl ts -verify` with `root_pem`. An ordered failure makes one thing wrong
only, so that a client's refusal must be for that.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from types import TracebackType
from typing import Self

from archiver.demo.chatwork.file_bytes import held_content
from archiver.demo.chatwork.http import HttpAnswer, HttpRequest, Server
from archiver.demo.tsa import keys as keys
from archiver.demo.tsa import tokens as tokens
from archiver.demo.tsa.keys import KeyHolder, Purpose
from archiver.demo.tsa.tokens import TimestampQuery

__all__ = ["AuthorityFault", "SimulatedAuthority"]

_QUERY = "application/timestamp-query"
_REPLY = "application/timestamp-reply"
_PAGE = b"<!DOCTYPE html><html><head><title>TSA</title></head><body>Please wait.</body></html>"
_DAY = timedelta(days=1)


class AuthorityFault(StrEnum):
    """A kind of failure of one reply; those of the first block never contain a token."""

    DOWN = "down"  # the connection closes without an answer
    TIMEOUT = "timeout"  # nothing for `seconds`, then the true answer
    SLOW = "slow"  # the true answer, a hundred bytes a second
    SERVER_ERROR = "500"
    HTML = "html"  # a page with status 200
    EMPTY = "empty"  # status 200 with nothing
    TOO_LARGE = "too_large"  # two million bytes
    REDIRECT = "redirect"  # 302 to the same port under another host name
    REJECTED = "rejected"
    TRUNCATED = "truncated"  # the first half, with a length that agrees
    CUT = "cut"  # the connection closes in the middle of the reply

    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_IMPRINT = "wrong_imprint"
    WRONG_DIGEST = "wrong_digest"  # right bytes, called SHA-384
    WRONG_ROOT = "wrong_root"
    BAD_SIGNATURE = "bad_signature"
    NOT_NAMED = "not_named"  # what is signed names another certificate than the one that signed
    EXPIRED = "expired"  # the leaf ended the day before the token's time
    NOT_YET = "not_yet"  # the leaf begins the day after
    NO_EKU = "no_eku"
    WRONG_EKU = "wrong_eku"  # a leaf for TLS servers
    SEVERAL_EKU = "several_eku"  # stamping and something else
    SOFT_EKU = "soft_eku"  # stamping, but not critical

    # These three are good, and hard to read.
    UNSORTED = "unsorted"  # leaf and intermediate, not in the order of DER
    CROSS_SIGNED = "cross_signed"  # with the root once more, signed by a root that nobody pinned
    BRIEF = "brief"  # the leaf ends an hour after the token's time


class SimulatedAuthority:
    """The authority's service, which runs between `start` and `stop`; `now` is its clock (None: the real one).

    `url` is known after `start`, `root_pem` at once. `queries` holds the body of every request that came. Each of
    `other_certificates`, which say nothing of its own, makes its replies 0.4 KB longer.
    """

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, name: str = "Simulated TSA", other_certificates: int = 0
    ) -> None:
        self.now = now or _utc_now
        self.queries: list[bytes] = []
        self._root = keys.make_root(f"{name} root")
        self._intermediate = keys.make_intermediate(f"{name} CA", self._root)
        self._name = name
        self._leaf = keys.make_leaf(name, self._intermediate)
        self._others = [keys.make_root(f"{name} other {number}") for number in range(other_certificates)]
        self._orders: list[tuple[AuthorityFault, list[int], float]] = []
        self._lock = Lock()
        self._serial = secrets.randbits(40)
        self._port = 0
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server; after a `stop`, on the same port again."""
        self._server = Server(self._port, answer=self._answer, now=self.now)
        self._port = self._server.port

    def stop(self) -> None:
        """End every connection and release the port, so that requests are refused. The root stays."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """The address for requests; known after `start`."""
        return f"http://127.0.0.1:{self._port}/tsr"

    @property
    def root_pem(self) -> str:
        """The root to pin, as PEM."""
        return self._root.pem

    @property
    def root_der(self) -> bytes:
        """The root to pin, as DER."""
        return self._root.der

    @property
    def count(self) -> int:
        """How many requests have come."""
        return len(self.queries)

    def fail(self, fault: AuthorityFault | str, *, times: int | None = 1, after: int = 0, seconds: float = 60) -> None:
        """Order a failure of the next `times` replies (None: all until `heal`), after so many good ones."""
        with self._lock:
            self._orders.append((AuthorityFault(fault), [after, -1 if times is None else times], seconds))

    def heal(self) -> None:
        """Drop every ordered failure."""
        with self._lock:
            self._orders.clear()

    def renew_leaf(self, *, until: datetime, since: datetime = keys.VALID_FROM) -> None:
        """Sign with a new certificate from now on, which ends then; the root stays the same."""
        self._leaf = keys.make_leaf(self._name, self._intermediate, valid=(since, until))

    def reply(self, query: bytes, fault: AuthorityFault | str | None = None) -> bytes:
        """The body of the reply to a request, without HTTP; only failures of the token appear in it."""
        timestamp_query = tokens.parse_query(query)
        if timestamp_query is None or fault == AuthorityFault.REJECTED:
            return tokens.refusal_reply("The request is not understood." if timestamp_query is None else "Not today.")
        reply = self._token(timestamp_query, None if fault is None else AuthorityFault(fault))
        return reply[: len(reply) // 2] if fault == AuthorityFault.TRUNCATED else reply

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        if request.method != "POST" or request.headers.get("content-type") != _QUERY:
            return HttpAnswer(415)
        with self._lock:
            self.queries.append(request.body)
            fault, seconds = self._take_order()
        answer = HttpAnswer(200, {"content-type": _REPLY}, held_content(self.reply(request.body, fault)))
        return answer if fault is None else self._with_fault(answer, fault, seconds)

    def _take_order(self) -> tuple[AuthorityFault | None, float]:
        """The failure ordered for this request, which is then used up by one, and its seconds."""
        for fault, left, seconds in self._orders:
            if left[0] > 0:
                left[0] -= 1
            elif left[1] != 0:
                left[1] -= 1
                return fault, seconds
        return None, 0

    def _with_fault(self, answer: HttpAnswer, fault: AuthorityFault, seconds: float) -> HttpAnswer:
        """The answer with a failure of the transfer, whatever the token is."""
        match fault:
            case AuthorityFault.DOWN:
                return replace(answer, dropped=True)
            case AuthorityFault.TIMEOUT:
                return replace(answer, wait=seconds)
            case AuthorityFault.SLOW:
                return replace(answer, rate=100)
            case AuthorityFault.CUT:
                return replace(answer, sent=answer.body.size // 2)
            case AuthorityFault.SERVER_ERROR:
                return HttpAnswer(500, {"content-type": "text/html"}, held_content(_PAGE))
            case AuthorityFault.HTML:
                return HttpAnswer(200, {"content-type": "text/html"}, held_content(_PAGE))
            case AuthorityFault.EMPTY:
                return HttpAnswer(200, {"content-type": _REPLY})
            case AuthorityFault.TOO_LARGE:
                return HttpAnswer(200, {"content-type": _REPLY}, held_content(bytes(2_000_000)))
            case AuthorityFault.REDIRECT:
                return HttpAnswer(302, {"location": f"http://localhost:{self._port}/tsr"})
            case _:
                return answer

    def _token(self, query: TimestampQuery, fault: AuthorityFault | None) -> bytes:
        at = self.now().astimezone(UTC)
        with self._lock:
            self._serial = serial = self._serial + 1
        signer, issuers = self._choose_signer(fault, at)
        altered = _altered_query(query, fault)
        digest = "sha384" if fault is AuthorityFault.WRONG_DIGEST else "sha256"
        named = self._intermediate if fault is AuthorityFault.NOT_NAMED else signer
        reply = tokens.granted_reply(altered, signer, issuers, serial=serial, at=at, digest=digest, named_signer=named)
        if fault is AuthorityFault.BAD_SIGNATURE:
            return reply[:-1] + bytes([reply[-1] ^ 1])  # the signature is what a reply ends with
        if fault is AuthorityFault.UNSORTED:
            return tokens.swap_certificates(reply, signer.der, issuers[0].der)
        return reply

    def _choose_signer(self, fault: AuthorityFault | None, at: datetime) -> tuple[KeyHolder, list[KeyHolder]]:
        """The certificate that signs, and those between it and the root."""
        if fault is AuthorityFault.WRONG_ROOT:
            return keys.make_leaf(self._name, keys.make_root("Somebody else")), []
        if fault is AuthorityFault.CROSS_SIGNED:
            return self._leaf, [self._intermediate, keys.cross_sign(self._root, keys.make_root("Somebody older"))]
        if fault in _FAULT_PURPOSES:
            return keys.make_leaf(self._name, self._intermediate, purpose=_FAULT_PURPOSES[fault]), [self._intermediate]
        if fault in _FAULT_VALIDITY:
            first, last = _FAULT_VALIDITY[fault]
            return keys.make_leaf(self._name, self._intermediate, valid=(at + first, at + last)), [self._intermediate]
        return self._leaf, [self._intermediate, *self._others]


_FAULT_PURPOSES = {
    AuthorityFault.NO_EKU: Purpose.NOTHING_SAID,
    AuthorityFault.WRONG_EKU: Purpose.SERVER,
    AuthorityFault.SEVERAL_EKU: Purpose.SEVERAL,
    AuthorityFault.SOFT_EKU: Purpose.NOT_CRITICAL,
}

_FAULT_VALIDITY = {
    AuthorityFault.EXPIRED: (-2 * _DAY, -_DAY),
    AuthorityFault.NOT_YET: (_DAY, 2 * _DAY),
    AuthorityFault.BRIEF: (-_DAY / 24, _DAY / 24),
}


def _altered_query(query: TimestampQuery, fault: AuthorityFault | None) -> TimestampQuery:
    match fault:
        case AuthorityFault.WRONG_NONCE:
            return replace(query, nonce=(query.nonce or 0) + 1)
        case AuthorityFault.NO_NONCE:
            return replace(query, nonce=None)
        case AuthorityFault.WRONG_IMPRINT:
            return replace(query, imprint=bytes(32))
        case _:
            return query


def _utc_now() -> datetime:
    return datetime.now(UTC)
