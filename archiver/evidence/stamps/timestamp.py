"""RFC 3161 time stamps: request one from an authority, check its reply, check a reply that was kept.

The request goes through a function that the caller gives (`Authority.send`). A reply is checked at once against the
pinned roots, at the time that it states itself, so it stays valid after the authority's certificate has ended. Every
error (the library's, ValueError, OSError) becomes a `StampRefused`. The reply's own bytes are kept; certificates out
of order are sorted in a copy that is only parsed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from archiver.evidence.stamps.roots import StampRefused, fingerprint

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_DENIED = (401, 403)
_SHA256_OID = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """What an authority's server sent back."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamp authority: how to ask it, and the roots to which its stamps must lead."""

    name: str
    """Part of file names: `[a-z0-9-]{1,20}`."""
    send: Callable[[bytes], AuthorityAnswer]
    """Sends a request in DER; raises OSError when there is no whole answer of a bearable size, StampRefused when
    the password for it cannot be used."""
    roots: tuple[bytes, ...]
    """The pinned roots, each in DER; empty = they cannot be read at present, and no stamp is requested."""
    is_offered: bool = False
    """Whether it is one that this program offers."""


@dataclass(frozen=True, slots=True)
class TimestampClaims:
    """What a valid reply states."""

    time: datetime
    """The time stamped, aware, in UTC."""
    root: str
    """SHA-256 fingerprint of the pinned root that the signature leads to."""


class Stamped(NamedTuple):
    """A valid reply with its bytes, and how the clocks compared when it came."""

    reply: bytes
    token: TimestampClaims
    offset_seconds: float
    """The token's time minus this computer's."""


def can_stamp() -> bool:
    """Whether stamps can be requested and checked here; the library is missing on some platforms."""
    return find_spec("rfc3161_client") is not None


def request_stamp(data: bytes, authority: Authority, *, now: Callable[[], datetime]) -> Stamped:
    """Request a time stamp over `data` (not empty) and check it at once. Raises StampRefused.

    Only the SHA-256 of `data` and a random number leave this computer.
    """
    if not authority.roots:
        raise StampRefused("roots")
    request = _build_request(data)
    answer = _send_request(request.as_bytes(), authority)
    received = now()
    token = _check_reply(answer.body, data, authority.roots, request.nonce)
    return Stamped(answer.body, token, (token.time - received).total_seconds())


def check_stamp(reply: bytes, data: bytes, roots: Sequence[bytes]) -> TimestampClaims:
    """Check that a kept reply is a valid stamp over `data` at the time it states. Raises StampRefused."""
    return _check_reply(reply, data, roots, None)


def _build_request(data: bytes) -> TimeStampRequest:
    if not can_stamp():
        raise StampRefused("unsupported")
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()


def _send_request(query: bytes, authority: Authority) -> AuthorityAnswer:
    try:
        answer = authority.send(query)
    except OSError as error:
        raise StampRefused("unreachable", type(error).__name__) from error
    if answer.status in _DENIED:
        raise StampRefused("denied", f"HTTP {answer.status}")
    if answer.status != 200:
        raise StampRefused("unreachable", f"HTTP {answer.status}")
    return answer


def _check_reply(reply: bytes, data: bytes, roots: Sequence[bytes], nonce: int | None) -> TimestampClaims:
    if not roots:
        raise StampRefused("roots")
    if not can_stamp():
        raise StampRefused("unsupported")
    from archiver.evidence.stamps import reply_verification

    response = reply_verification.parse_reply(reply)
    _check_contents(response, data, nonce)
    root = reply_verification.trusted_root(response, roots)
    reply_verification.check_signer(response)
    return TimestampClaims(response.tst_info.gen_time.astimezone(UTC), fingerprint(root))


def _check_contents(response: TimeStampResponse, data: bytes, nonce: int | None) -> None:
    imprint = response.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256_OID or imprint.message != hashlib.sha256(data).digest():
        raise StampRefused("imprint")
    if nonce is not None and response.tst_info.nonce != nonce:
        raise StampRefused("nonce")
