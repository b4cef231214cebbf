"""What an authority's reply claims: which digest it stamps, and when. No signature is checked here.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_left
from datetime import datetime
from typing import Callable, Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

DER_INTEGER, DER_BITS, DER_OCTETS, DER_OID = 0x02, 0x03, 0x04, 0x06
DER_SHORT_TIME, DER_TIME, DER_SEQUENCE, DER_SET, DER_EXPLICIT = 0x17, 0x18, 0x30, 0x31, 0xA0
DER_LENGTH_BYTES = 4
"""The most bytes of a DER length; no reply is longer than these can express."""


class DerElement(NamedTuple):
    """An element: its tag and its content, and all of it."""

    tag: int
    body: bytes
    whole: bytes


def der_elements(body: bytes) -> Iterator[DerElement]:
    """The elements that follow one another. Raises ValueError, IndexError."""
    offset = 0
    while (begin := offset) < len(body):
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
        offset += size
        yield DerElement(tag, body[offset - size : offset], body[begin:offset])


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


SHORT_KEY_END = "2030-12-31T23:59:59.000Z"
"""Until when RSA keys of less than 3,072 bits count as strong enough (NIST SP 800-57 Part 1, table of time frames)."""

STRONG_RSA_BITS = 3_072
_RSA = bytes.fromhex("2a864886f70d010101")
_CHAIN_LIMIT = 10


class CertificateSpan(NamedTuple):
    """What a certificate says of itself, as far as an end can be told by it."""

    serial: bytes
    issuer: bytes
    subject: bytes
    ends: str
    """RFC 3339 UTC."""
    rsa_bits: int
    """The length of its key if that is one of RSA; else 0."""


class StampEnd(NamedTuple):
    """When what stands behind a stamp ends, RFC 3339 UTC."""

    certificate: str
    """The earliest end of a certificate of its chain."""
    key: str | None
    """When a key of its chain counts as too short; None: none does by what is known."""

    def earliest(self, stamped: str) -> str:
        """The end that comes first; a key that was short already when it stamped is told otherwise."""
        return self.certificate if self.key is None or self.key <= stamped else min(self.certificate, self.key)


def stamp_end(reply: bytes, roots: bytes) -> StampEnd | None:
    """The end of a reply's chain up to one of the roots (PEM); None if the reply does not hold its signer."""
    try:
        chain = _chain(*_certificates_and_signer(reply), list(_spans_of_roots(roots)))
    except (ValueError, IndexError, OverflowError, StopIteration):
        return None
    if not chain:
        return None
    is_short = any(0 < one.rsa_bits < STRONG_RSA_BITS for one in chain)
    return StampEnd(min(one.ends for one in chain), SHORT_KEY_END if is_short else None)


def _chain(
    certificates: list[CertificateSpan],
    signer: tuple[bytes, bytes],
    roots: list[CertificateSpan],
) -> list[CertificateSpan]:
    """The signer's certificate and those above it, up to a root; a root beside the stamp comes before one in it."""
    current = next((one for one in certificates if (one.issuer, one.serial) == signer), None)
    chain: list[CertificateSpan] = []
    while current is not None and len(chain) < _CHAIN_LIMIT:
        chain.append(current)
        if current in roots or current.issuer == current.subject:
            break
        issuer = current.issuer
        current = next((one for one in [*roots, *certificates] if one.subject == issuer), None)
    return chain


def _certificates_and_signer(
    reply: bytes,
) -> tuple[list[CertificateSpan], tuple[bytes, bytes]]:
    """The certificates of a reply, and issuer and serial number of the signer's. Raises ValueError, IndexError."""
    _status, token = list(der_elements(only_content(reply, DER_SEQUENCE)))[:2]
    signed = only_content(list(der_elements(token.body))[1].body, DER_SEQUENCE)
    parts = list(der_elements(signed))
    held = next((one.body for one in parts if one.tag == DER_EXPLICIT), b"")
    infos = next(one.body for one in reversed(parts) if one.tag == DER_SET)
    signer = list(der_elements(only_content(infos, DER_SEQUENCE)))[1]
    if signer.tag != DER_SEQUENCE:
        raise ValueError("the signer is named by its key alone")
    issuer, serial = first_two_contents(signer.body, DER_SEQUENCE, DER_INTEGER)
    return [_span(one) for one in der_elements(held) if one.tag == DER_SEQUENCE], (issuer, serial)


def _spans_of_roots(pem: bytes) -> Iterator[CertificateSpan]:
    for block in single_roots(pem):
        try:
            der = base64.b64decode(b"".join(block.split(b"-----")[2].split()))
            yield _span(next(der_elements(der)))
        except (ValueError, IndexError, StopIteration):
            continue


def _span(certificate: DerElement) -> CertificateSpan:
    """What a certificate says. Raises ValueError, IndexError."""
    parts = list(der_elements(next(der_elements(certificate.body)).body))
    if parts[0].tag == DER_EXPLICIT:
        parts = parts[1:]
    serial, _algorithm, issuer, validity, subject, key = parts[:6]
    _begin, end = list(der_elements(validity.body))
    return CertificateSpan(serial.body, issuer.body, subject.body, _end_time(end), _rsa_bits(key.body))


def _end_time(element: DerElement) -> str:
    text = element.body.decode("ascii")
    if element.tag == DER_SHORT_TIME:  # two digits of the year (RFC 5280, 4.1.2.5.1)
        text = ("19" if text[:2] >= "50" else "20") + text
    return rfc3339(text)


def _rsa_bits(key: bytes) -> int:
    algorithm, bits = list(der_elements(key))[:2]
    if next(der_elements(algorithm.body)).body != _RSA:
        return 0
    modulus = next(der_elements(only_content(bits.body[1:], DER_SEQUENCE)))
    return int.from_bytes(modulus.body, "big").bit_length()


KNOWN_ROOTS: Mapping[str, str] = {
    "552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988": "DigiCert Trusted Root G4",
    "5d56499be4d2e08bcfcad08a3e38723d50503bde706948e42f55603019e528ae": "IdenTrust Commercial Root CA 1",
}
"""SHA-256 (hex) of a root → the name by which browsers list it."""


ROOTS_LIMIT = 1 << 16
"""The largest size in bytes of a file of root certificates; a dozen of them need less."""

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def fingerprints(pem: bytes) -> list[str]:
    """SHA-256 (hex) of each certificate of a PEM file; empty if it holds none, or is damaged or far too large."""
    if len(pem) > ROOTS_LIMIT:
        return []
    try:
        return [hashlib.sha256(base64.b64decode(block)).hexdigest() for block in _CERTIFICATE.findall(pem)]
    except ValueError:
        return []


def single_roots(pem: bytes) -> list[bytes]:
    """Each certificate of a PEM file as the bytes of a PEM file of its own."""
    return [match.group() + b"\n" for match in _CERTIFICATE.finditer(pem)]
