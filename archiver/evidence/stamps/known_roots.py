"""The root certificates of time-stamp authorities that this program knows by their fingerprint.

A root that lies in a package proves nothing of itself: anybody can make one of any name. These two are those of the
authorities that a fresh install offers; browsers trust both. Standard library and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

from typing import Mapping  # noqa: UP035 - Python 3.8 syntax

KNOWN_ROOTS: Mapping[str, str] = {
    "552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988": "DigiCert Trusted Root G4",
    "5d56499be4d2e08bcfcad08a3e38723d50503bde706948e42f55603019e528ae": "IdenTrust Commercial Root CA 1",
}
"""SHA-256 (hex) of a root → the name by which browsers list it."""
