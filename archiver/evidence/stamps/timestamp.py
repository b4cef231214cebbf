"""RFC 3161 time stamps: ask an authority, check what it answers, check a reply that was kept.

Asking goes through a function that it is given. A reply is judged at once against the pinned roots, at the time
that it states itself, so it stays good after the authority's certificate has ended. Whatever is wrong, and
whatever the three kinds of errors below (the library's, ValueError, OSError), it is one `Refused` here.
The reply's own bytes are what is kept: certificates out of order are put right in a copy for reading only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from archiver.evidence.stamps.refusal import REASONS, Reason, StampRefused
from archiver.evidence.stamps.roots import fingerprint

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

__all__ = [
    "REASONS",
    "Authority",
    "AuthorityAnswer",
    "Reason",
    "StampRefused",
    "Stamped",
    "TimestampClaims",
    "available",
    "check",
    "stamp",
]

_SHA256_OID = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """What an authority's server sent back."""

    status: int
    body: bytes
    date: datetime | None = None
    """The HTTP `Date` header."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom to ask, and what to hold the answer against."""

    name: str
    """Part of file names: `[a-z0-9-]{1,20}`."""
    send: Callable[[bytes], AuthorityAnswer]
    """A request as DER in; raises OSError when there is no whole answer of bearable size."""
    roots: tuple[bytes, ...]
    """The pinned roots, DER each; empty = they cannot be read at present, and nothing is asked."""


@dataclass(frozen=True, slots=True)
class TimestampClaims:
    """What a good reply says."""

    time: datetime
    """Aware, UTC."""
    root: str
    """SHA-256 fingerprint of the pinned root that it leads to."""
    serial: int
    policy: str
    accuracy_seconds: float | None


class Stamped(NamedTuple):
    """A good reply with its bytes, and how the clocks compared when it came."""

    reply: bytes
    token: TimestampClaims
    offset_seconds: float
    """The token's time minus this computer's."""
    server_offset_seconds: float | None
    """The token's time minus the server's `Date`, if it sent one."""


def available() -> bool:
    """Whether stamps can be made and checked here; the library is missing on some platforms."""
    return find_spec("rfc3161_client") is not None


def stamp(data: bytes, authority: Authority, *, now: Callable[[], datetime]) -> Stamped:
    """Ask for a time stamp over `data` (not empty) and check it at once. Raises Refused.

    Only the SHA-256 of `data` and a random number leave this computer.
    """
    if not authority.roots:
        raise StampRefused("roots")
    request = _request(data)
    answer = _asked(request.as_bytes(), authority)
    received = now()
    token = _checked(answer.body, data, authority.roots, request.nonce)
    server = None if answer.date is None else (token.time - answer.date).total_seconds()
    return Stamped(answer.body, token, (token.time - received).total_seconds(), server)


def check(reply: bytes, data: bytes, roots: Sequence[bytes]) -> TimestampClaims:
    """Whether a kept reply is a good stamp over `data`, judged at the time it states. Raises Refused."""
    return _checked(reply, data, roots, None)


def _request(data: bytes) -> TimeStampRequest:
    if not available():
        raise StampRefused("unsupported")
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()


def _asked(query: bytes, authority: Authority) -> AuthorityAnswer:
    try:
        answer = authority.send(query)
    except OSError as error:
        raise StampRefused("unreachable", type(error).__name__) from error
    if answer.status != 200:
        raise StampRefused("unreachable", f"HTTP {answer.status}")
    return answer


def _checked(reply: bytes, data: bytes, roots: Sequence[bytes], nonce: int | None) -> TimestampClaims:
    if not roots:
        raise StampRefused("roots")
    if not available():
        raise StampRefused("unsupported")
    from archiver.evidence.stamps import reply_check

    response = reply_check.read(reply)
    _check_contents(response, data, nonce)
    root = reply_check.trusted_root(response, roots)
    reply_check.check_signer(response)
    info = response.tst_info
    return TimestampClaims(
        info.gen_time.astimezone(UTC),
        fingerprint(root),
        info.serial_number,
        info.policy.dotted_string,
        reply_check.accuracy(response),
    )


def _check_contents(response: TimeStampResponse, data: bytes, nonce: int | None) -> None:
    imprint = response.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256_OID or imprint.message != hashlib.sha256(data).digest():
        raise StampRefused("imprint")
    if nonce is not None and response.tst_info.nonce != nonce:
        raise StampRefused("nonce")
