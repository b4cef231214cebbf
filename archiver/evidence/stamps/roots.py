"""Root certificates of time-stamp authorities: PEM on disk, DER in memory, named by their SHA-256 fingerprint.

Roots are pinned: a stamp counts only if it leads to one that the user named. A root that browsers trust is in
`certifi` and can be named by its fingerprint alone. The libraries are imported where they are needed, so that
commands without stamps start fast.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.errors import N_

if TYPE_CHECKING:
    from cryptography import x509

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL)


def pem_to_der(text: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file in their order; text around the blocks is ignored.

    Raises ValueError if there is none, or if a block holds no certificate.
    """
    certificates = tuple(_blocks(text))
    if not certificates:
        raise ValueError("no certificate in PEM form")
    for der in certificates:
        load_certificate(der)
    return certificates


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate. Raises ValueError if the bytes are none, or one that the library cannot take."""
    from cryptography import x509

    with odd_as_errors():
        return x509.load_der_x509_certificate(der)


@contextmanager
def odd_as_errors() -> Iterator[None]:
    """Accept certificates that break a rule in a harmless way, as OpenSSL does, without a warning on stderr.

    Raises ValueError for all that `cryptography` raises where certificates, lists and answers are damaged or odd.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    odd = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    except (LookupError, TypeError, *odd) as error:
        raise ValueError(str(error)) from error


def der_to_pem(der: bytes) -> str:
    """A certificate as one PEM block, lines of 64 characters (RFC 7468)."""
    lines = textwrap.wrap(base64.b64encode(der).decode("ascii"), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate, as lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def is_fingerprint(text: str, der: bytes) -> bool:
    """Whether a text is the fingerprint (hex, any case, colons allowed) of a certificate."""
    return _plain_hex(text) == fingerprint(der)


def subject(der: bytes) -> str:
    """The subject of a certificate in the form of RFC 4514: `CN=…,O=…`. Raises ValueError."""
    return load_certificate(der).subject.rfc4514_string()


def certifi_root(wanted_fingerprint: str) -> bytes:
    """The root with this SHA-256 fingerprint (hex, any case, colons allowed) among those that browsers trust.

    Raises ValueError if it is not in the installed `certifi`, which drops roots over the years.
    """
    root = _certifi().get(_plain_hex(wanted_fingerprint))
    if root is None:
        raise ValueError("no such root among those of browsers (certifi)")
    return root


def is_in_certifi(der: bytes) -> bool:
    """Whether browsers trust this root, as far as the installed `certifi` knows."""
    return fingerprint(der) in _certifi()


@cache
def _certifi() -> dict[str, bytes]:
    """The roots that browsers trust, by fingerprint; not parsed, as some break rules that parsers insist on."""
    import certifi

    return {fingerprint(der): der for der in _blocks(certifi.contents())}


def _plain_hex(fingerprint_text: str) -> str:
    return fingerprint_text.replace(":", "").strip().lower()


def _blocks(text: str) -> Iterator[bytes]:
    for block in _BLOCK.findall(text):
        try:
            yield base64.b64decode("".join(block.split()), validate=True)
        except binascii.Error as error:
            raise ValueError("a certificate is damaged") from error


LIST_AS_OF = "2024-03"
"""The month of the list of services that the Japanese minister has accredited, read on 2026-11-26 in a stored copy.

https://www.soumu.go.jp/main_sosiki/joho_tsusin/top/ninshou-law/timestamp.html
"""


def class_sentence(name: str, *, is_offered: bool) -> str:
    """What is known of an authority in one sentence, on the user's own screen; none that is offered is on the list."""
    if is_offered:
        sentence = _(
            "{name}: a public authority; not on the list of services that the Japanese minister has accredited (as of "
            "{month})."
        )
        return sentence.format(name=name, month=LIST_AS_OF)
    return _("{name}: an authority of your own choice; its class is not known here.").format(name=name)


REASONS: dict[str, str] = {
    "unreachable": N_("the authority could not be reached"),
    "access": N_("the password for the authority cannot be read here"),
    "exposed": N_("others can read the file with the password for the authority; allow only yourself"),
    "denied": N_("the authority did not accept the name and password"),
    "not_a_token": N_("the reply was not a time stamp"),
    "rejected": N_("the authority rejected the request"),
    "imprint": N_("the time stamp is for something else"),
    "nonce": N_("the time stamp answers a different request"),
    "untrusted": N_("the time stamp does not lead to the pinned root"),
    "expired": N_("the authority's certificate was not valid at the time stated"),
    "purpose": N_("the signing certificate is not meant for time stamps"),
    "signature": N_("the signature of the time stamp is wrong"),
    "roots": N_("the pinned root of the authority cannot be read here"),
    "unsupported": N_("time stamps cannot be made or checked on this computer"),
}
"""The text of each reason as a gettext id, worded to stand after a colon or in brackets."""

OWNER_REASONS = frozenset(("access", "exposed", "denied"))
"""Reasons that stay until the owner does something: asking again does not help."""


class StampRefused(Exception):
    """Raised if there is no valid time stamp; `reason` is a key of REASONS, `detail` is English, for the log."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
