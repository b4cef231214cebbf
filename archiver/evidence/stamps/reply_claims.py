"""What an authority's reply claims: which digest it stamps, and when. No signature is checked here.

Reads as much of DER (X.690) as these two fields of an RFC 3161 reply need. Standard library and Python 3.8
syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from datetime import datetime
from typing import Callable, Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

_INTEGER, _OCTETS, _OID, _TIME, _SEQUENCE, _EXPLICIT = 0x02, 0x04, 0x06, 0x18, 0x30, 0xA0
_GRANTED = (0, 1)
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_SHA256_OID = bytes.fromhex("608648016503040201")
_LENGTH_BYTES = 4
"""The most bytes of a DER length; no reply is longer than these can express."""


class ReplyClaims(NamedTuple):
    """What a reply claims; `time` is RFC 3339 UTC with three decimals, as all times of the archive are."""

    time: str
    imprint: bytes
    """The SHA-256 that is stamped; empty if another algorithm was used, for which the archive never asks."""

    @property
    def seconds(self) -> int:
        """The time as whole Unix seconds: what `openssl ts -verify` takes as `-attime`."""
        return int(datetime.strptime(self.time[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp())

    def fits(self, data: bytes) -> bool:
        """Whether the reply stamps these bytes."""
        return hashlib.sha256(data).digest() == self.imprint


class _Element(NamedTuple):
    tag: int
    body: bytes


def read_reply(reply: bytes) -> ReplyClaims | None:
    """What the reply claims; None if it is no granted RFC 3161 reply with a token."""
    try:
        status, token = _first_two_contents(_only_content(reply, _SEQUENCE), _SEQUENCE, _SEQUENCE)
        if int.from_bytes(_first_content(status, _INTEGER), "big") not in _GRANTED:
            return None
        kind, signed = _first_two_contents(token, _OID, _EXPLICIT)
        if kind != _SIGNED_DATA:
            return None
        parts = list(_elements(_only_content(signed, _SEQUENCE)))
        kind, content = _first_two_contents(parts[2].body, _OID, _EXPLICIT)
        if kind != _TST_INFO:
            return None
        return _token_claims(_only_content(content, _OCTETS))
    except (ValueError, IndexError, OverflowError):
        return None


def claimed_time(reply: bytes, data: bytes) -> str | None:
    """The time at which a reply claims to have stamped these bytes; None if it is no stamp over them."""
    claims = read_reply(reply)
    return claims.time if claims is not None and claims.fits(data) else None


def earliest_covering(times: Mapping[int, str]) -> Callable[[int | None], str | None]:
    """A function from a seal's number to the earliest time stamped on it or on a later seal.

    `times` are the earliest times on each seal itself.

    Each seal holds the digest of the one before, so a stamp covers all seals up to its own.
    """
    numbers = sorted(times)
    since = [times[number] for number in numbers]
    for index in range(len(since) - 2, -1, -1):
        since[index] = min(since[index], since[index + 1])

    def since_when(seal: int | None) -> str | None:
        index = len(numbers) if seal is None else bisect_left(numbers, seal)
        return since[index] if index < len(numbers) else None

    return since_when


def _token_claims(body: bytes) -> ReplyClaims:
    """The claims in the content of a token (RFC 3161 §2.4.2): version, policy, imprint, serial, time."""
    parts = list(_elements(_only_content(body, _SEQUENCE)))
    algorithm, imprint = _first_two_contents(parts[2].body, _SEQUENCE, _OCTETS)
    if parts[2].tag != _SEQUENCE or parts[4].tag != _TIME:
        raise ValueError("another form")
    if _first_content(algorithm, _OID) != _SHA256_OID:
        imprint = b""
    return ReplyClaims(_rfc3339(parts[4].body.decode("ascii")), imprint)


def _rfc3339(text: str) -> str:
    """`20261124133105.25Z` -> `2026-11-24T13:31:05.250Z`."""
    whole, _point, rest = text[:-1].partition(".")
    if text[-1:] != "Z" or not (rest or "0").isdigit():
        raise ValueError("no time in UTC")
    moment = datetime.strptime(whole + "+0000", "%Y%m%d%H%M%S%z")
    return f"{moment.isoformat()[:19]}.{rest[:3]:0<3}Z"


# --- DER ---------------------------------------------------------------------------------------


def _elements(body: bytes) -> Iterator[_Element]:
    """The elements that follow one another. Raises ValueError, IndexError."""
    offset = 0
    while offset < len(body):
        tag, size = body[offset], body[offset + 1]
        offset += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= _LENGTH_BYTES:
                raise ValueError("a length that DER does not have")
            size = int.from_bytes(body[offset : offset + count], "big")
            offset += count
        if offset + size > len(body):
            raise ValueError("cut")
        yield _Element(tag, body[offset : offset + size])
        offset += size


def _only_content(body: bytes, tag: int) -> bytes:
    """The content of bytes that are one element with this tag. Raises ValueError, IndexError."""
    elements = list(_elements(body))
    if len(elements) != 1 or elements[0].tag != tag:
        raise ValueError("another form")
    return elements[0].body


def _first_content(body: bytes, tag: int) -> bytes:
    """The content of the first element, which must have this tag. Raises ValueError, IndexError."""
    element = next(_elements(body), None)
    if element is None or element.tag != tag:
        raise ValueError("another form")
    return element.body


def _first_two_contents(body: bytes, first: int, second: int) -> tuple[bytes, bytes]:
    """The contents of the first two elements, which must have these tags. Raises ValueError, IndexError."""
    elements = list(_elements(body))[:2]
    if [element.tag for element in elements] != [first, second]:
        raise ValueError("another form")
    return elements[0].body, elements[1].body
