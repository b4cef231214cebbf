"""Parses an RFC 3161 reply and verifies its signature against a pinned root.

`rfc3161-client` verifies with OpenSSL, at the time that the token states. It refuses certificates that are not in
DER order, which authorities do send, so they are sorted here first. Its builder shares a list between copies, so
each root gets a verifier of its own. It does not exist for every platform, so it is imported where it is used.
Callers use `timestamp`, not this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from asn1crypto import tsp
from cryptography import x509

from archiver.evidence.stamps.reply_claims import DER_EXPLICIT, DER_SEQUENCE, DerElement, der_elements, only_content
from archiver.evidence.stamps.roots import StampRefused, odd_as_errors

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_GRANTED = 0

#: Parts of the messages of OpenSSL and the library, each with the reason it means; others mean a wrong signature.
_MEANINGS: tuple[tuple[str, str], ...] = (
    ("unable to get", "untrusted"),
    ("self-signed certificate", "untrusted"),
    ("self signed certificate", "untrusted"),
    ("has expired", "expired"),
    ("not yet valid", "expired"),
    ("purpose", "purpose"),
    ("EKU", "purpose"),
)


def parse_reply(reply: bytes) -> TimeStampResponse:
    """The parsed reply, which has a token; nothing of it is verified yet. Raises StampRefused."""
    try:
        return _parse_strictly(reply)
    except ValueError:
        try:
            return _parse_leniently(reply)
        except (ValueError, IndexError) as error:
            raise StampRefused("not_a_token", str(error)) from error


def trusted_root(response: TimeStampResponse, roots: Sequence[bytes]) -> bytes:
    """The root that the signature leads to, at the time of the token. Raises StampRefused.

    If no root fits, the reason is that of the root with which verification came furthest.
    """
    refusals = []
    for root in roots:
        try:
            _verify(response, root)
        except StampRefused as error:
            refusals.append(error)
        else:
            return root
    raise next((refusal for refusal in refusals if refusal.reason != "untrusted"), refusals[0])


@odd_as_errors()
def check_signer(response: TimeStampResponse) -> None:
    """Check that the signed attributes name the certificate that signed (RFC 3161, 2.4.2), as `openssl ts` demands.

    To be called after the signature was found good. Raises StampRefused.
    """
    signer = response.signed_data.signer_infos.pop()
    for der in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            if not _names_certificate(response, der):
                raise StampRefused("signature", "the signing certificate is not named")
            return
    raise StampRefused("signature", "the signing certificate is missing")


def _verify(response: TimeStampResponse, root: bytes) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        with odd_as_errors():
            certificate = x509.load_der_x509_certificate(root)
            _ = certificate.subject, certificate.issuer  # the library ends in a panic where OpenSSL cannot read these
            builder = VerifierBuilder(roots=[certificate])
            builder.build().verify(response, response.tst_info.message_imprint.message)
    except (VerificationError, ValueError) as error:
        message = str(error)
        reason = next((reason for words, reason in _MEANINGS if words in message), "signature")
        raise StampRefused(reason, message) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the Rust in the library, whose class cannot be imported
            raise
        raise StampRefused("signature", str(error)) from error


def _parse_strictly(reply: bytes) -> TimeStampResponse:
    """The reply as the strict parser reads it. Raises ValueError; StampRefused for a rejection."""
    from rfc3161_client import decode_timestamp_response

    response = decode_timestamp_response(reply)
    if response.status != _GRANTED:
        raise StampRefused("rejected", _printable([f"status {response.status}", *response.status_string]))
    _ = response.tst_info, response.signed_data  # these too are read only when asked for
    return response


def _parse_leniently(reply: bytes) -> TimeStampResponse:
    """A reply that the strict parser refused, if its certificates are out of order.

    Raises ValueError or IndexError for every other one; StampRefused for a rejection.
    """
    status, *token = der_elements(only_content(reply, DER_SEQUENCE))
    number, *details = der_elements(status.body)
    if int.from_bytes(number.body, "big") != _GRANTED:
        texts = [text for part in details if part.tag == DER_SEQUENCE for text in der_elements(part.body)]
        raise StampRefused("rejected", _printable([text.body.decode("utf-8", "replace") for text in texts]))
    return _parse_strictly(_sort_certificates(reply, token[0]) if token else reply)


def _sort_certificates(reply: bytes, token: DerElement) -> bytes:
    """The reply with the token's certificates in the order of DER; they lie outside of what is signed.

    RFC 5652: ContentInfo = (type, [0] SignedData), SignedData = (version, digests, contents, [0] certificates, …).
    """
    _kind, content = der_elements(token.body)
    signed = der_elements(only_content(content.body, DER_SEQUENCE))
    certificates = next((part.body for part in signed if part.tag == DER_EXPLICIT), b"")
    return reply.replace(certificates, b"".join(sorted(one.whole for one in der_elements(certificates))), 1)


def _printable(words: Sequence[str]) -> str:
    """The authority's own words, without characters that could play tricks in a log."""
    return "".join(character if character.isprintable() else "?" for character in "; ".join(words))[:200]


def _names_certificate(response: TimeStampResponse, certificate: bytes) -> bool:
    # The content info of `tsp`, not of `cms`: only with that module loaded are the two attributes below known by name.
    signed = tsp.ContentInfo.load(response.time_stamp_token())["content"]
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        kind = attribute["type"].native
        if kind in ("signing_certificate", "signing_certificate_v2"):
            first = attribute["values"][0]["certs"][0]
            algorithm = "sha1" if kind == "signing_certificate" else first["hash_algorithm"]["algorithm"].native
            if algorithm not in hashlib.algorithms_available:  # so it names no certificate
                return False
            digest = hashlib.new(algorithm, certificate, usedforsecurity=False).digest()
            return bool(first["cert_hash"].native == digest)
    return False
