"""The demo's time-stamp authority, with a record of its queries and failures on order.

    with SimulatedAuthority() as authority:
        authority.fail(AuthorityFault.REJECTED)           # the next request alone
        requests.post(authority.url, query, headers={"content-type": "application/timestamp-query"})

An ordered failure makes one thing wrong only, so that a client's refusal must be for that.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.demo.authority import (
    REPLY_TYPE,
    STAMPING,
    VALIDITY,
    DemoAuthority,
    Extensions,
    KeyHolder,
    TimestampQuery,
    authority_extensions,
    granted_reply,
    issue_certificate,
    leaf_extensions,
    parse_query,
    refusal_reply,
)
from archiver.demo.loopback import HttpAnswer, HttpRequest, held_content
from tests.support.chatwork.faults import FaultOrder, Faults
from tests.support.chatwork.faulty_server import FaultyAnswer, FaultyServer

__all__ = ["AuthorityFault", "SimulatedAuthority"]

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


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatedAuthority(DemoAuthority):
    """The authority with its failures; `now` is its clock (None: the real one).

    `queries` holds the body of every request that came. Each of `other_certificates`, which say nothing of its own,
    makes its replies 0.4 KB longer.
    """

    server_type = FaultyServer

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, name: str = "Simulated TSA", other_certificates: int = 0
    ) -> None:
        super().__init__(now=now or _utc_now, name=name)
        self.queries: list[bytes] = []
        self._others = [_new_root(f"{name} other {number}") for number in range(other_certificates)]
        self._faults = Faults()

    @property
    def root_der(self) -> bytes:
        """The root to pin, as DER."""
        return self.root.der

    @property
    def count(self) -> int:
        """How many requests have come."""
        return len(self.queries)

    def fail(self, fault: AuthorityFault | str, *, times: int | None = 1, after: int = 0, seconds: float = 60) -> None:
        """Order a failure of the next `times` replies (None: all), after so many good ones."""
        self._faults.add(FaultOrder(AuthorityFault(fault), re.compile(""), seconds), times=times, after=after)

    def renew_leaf(self, *, until: datetime, since: datetime = VALIDITY[0]) -> None:
        """Sign with a new certificate from now on, which ends then; the root stays the same."""
        self.leaf = self._new_leaf(valid=(since, until))

    def reply(self, body: bytes, fault: AuthorityFault | str | None = None) -> bytes:
        """The body of the reply to a request, without HTTP; only failures of the token appear in it."""
        query = parse_query(body)
        if query is None or fault == AuthorityFault.REJECTED:
            return refusal_reply("The request is not understood." if query is None else "Not today.")
        reply = self._token(query, None if fault is None else AuthorityFault(fault))
        return reply[: len(reply) // 2] if fault == AuthorityFault.TRUNCATED else reply

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer over HTTP, recorded, with the failure that is ordered."""
        true = super().answer(request)
        if true.status != 200:
            return true
        self.queries.append(request.body)
        order = self._faults.take("")
        if order is None:
            return true
        fault = AuthorityFault(order.kind)
        answer = FaultyAnswer(200, true.headers, held_content(self.reply(request.body, fault)))
        return self._with_fault(answer, fault, order.seconds)

    def _with_fault(self, answer: FaultyAnswer, fault: AuthorityFault, seconds: float) -> HttpAnswer:
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
                return HttpAnswer(200, {"content-type": REPLY_TYPE})
            case AuthorityFault.TOO_LARGE:
                return HttpAnswer(200, {"content-type": REPLY_TYPE}, held_content(bytes(2_000_000)))
            case AuthorityFault.REDIRECT:
                return HttpAnswer(302, {"location": f"http://localhost:{self.ports[0]}/tsr"})
            case _:
                return answer

    def _token(self, query: TimestampQuery, fault: AuthorityFault | None) -> bytes:
        at, serial = self.stamp_facts()
        signer, issuers = self._choose_signer(fault, at)
        altered = _altered_query(query, fault)
        digest = "sha384" if fault is AuthorityFault.WRONG_DIGEST else "sha256"
        named = self.intermediate if fault is AuthorityFault.NOT_NAMED else signer
        reply = granted_reply(altered, signer, issuers, serial=serial, at=at, digest=digest, named_signer=named)
        if fault is AuthorityFault.BAD_SIGNATURE:
            return reply[:-1] + bytes([reply[-1] ^ 1])  # the signature is what a reply ends with
        if fault is AuthorityFault.UNSORTED:
            return _swap_certificates(reply, signer.der, issuers[0].der)
        return reply

    def _choose_signer(self, fault: AuthorityFault | None, at: datetime) -> tuple[KeyHolder, list[KeyHolder]]:
        """The certificate that signs, and those between it and the root."""
        if fault is AuthorityFault.WRONG_ROOT:
            return issue_certificate(self.name, _new_root("Somebody else"), leaf_extensions()), []
        if fault is AuthorityFault.CROSS_SIGNED:
            older, key = _new_root("Somebody older"), self.root.key
            crossed = issue_certificate(f"{self.name} root", older, authority_extensions(None), key=key)
            return self.leaf, [self.intermediate, crossed]
        if fault in _FAULT_PURPOSES:
            return self._new_leaf(_FAULT_PURPOSES[fault]), [self.intermediate]
        if fault in _FAULT_VALIDITY:
            first, last = _FAULT_VALIDITY[fault]
            return self._new_leaf(valid=(at + first, at + last)), [self.intermediate]
        return self.leaf, [self.intermediate, *self._others]

    def _new_leaf(self, extensions: Extensions | None = None, valid: tuple[datetime, datetime] = VALIDITY) -> KeyHolder:
        return issue_certificate(self.name, self.intermediate, extensions or leaf_extensions(), valid=valid)


def _new_root(name: str) -> KeyHolder:
    return issue_certificate(name, None, authority_extensions(None))


def _swap_certificates(reply: bytes, first: bytes, second: bytes) -> bytes:
    """The same reply with its two certificates swapped; nothing signed and no length changes."""
    for a, b in ((first, second), (second, first)):
        if a + b in reply:
            return reply.replace(a + b, b + a)
    raise RuntimeError("the two certificates do not stand side by side")


_SERVER = [ExtendedKeyUsageOID.SERVER_AUTH]
_FAULT_PURPOSES = {
    AuthorityFault.NO_EKU: leaf_extensions(None),
    AuthorityFault.WRONG_EKU: leaf_extensions(x509.ExtendedKeyUsage(_SERVER)),
    AuthorityFault.SEVERAL_EKU: leaf_extensions(x509.ExtendedKeyUsage([*STAMPING, *_SERVER])),
    AuthorityFault.SOFT_EKU: leaf_extensions(is_critical=False),
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
