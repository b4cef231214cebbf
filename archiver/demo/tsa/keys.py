"""Certificates of the simulated time-stamp authority: a root, an intermediate, and leaves that sign tokens.

Keys are new in every process and never written anywhere. The leaves differ in what makes a token good or bad:
how long they are valid, and what they may be used for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FROM = datetime(2000, 1, 1, tzinfo=UTC)
VALID_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)
"""The validity of certificates that shall outlive every test and demo."""

_NOTHING: list[x509.ObjectIdentifier] = []
_STAMPING = [ExtendedKeyUsageOID.TIME_STAMPING]
_SERVER = [ExtendedKeyUsageOID.SERVER_AUTH]


class Purpose(Enum):
    """A leaf's extended key usage (RFC 3161, 2.3): the uses, and whether they are critical."""

    STAMPING = (_STAMPING, True)
    NOTHING_SAID = (_NOTHING, True)
    SERVER = (_SERVER, True)
    SEVERAL = (_STAMPING + _SERVER, True)
    NOT_CRITICAL = (_STAMPING, False)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")


def make_root(name: str) -> KeyHolder:
    """A new root certificate."""
    return _issue(name, None, (VALID_FROM, VALID_UNTIL), _authority_extensions(None))


def make_intermediate(name: str, issuer: KeyHolder) -> KeyHolder:
    """A new certificate that may issue leaves."""
    return _issue(name, issuer, (VALID_FROM, VALID_UNTIL), _authority_extensions(0))


def cross_sign(holder: KeyHolder, issuer: KeyHolder) -> KeyHolder:
    """A certificate for the same name and key by another issuer, as old roots issue for new ones."""
    name = holder.certificate.subject
    certificate = _certificate_builder(
        name, issuer.certificate.subject, holder.key, issuer.key, (VALID_FROM, VALID_UNTIL)
    )
    for extension, critical in _authority_extensions(None):
        certificate = certificate.add_extension(extension, critical=critical)
    return KeyHolder(certificate.sign(issuer.key, hashes.SHA256()), holder.key)


def make_leaf(
    name: str,
    issuer: KeyHolder,
    *,
    valid: tuple[datetime, datetime] = (VALID_FROM, VALID_UNTIL),
    purpose: Purpose = Purpose.STAMPING,
) -> KeyHolder:
    """A new certificate that signs tokens, or does what its purpose says."""
    uses, critical = purpose.value
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(digital_signature=True), True),
    ]
    if uses:
        extensions.append((x509.ExtendedKeyUsage(uses), critical))
    return _issue(name, issuer, valid, extensions)


def _authority_extensions(path_length: int | None) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
    ]


def _key_usage(**uses: bool) -> x509.KeyUsage:
    no_uses = {
        "digital_signature": False,
        "content_commitment": False,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    return x509.KeyUsage(**{**no_uses, **uses})


def _issue(
    name: str,
    issuer: KeyHolder | None,
    valid: tuple[datetime, datetime],
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> KeyHolder:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "simulated"), _common_name(name)])
    issuer_name, signer = (subject, key) if issuer is None else (issuer.certificate.subject, issuer.key)
    builder = _certificate_builder(subject, issuer_name, key, signer, valid)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return KeyHolder(builder.sign(signer, hashes.SHA256()), key)


def _certificate_builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _common_name(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, name)
