"""Answers of the simulated authority's responder (OCSP, RFC 6960): whether its certificate was revoked.

An answer can be made wrong in one thing, so that a client's refusal must be for that.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp

from archiver.demo.tsa.keys import KeyHolder, Purpose, make_leaf, make_root

REVOKED_SINCE = timedelta(days=3)
"""How long before an answer the certificate was revoked, where it says so."""

_WEEK = timedelta(days=7)


class StatusAnswer(StrEnum):
    """What is answered; those of the second block do not count."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    DELEGATED = "delegated"  # good, signed by a responder that the issuer appointed

    STALE = "stale"  # of a month ago, with its end three weeks past
    ENDLESS = "endless"  # of a month ago, without an end
    FUTURE = "future"  # of tomorrow
    OTHER_CERTIFICATE = "other_certificate"
    OTHER_ISSUER = "other_issuer"  # the same serial number of another authority
    OTHER_SIGNER = "other_signer"
    NOT_APPOINTED = "not_appointed"  # signed by a certificate of the issuer that is not for answers
    BAD_SIGNATURE = "bad_signature"
    TRY_LATER = "try_later"  # no answer at all
    HTML = "html"
    EMPTY = "empty"
    TOO_LARGE = "too_large"  # two million bytes


def make_answer(question: bytes, leaf: KeyHolder, issuer: KeyHolder, kind: StatusAnswer, at: datetime) -> bytes:
    """The answer of `issuer`, at that time, to a question about the certificate of `leaf`, as DER."""
    if kind in _NO_ANSWERS:
        return _NO_ANSWERS[kind]()
    asked = ocsp.load_der_ocsp_request(question)
    if asked.serial_number != leaf.certificate.serial_number:
        return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(
            Encoding.DER
        )
    answer = _signed(asked.hash_algorithm, leaf, issuer, kind, at)
    return answer[:-1] + bytes([answer[-1] ^ 1]) if kind is StatusAnswer.BAD_SIGNATURE else answer


def _signed(
    algorithm: hashes.HashAlgorithm, leaf: KeyHolder, issuer: KeyHolder, kind: StatusAnswer, at: datetime
) -> bytes:
    since, until = _span(kind, at)
    is_revoked = kind is StatusAnswer.REVOKED
    status = _STATUS.get(kind, ocsp.OCSPCertStatus.GOOD)
    stranger = make_root("Somebody else")
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issuer.certificate if kind is StatusAnswer.OTHER_CERTIFICATE else leaf.certificate,
        issuer=stranger.certificate if kind is StatusAnswer.OTHER_ISSUER else issuer.certificate,
        algorithm=algorithm,
        cert_status=status,
        this_update=since,
        next_update=until,
        revocation_time=at - REVOKED_SINCE if is_revoked else None,
        revocation_reason=ReasonFlags.key_compromise if is_revoked else None,
    )
    signer = _signer(kind, issuer, stranger)
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if signer is not issuer:
        builder = builder.certificates([signer.certificate])
    # The bytes end with the signature only where no certificate follows it.
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _signer(kind: StatusAnswer, issuer: KeyHolder, stranger: KeyHolder) -> KeyHolder:
    if kind is StatusAnswer.OTHER_SIGNER:
        return stranger
    if kind is StatusAnswer.DELEGATED:
        return make_leaf("Responder", issuer, purpose=Purpose.ANSWERING)
    if kind is StatusAnswer.NOT_APPOINTED:
        return make_leaf("Responder", issuer, purpose=Purpose.STAMPING)
    return issuer


def _span(kind: StatusAnswer, at: datetime) -> tuple[datetime, datetime | None]:
    """Since when and until when an answer holds."""
    if kind is StatusAnswer.ENDLESS:
        return at - 4 * _WEEK, None
    begun = {StatusAnswer.STALE: at - 4 * _WEEK, StatusAnswer.FUTURE: at + timedelta(days=1)}.get(kind, at)
    return begun, begun + _WEEK


_STATUS = {StatusAnswer.REVOKED: ocsp.OCSPCertStatus.REVOKED, StatusAnswer.UNKNOWN: ocsp.OCSPCertStatus.UNKNOWN}


def _try_later() -> bytes:
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return answer.public_bytes(Encoding.DER)


_NO_ANSWERS: dict[StatusAnswer, Callable[[], bytes]] = {
    StatusAnswer.TRY_LATER: _try_later,
    StatusAnswer.HTML: lambda: b"<!DOCTYPE html><html><body>Please wait.</body></html>",
    StatusAnswer.EMPTY: lambda: b"",
    StatusAnswer.TOO_LARGE: lambda: bytes(2_000_000),
}
