"""The certificates behind a time stamp in order: that of the signer, its issuer's, and so on up to a pinned root.

Only the way itself is followed here, each step by its signature; `reply_verification` judges the stamp.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from archiver.evidence.stamps import reply_verification
from archiver.evidence.stamps.odd_certificates import ODD, without_warnings
from archiver.evidence.stamps.refusal import StampRefused

_CHAIN_LIMIT = 10


def signer_chain(reply: bytes, roots: Sequence[bytes]) -> list[x509.Certificate]:
    """The signer's certificate first, a pinned root (DER) last; empty if the way does not lead to one."""
    with without_warnings():
        try:
            response = reply_verification.parse_reply(reply)
            signer = response.signed_data.signer_infos.pop()
            held = [x509.load_der_x509_certificate(der) for der in sorted(response.signed_data.certificates)]
            pinned = [x509.load_der_x509_certificate(der) for der in roots]
            first = next(
                one for one in held if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)
            )
            return _way_up(first, held, pinned)
        except (StampRefused, StopIteration, *ODD):
            return []


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key signed the certificate, and their names agree."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *ODD):
        return False
    return True


def _way_up(
    first: x509.Certificate, held: Sequence[x509.Certificate], pinned: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    way = [first]
    while way[-1] not in pinned:
        above = next((one for one in [*pinned, *held] if one not in way and is_issued_by(way[-1], one)), None)
        if above is None or len(way) == _CHAIN_LIMIT:
            return []
        way.append(above)
    return way
