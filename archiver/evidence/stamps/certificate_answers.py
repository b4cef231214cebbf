"""What an issuer says of one of its certificates: its list of revoked ones (CRL), or an answer for it alone (OCSP).

Only what its signature proves is believed: that of the issuer, and for an answer (RFC 6960, 4.2.2.2) also that of a
responder whose certificate the issuer signed for this purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from archiver.evidence.stamps.signer_chain import is_issued_by

ANSWER_LIMIT = 1 << 16
"""The largest answer for one certificate in bytes; true ones have a few thousand."""

_RESPONSES_LIMIT = 20
"""The most certificates that one answer may speak of."""


class CertificateState(StrEnum):
    """What is said of a certificate."""

    GOOD = "good"
    """It is not revoked."""
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """The responder does not know it."""


@dataclass(frozen=True, slots=True)
class CertificateStatement:
    """What a list or an answer says of a certificate; times are aware and in UTC."""

    state: CertificateState
    issued: datetime
    """As of when it says so."""
    until: datetime | None
    """When there will be a newer one; None: it does not say."""
    revoked_at: datetime | None = None
    """Since when the certificate is revoked."""
    reason: str | None = None
    """Why it was revoked, as RFC 5280 (5.3.1) names it: `keyCompromise`, `superseded` …; None: not said."""


def make_question(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """The question about a certificate, as DER.

    SHA-1, which only names the certificate here, is the one digest that every responder knows (RFC 5019, 2.1.1).
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
    return builder.build().public_bytes(Encoding.DER)


def list_statement(body: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> CertificateStatement:
    """What an issuer's list says of a certificate. Raises ValueError, LookupError, TypeError for one that is none."""
    published = x509.load_der_x509_crl(body)
    if published.issuer != certificate.issuer or not published.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
        raise ValueError("not the issuer's list")
    if not _covers(published, certificate):
        raise ValueError("a list of other certificates")
    entry = published.get_revoked_certificate_by_serial_number(certificate.serial_number)
    state = CertificateState.GOOD if entry is None else CertificateState.REVOKED
    revoked_at = None if entry is None else entry.revocation_date_utc
    reason = None if entry is None else _reason_of(entry)
    return CertificateStatement(state, published.last_update_utc, published.next_update_utc, revoked_at, reason)


def answer_statement(body: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> CertificateStatement:
    """What an answer says of a certificate. Raises ValueError, LookupError, TypeError for one that does not count."""
    if len(body) > ANSWER_LIMIT:
        raise ValueError("too large")
    answer = ocsp.load_der_ocsp_response(body)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(f"no answer: {answer.response_status.name}")
    single = next((one for one in _single_answers(answer) if _is_about(one, certificate, issuer)), None)
    if single is None:
        raise ValueError("an answer about another certificate")
    if not any(_has_signed(one, answer) for one in _responders(answer, issuer, single.this_update_utc)):
        raise ValueError("not signed by the issuer, nor by whom it appointed")
    state = CertificateState(single.certificate_status.name.lower())
    reason = None if single.revocation_reason is None else single.revocation_reason.value
    return CertificateStatement(
        state, single.this_update_utc, single.next_update_utc, single.revocation_time_utc, reason
    )


def _reason_of(entry: x509.RevokedCertificate) -> str | None:
    try:
        stated = entry.extensions.get_extension_for_class(x509.CRLReason).value
    except x509.ExtensionNotFound:
        return None
    return stated.reason.value


def _single_answers(answer: ocsp.OCSPResponse) -> Iterator[ocsp.OCSPSingleResponse]:
    for count, single in enumerate(answer.responses, 1):
        if count > _RESPONSES_LIMIT:
            raise ValueError("an answer about too many certificates")
        yield single


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether its name for the certificate (RFC 6960, 4.1.1: issuer's name and key, serial number) is that of ours."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm)
    ours = builder.build()
    return (single.issuer_name_hash, single.issuer_key_hash, single.serial_number) == (
        ours.issuer_name_hash,
        ours.issuer_key_hash,
        ours.serial_number,
    )


def _responders(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> Iterator[x509.Certificate]:
    """Who may answer for the issuer's certificates at that time: itself, and whom it appointed in the answer."""
    yield issuer
    for one in answer.certificates:
        valid = one.not_valid_before_utc <= at <= one.not_valid_after_utc
        if valid and _is_for_answers(one) and is_issued_by(one, issuer):
            yield one


def _is_for_answers(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except x509.ExtensionNotFound:
        return False
    assert isinstance(uses, x509.ExtendedKeyUsage)
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses


def _has_signed(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> bool:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    signature, signed = answer.signature, answer.tbs_response_bytes
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(signature, signed, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, signed)
        else:
            return False
    except InvalidSignature:
        return False
    return not isinstance(algorithm, hashes.SHA1 | hashes.MD5)


def _covers(published: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether a list is whole and of the certificate's kind (RFC 5280, 5.2.4 and 5.2.5)."""
    for extension in published.extensions:
        if extension.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            return False
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            scope = extension.value
            others = scope.only_contains_user_certs if _is_issuer(certificate) else scope.only_contains_ca_certs
            if others or scope.only_contains_attribute_certs or scope.only_some_reasons or scope.indirect_crl:
                return False
    return True


def _is_issuer(certificate: x509.Certificate) -> bool:
    try:
        limits = certificate.extensions.get_extension_for_oid(ExtensionOID.BASIC_CONSTRAINTS).value
    except x509.ExtensionNotFound:
        return False
    assert isinstance(limits, x509.BasicConstraints)
    return limits.ca
