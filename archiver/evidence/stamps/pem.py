"""Root certificates in PEM form: single blocks and fingerprints, found without any library.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import base64
import hashlib
import re

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
