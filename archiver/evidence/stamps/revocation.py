"""Lists of revoked certificates (CRL, RFC 5280): where those of a stamp's chain are published, and what they say.

A list that is frozen in a package says that the certificate was not revoked when the list was issued. Nothing is sent
here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtensionOID

from archiver.evidence.stamps import reply_verification
from archiver.evidence.stamps.refusal import StampRefused

_ODD = (ValueError, LookupError, TypeError, x509.InvalidVersion, x509.UnsupportedGeneralNameType)
"""What `cryptography` raises for certificates and lists that are damaged or odd."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list as it was received."""

    body: bytes
    """DER."""
    issued: datetime
    """When it was issued, aware and in UTC."""
    is_revoked: bool
    """Whether it names the certificate for which it was fetched."""


def fetch_lists(reply: bytes, roots: Sequence[bytes], fetch: Callable[[str], bytes]) -> Iterator[RevocationList]:
    """The lists for each certificate of a reply that names one, whose signature is the issuer's.

    `fetch` gets the bytes at an address and raises OSError; after that nothing else is asked for.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            certificates = _certificates(reply)
            issuers = [*certificates, *map(x509.load_der_x509_certificate, roots)]
            for certificate in certificates:
                found = _list_of(certificate, issuers, fetch)
                if found is not None:
                    yield found
        except (StampRefused, OSError, *_ODD):
            return


def _certificates(reply: bytes) -> list[x509.Certificate]:
    response = reply_verification.parse_reply(reply)
    return [x509.load_der_x509_certificate(der) for der in sorted(response.signed_data.certificates)]


def _list_of(
    certificate: x509.Certificate, issuers: Sequence[x509.Certificate], fetch: Callable[[str], bytes]
) -> RevocationList | None:
    """The list that the certificate's issuer publishes; None if there is none, or it is not the issuer's."""
    address = next(_addresses(certificate), None)
    issuer = next((one for one in issuers if one.subject == certificate.issuer), None)
    if address is None or issuer is None:
        return None
    body = fetch(address)
    published = x509.load_der_x509_crl(body)
    if published.issuer != certificate.issuer or not published.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
        return None
    entry = published.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return RevocationList(body, published.last_update_utc, entry is not None)


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Where the certificate says that the list is, by http or https."""
    try:
        points = certificate.extensions.get_extension_for_oid(ExtensionOID.CRL_DISTRIBUTION_POINTS).value
    except x509.ExtensionNotFound:
        return
    assert isinstance(points, x509.CRLDistributionPoints)
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
                yield name.value
