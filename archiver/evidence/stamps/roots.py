"""Root certificates of time-stamp authorities: as PEM on disk, as DER inside, known by their SHA-256 fingerprint.

A root is pinned: a stamp counts only if it leads to one that the user named. Those that browsers trust lie in
`certifi` and can be named by fingerprint alone; whether one is among them is asked here too. The libraries are
imported where they are needed, so that commands without stamps start fast.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import textwrap
from collections.abc import Iterator
from functools import cache

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL)


def pem_to_der(text: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file in their order; text around the blocks is passed over.

    Raises ValueError if there is none, or if a block holds no certificate.
    """
    from cryptography import x509

    found = tuple(_blocks(text))
    if not found:
        raise ValueError("no certificate in PEM form")
    for der in found:
        x509.load_der_x509_certificate(der)
    return found


def der_to_pem(der: bytes) -> str:
    """A certificate as one PEM block, lines of 64 signs (RFC 7468)."""
    lines = textwrap.wrap(base64.b64encode(der).decode("ascii"), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate, as lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def is_fingerprint(said: str, der: bytes) -> bool:
    """Whether somebody's writing of a fingerprint (hex, any case, colons allowed) is that of a certificate."""
    return _plain(said) == fingerprint(der)


def subject(der: bytes) -> str:
    """Whose certificate it is, as RFC 4514 writes it: `CN=…,O=…`. Raises ValueError."""
    from cryptography import x509

    return x509.load_der_x509_certificate(der).subject.rfc4514_string()


def certifi_root(wanted: str) -> bytes:
    """The root with this SHA-256 fingerprint (hex, any case, colons allowed) among those of browsers.

    Raises ValueError if it is not in the installed `certifi`, which drops roots over the years.
    """
    found = _certifi().get(_plain(wanted))
    if found is None:
        raise ValueError("no such root among those of browsers (certifi)")
    return found


def in_certifi(der: bytes) -> bool:
    """Whether browsers trust this root, as far as the installed `certifi` knows."""
    return fingerprint(der) in _certifi()


@cache
def _certifi() -> dict[str, bytes]:
    """The roots of browsers by fingerprint; not looked into, as some break rules that parsers insist on."""
    import certifi

    return {fingerprint(der): der for der in _blocks(certifi.contents())}


def _plain(said: str) -> str:
    return said.replace(":", "").strip().lower()


def _blocks(text: str) -> Iterator[bytes]:
    for block in _BLOCK.findall(text):
        try:
            yield base64.b64decode("".join(block.split()), validate=True)
        except binascii.Error as error:
            raise ValueError("a certificate is damaged") from error
