"""The bytes of an RFC 3161 reply: read them, and follow the signature to a pinned root.

`rfc3161-client` does the checking with OpenSSL, at the time that the token states. Two of its habits are met
here: it refuses a set of certificates that is not in DER order, which authorities do send, and its builder shares
a list between copies, so each root gets a verifier of its own. It is not to be had on every platform, so it is
imported where it is used. `timestamp` is the door to all this.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asn1crypto import core, parser, tsp
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from archiver.evidence.stamps.refusal import Reason, StampRefused

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse
    from rfc3161_client.tsp import Accuracy

_BAD_CERTIFICATE = (LookupError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What `cryptography` raises besides ValueError over a damaged certificate; those beside the signer's may be."""
_GRANTED = 0
_SEQUENCE, _CERTIFICATES = 0x30, 0xA0  # tags; the second is [0]
_MOST_PARTS = 100
"""A reply has far fewer; so a hostile one costs little."""

#: What OpenSSL and the library say, and what it means here; anything else is a wrong signature.
_MEANINGS: tuple[tuple[str, Reason], ...] = (
    ("unable to get", "untrusted"),
    ("self-signed certificate", "untrusted"),
    ("self signed certificate", "untrusted"),
    ("has expired", "expired"),
    ("not yet valid", "expired"),
    ("purpose", "purpose"),
    ("EKU", "purpose"),
)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Certificates that break a rule in a harmless way are taken as OpenSSL takes them, without a word on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def read(reply: bytes) -> TimeStampResponse:
    """The reply taken apart, with a token in it; nothing of it is checked yet. Raises Refused."""
    try:
        return _decoded(reply)
    except ValueError:
        try:
            return _read_loosely(reply)
        except ValueError as error:
            raise StampRefused("not_a_token", str(error)) from error


def trusted_root(response: TimeStampResponse, roots: Sequence[bytes]) -> bytes:
    """The root that the signature leads to, at the time of the token. Raises Refused.

    If none fits, the reason is that of the root that came furthest.
    """
    refusals = []
    for root in roots:
        try:
            _verify(response, root)
        except StampRefused as error:
            refusals.append(error)
        else:
            return root
    raise next((one for one in refusals if one.reason != "untrusted"), refusals[0])


@_without_advice()
def check_signer(response: TimeStampResponse) -> None:
    """The signed attributes name the very certificate that signed (RFC 3161, 2.4.2), as `openssl ts` demands.

    To be asked after the signature was found good. Raises Refused.
    """
    signer = response.signed_data.signer_infos.pop()
    for der in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            if not _is_named(response, der):
                raise StampRefused("signature", "the signing certificate is not named")
            return
    raise StampRefused("signature", "the signing certificate is missing")


def accuracy(response: TimeStampResponse) -> float | None:
    """How exact the time is by the authority's own word, in seconds; None if it does not say."""
    said: Accuracy | None = response.tst_info.accuracy  # the library's types forget that it may be missing
    if said is None:
        return None
    return (said.seconds or 0) + (said.millis or 0) / 1e3 + (said.micros or 0) / 1e6


@_without_advice()
def _verify(response: TimeStampResponse, root: bytes) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        builder = VerifierBuilder(roots=[x509.load_der_x509_certificate(root)])
        builder.build().verify(response, response.tst_info.message_imprint.message)
    except (VerificationError, ValueError, *_BAD_CERTIFICATE) as error:
        said = str(error)
        raise StampRefused(_meaning(said), said) from error


def _meaning(said: str) -> Reason:
    return next((reason for words, reason in _MEANINGS if words in said), "signature")


def _decoded(reply: bytes) -> TimeStampResponse:
    """As the strict reader reads it. Raises ValueError; Refused for a rejection."""
    from rfc3161_client import decode_timestamp_response

    response = decode_timestamp_response(reply)
    if response.status != _GRANTED:
        raise StampRefused("rejected", _printable([f"status {response.status}", *response.status_string]))
    _ = response.tst_info, response.signed_data  # these too are read only when asked for
    return response


def _read_loosely(reply: bytes) -> TimeStampResponse:
    """A reply that the strict reader refused, if it is a bare rejection or has its certificates out of order.

    Raises ValueError for every other one; Refused for a rejection.
    """
    status, *token = _parts(_inside(reply))
    number, *said = _parts(_inside(status))
    if core.Integer.load(number).native != _GRANTED:
        texts = [text for part in said if part[0] == _SEQUENCE for text in _parts(_inside(part))]
        raise StampRefused("rejected", _printable([_inside(text).decode("utf-8", "replace") for text in texts]))
    return _decoded(_in_order(reply, token[0]) if token else reply)


def _in_order(reply: bytes, token: bytes) -> bytes:
    """The same bytes with the certificates of the token as DER orders them; they lie outside of what is signed.

    RFC 5652: ContentInfo = (type, [0] SignedData), SignedData = (version, digests, contents, [0] certificates, …).
    """
    _kind, *content = _parts(_inside(token))
    signed = _parts(_inside(_inside(content[0]))) if content else []
    certificates = next((_inside(part) for part in signed if part[0] == _CERTIFICATES), b"")
    return reply.replace(certificates, b"".join(sorted(_parts(certificates))), 1)


def _parts(contents: bytes) -> list[bytes]:
    """The values that stand one behind the other, each with its head. Raises ValueError, also if there are many."""
    parts: list[bytes] = []
    while contents:
        if len(parts) == _MOST_PARTS:
            raise ValueError("too many parts")
        size = parser.peek(contents)
        parts.append(contents[:size])
        contents = contents[size:]
    return parts


def _inside(value: bytes) -> bytes:
    """What one value holds, without its head. Raises ValueError, also if anything stands behind it."""
    return bytes(parser.parse(value, strict=True)[4])


def _printable(words: Sequence[str]) -> str:
    """The authority's own words, without signs that could play tricks in a log."""
    return "".join(sign if sign.isprintable() else "?" for sign in "; ".join(words))[:200]


def _is_named(response: TimeStampResponse, certificate: bytes) -> bool:
    # The content info of `tsp`, not of `cms`: only with that module loaded are the two attributes below known by name.
    signed = tsp.ContentInfo.load(response.time_stamp_token())["content"]
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        kind = attribute["type"].native
        if kind == "signing_certificate_v2":
            first = attribute["values"][0]["certs"][0]
            digest = _digest(first["hash_algorithm"]["algorithm"].native, certificate)
        elif kind == "signing_certificate":
            first = attribute["values"][0]["certs"][0]
            digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
        else:
            continue
        return bool(first["cert_hash"].native == digest)
    return False


def _digest(algorithm: str, data: bytes) -> bytes | None:
    """None for a digest that is not known here: then nothing is named by it."""
    return hashlib.new(algorithm, data).digest() if algorithm in hashlib.algorithms_available else None
