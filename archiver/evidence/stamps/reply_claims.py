"""What an authority's reply claims: which digest it stamps, and when. No signature is checked here.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from datetime import datetime
from typing import Callable, Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

DER_INTEGER, DER_BITS, DER_OCTETS, DER_OID = 0x02, 0x03, 0x04, 0x06
DER_SHORT_TIME, DER_TIME, DER_SEQUENCE, DER_SET, DER_EXPLICIT = 0x17, 0x18, 0x30, 0x31, 0xA0
DER_LENGTH_BYTES = 4
"""The most bytes of a DER length; no reply is longer than these can express."""


class DerElement(NamedTuple):
    """An element: its tag and its content."""

    tag: int
    body: bytes


def der_elements(body: bytes) -> Iterator[DerElement]:
    """The elements that follow one another. Raises ValueError, IndexError."""
    offset = 0
    while offset < len(body):
        tag, size = body[offset], body[offset + 1]
        offset += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= DER_LENGTH_BYTES:
                raise ValueError("a length that DER does not have")
            size = int.from_bytes(body[offset : offset + count], "big")
            offset += count
        if offset + size > len(body):
            raise ValueError("cut")
        yield DerElement(tag, body[offset : offset + size])
        offset += size


def only_content(body: bytes, tag: int) -> bytes:
    """The content of bytes that are one element with this tag. Raises ValueError, IndexError."""
    elements = list(der_elements(body))
    if len(elements) != 1 or elements[0].tag != tag:
        raise ValueError("another form")
    return elements[0].body


def first_content(body: bytes, tag: int) -> bytes:
    """The content of the first element, which must have this tag. Raises ValueError, IndexError."""
    element = next(der_elements(body), None)
    if element is None or element.tag != tag:
        raise ValueError("another form")
    return element.body


def first_two_contents(body: bytes, first: int, second: int) -> tuple[bytes, bytes]:
    """The contents of the first two elements, which must have these tags. Raises ValueError, IndexError."""
    elements = list(der_elements(body))[:2]
    if [element.tag for element in elements] != [first, second]:
        raise ValueError("another form")
    return elements[0].body, elements[1].body


_GRANTED = (0, 1)
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_SHA256_OID = bytes.fromhex("608648016503040201")


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


def read_reply(reply: bytes) -> ReplyClaims | None:
    """What the reply claims; None if it is no granted RFC 3161 reply with a token."""
    try:
        status, token = first_two_contents(only_content(reply, DER_SEQUENCE), DER_SEQUENCE, DER_SEQUENCE)
        if int.from_bytes(first_content(status, DER_INTEGER), "big") not in _GRANTED:
            return None
        kind, signed = first_two_contents(token, DER_OID, DER_EXPLICIT)
        if kind != _SIGNED_DATA:
            return None
        parts = list(der_elements(only_content(signed, DER_SEQUENCE)))
        kind, content = first_two_contents(parts[2].body, DER_OID, DER_EXPLICIT)
        if kind != _TST_INFO:
            return None
        return _token_claims(only_content(content, DER_OCTETS))
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


def rfc3339(text: str) -> str:
    """`20261124133105.25Z` → `2026-11-24T13:31:05.250Z`. Raises ValueError."""
    whole, _point, rest = text[:-1].partition(".")
    if text[-1:] != "Z" or not (rest or "0").isdigit():
        raise ValueError("no time in UTC")
    moment = datetime.strptime(whole + "+0000", "%Y%m%d%H%M%S%z")
    return f"{moment.isoformat()[:19]}.{rest[:3]:0<3}Z"


def _token_claims(body: bytes) -> ReplyClaims:
    """The claims in the content of a token (RFC 3161 §2.4.2): version, policy, imprint, serial, time."""
    parts = list(der_elements(only_content(body, DER_SEQUENCE)))
    algorithm, imprint = first_two_contents(parts[2].body, DER_SEQUENCE, DER_OCTETS)
    if parts[2].tag != DER_SEQUENCE or parts[4].tag != DER_TIME:
        raise ValueError("another form")
    if first_content(algorithm, DER_OID) != _SHA256_OID:
        imprint = b""
    return ReplyClaims(rfc3339(parts[4].body.decode("ascii")), imprint)
