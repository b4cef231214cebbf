"""When the certificates and the key behind a time stamp end, as the reply itself and its root say.

After that, a stamp shows little by itself: whoever got hold of the old key could make one of any time. A later
stamp over the record of its arrival carries it on (RFC 4998). Nothing is verified here. Standard library and Python
3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import base64
from typing import Iterator, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.stamps.known_roots import single_roots
from archiver.evidence.stamps.reply_claims import (
    DER_EXPLICIT,
    DER_INTEGER,
    DER_SEQUENCE,
    DER_SET,
    DER_SHORT_TIME,
    DerElement,
    der_elements,
    first_two_contents,
    only_content,
    rfc3339,
)

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
