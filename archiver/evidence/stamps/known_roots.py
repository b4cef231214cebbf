"""Root certificates of time-stamp authorities in PEM form, and those that this program knows by fingerprint."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Mapping  # noqa: UP035 - Python 3.8 syntax

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
