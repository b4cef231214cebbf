"""What an authority's reply says of itself: which digest it stamps, and when. Nothing of it is believed here.

Only as much of DER (X.690) is read as an RFC 3161 reply needs to give these two. Standard library and Python 3.8
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
_HIGHEST = 4
"""Bytes of a length; no reply has more than these can say."""


class ReplyClaims(NamedTuple):
    """What a reply says; `time` is RFC 3339 UTC with three decimals, as all times of the archive are."""

    time: str
    imprint: bytes
    """The SHA-256 that is stamped; empty if it is another digest, which is never asked for."""

    @property
    def seconds(self) -> int:
        """The time as whole Unix seconds: what `openssl ts -verify` takes as `-attime`."""
        return int(datetime.strptime(self.time[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp())

    def fits(self, data: bytes) -> bool:
        """Whether it stamps these bytes."""
        return hashlib.sha256(data).digest() == self.imprint


class _Element(NamedTuple):
    tag: int
    body: bytes


def read_reply(reply: bytes) -> ReplyClaims | None:
    """What the reply says; None if it is no granted RFC 3161 reply with a token."""
    try:
        status, token = _inside(_only(reply, _SEQUENCE), _SEQUENCE, _SEQUENCE)
        if int.from_bytes(_first(status, _INTEGER), "big") not in _GRANTED:
            return None
        kind, signed = _inside(token, _OID, _EXPLICIT)
        if kind != _SIGNED_DATA:
            return None
        parts = list(_elements(_only(signed, _SEQUENCE)))
        kind, content = _inside(parts[2].body, _OID, _EXPLICIT)
        if kind != _TST_INFO:
            return None
        return _info(_only(content, _OCTETS))
    except (ValueError, IndexError, OverflowError):
        return None


def said_time(reply: bytes, data: bytes) -> str | None:
    """When a reply says that it stamped these bytes; None if it is no stamp over them."""
    said = read_reply(reply)
    return said.time if said is not None and said.fits(data) else None


def covering(times: Mapping[int, str]) -> Callable[[int | None], str | None]:
    """Seal -> the earliest time stamped on it or on a later one, from the earliest time on each seal itself.

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


def _info(body: bytes) -> ReplyClaims:
    """The content of a token (RFC 3161 §2.4.2): version, policy, imprint, serial, time."""
    parts = list(_elements(_only(body, _SEQUENCE)))
    algorithm, imprint = _inside(parts[2].body, _SEQUENCE, _OCTETS)
    if parts[2].tag != _SEQUENCE or parts[4].tag != _TIME:
        raise ValueError("another form")
    if _first(algorithm, _OID) != _SHA256_OID:
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
    """The elements that stand one after the other. Raises ValueError, IndexError."""
    place = 0
    while place < len(body):
        tag, size = body[place], body[place + 1]
        place += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= _HIGHEST:
                raise ValueError("a length that DER does not have")
            size = int.from_bytes(body[place : place + count], "big")
            place += count
        if place + size > len(body):
            raise ValueError("cut")
        yield _Element(tag, body[place : place + size])
        place += size


def _only(body: bytes, tag: int) -> bytes:
    """The content of the one element that the bytes are."""
    found = list(_elements(body))
    if len(found) != 1 or found[0].tag != tag:
        raise ValueError("another form")
    return found[0].body


def _first(body: bytes, tag: int) -> bytes:
    """The content of the first element."""
    found = next(_elements(body), None)
    if found is None or found.tag != tag:
        raise ValueError("another form")
    return found.body


def _inside(body: bytes, first: int, second: int) -> tuple[bytes, bytes]:
    """The contents of the first two elements."""
    found = list(_elements(body))[:2]
    if [one.tag for one in found] != [first, second]:
        raise ValueError("another form")
    return found[0].body, found[1].body
