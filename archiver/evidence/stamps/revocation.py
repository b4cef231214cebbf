"""Whether the certificates behind a stamp were revoked: where that can be asked, and what the answers say.

For each certificate on the way to the root two things may be offered: its issuer's list of revoked certificates
(CRL, RFC 5280), and a responder that answers for it alone (OCSP, RFC 6960). Both are asked for, as a list says more
and an answer is newer. What is frozen in a package says how it was when it was issued. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from archiver.evidence.stamps.certificate_answers import (
    CertificateState,
    CertificateStatement,
    answer_statement,
    list_statement,
    make_question,
)
from archiver.evidence.stamps.odd_certificates import ODD, without_warnings
from archiver.evidence.stamps.signer_chain import is_issued_by, signer_chain

CLOCK_TOLERANCE = timedelta(minutes=15)
"""How far the clocks of a responder and of this computer may be apart."""

LONGEST_AGE = timedelta(days=2)
"""How old an answer may be that does not say when there will be a newer one."""


class AnswerKind(StrEnum):
    """How it is asked whether a certificate was revoked; the value ends the answer's file name."""

    LIST = "crl"
    ANSWER = "ors"


@dataclass(frozen=True, slots=True)
class RevocationQuestion:
    """What is asked of whom."""

    kind: AnswerKind
    number: int
    """The place of the certificate on the way to the root, from 1: that of the signer."""
    address: str
    body: bytes | None
    """What is sent there; None: nothing, a list is only fetched."""


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """What came of a question."""

    kind: AnswerKind
    number: int
    chain: tuple[bytes, ...]
    """The certificate that it is about, that of its issuer, and so on up to the root, each as DER."""
    body: bytes | None
    """The answer as it was received, DER; None: there was none that counts."""
    statement: CertificateStatement | None
    """What it says."""


def ask_for_revocation(
    reply: bytes, roots: Sequence[bytes], ask: Callable[[RevocationQuestion], bytes], *, now: datetime | None = None
) -> Iterator[RevocationAnswer]:
    """Ask for each certificate behind a reply, root aside, what it says can be asked.

    `ask` gets the answer's bytes and raises OSError; then its host is not asked again. `now`: with which the times of
    answers (OCSP) are compared, as an old one could hide what came after; None: with none.
    """
    silent: set[str | None] = set()
    chain = signer_chain(reply, roots)
    for question, certificate, issuer in _questions(chain):
        body = statement = None
        host = urlsplit(question.address).hostname
        try:
            if host not in silent:
                with without_warnings():
                    body = ask(question)
                    statement = _statement(question, body, certificate, issuer, now)
        except OSError:
            silent.add(host)
        except ODD:
            body = None
        above = tuple(map(_der, chain[question.number - 1 :]))
        yield RevocationAnswer(question.kind, question.number, above, body if statement else None, statement)


def held_statement(
    kind: str, body: bytes, certificates: Sequence[bytes], roots: Sequence[bytes]
) -> CertificateStatement | None:
    """What a kept answer says of the first of these certificates (DER), each issued by the next and the last a root.

    None if it does not count, or they are not such. Raises ValueError for a kind that there is not.
    """
    question = RevocationQuestion(AnswerKind(kind), 1, "", None)
    with without_warnings():
        try:
            chain = [x509.load_der_x509_certificate(der) for der in certificates]
            if certificates[-1] in roots and all(map(is_issued_by, chain, chain[1:])):
                return _statement(question, body, chain[0], chain[1], None)
        except ODD:
            pass
    return None


def _questions(
    chain: Sequence[x509.Certificate],
) -> Iterator[tuple[RevocationQuestion, x509.Certificate, x509.Certificate]]:
    for number, (certificate, issuer) in enumerate(pairwise(chain), 1):
        for kind, addresses in ((AnswerKind.LIST, _list_addresses), (AnswerKind.ANSWER, _responder_addresses)):
            try:
                address = next(filter(_is_web_address, addresses(certificate)), None)
                if address is not None:
                    asked = make_question(certificate, issuer) if kind is AnswerKind.ANSWER else None
                    yield RevocationQuestion(kind, number, address, asked), certificate, issuer
            except ODD:
                continue


def _statement(
    question: RevocationQuestion,
    body: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    now: datetime | None,
) -> CertificateStatement:
    """What an answer says. Raises ValueError and the others of `ODD` for one that does not count."""
    if question.kind is AnswerKind.LIST:
        return list_statement(body, certificate, issuer)
    statement = answer_statement(body, certificate, issuer)
    if now is not None:
        _check_times(statement, now)
    return statement


def _check_times(statement: CertificateStatement, now: datetime) -> None:
    until = statement.until or statement.issued + LONGEST_AGE
    if not statement.issued - CLOCK_TOLERANCE <= now <= until + CLOCK_TOLERANCE:
        raise ValueError("an answer of another time")


def _list_addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Where the certificate says that the list is."""
    for extension in certificate.extensions:
        if extension.oid == ExtensionOID.CRL_DISTRIBUTION_POINTS:
            assert isinstance(extension.value, x509.CRLDistributionPoints)
            names = (name for point in extension.value for name in point.full_name or ())
            yield from (name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))


def _responder_addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Who, the certificate says, answers whether it was revoked."""
    for extension in certificate.extensions:
        if extension.oid == ExtensionOID.AUTHORITY_INFORMATION_ACCESS:
            assert isinstance(extension.value, x509.AuthorityInformationAccess)
            offered = (one for one in extension.value if one.access_method == AuthorityInformationAccessOID.OCSP)
            places = (one.access_location for one in offered)
            yield from (one.value for one in places if isinstance(one, x509.UniformResourceIdentifier))


def _is_web_address(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


__all__ = [
    "AnswerKind",
    "CertificateState",
    "CertificateStatement",
    "RevocationAnswer",
    "RevocationQuestion",
    "ask_for_revocation",
]
