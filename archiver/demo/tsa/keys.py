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

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2049, 12, 31, tzinfo=UTC)
"""Validity of what shall outlive every test and demo."""

_NOTHING: list[x509.ObjectIdentifier] = []
_STAMPING = [ExtendedKeyUsageOID.TIME_STAMPING]
_SERVER = [ExtendedKeyUsageOID.SERVER_AUTH]


class Purpose(Enum):
    """What a leaf's extended key usage says (RFC 3161, 2.3): the uses, and whether they are critical."""

    STAMPING = (_STAMPING, True)
    NOTHING_SAID = (_NOTHING, True)
    SERVER = (_SERVER, True)
    SEVERAL = (_STAMPING + _SERVER, True)
    NOT_CRITICAL = (_STAMPING, False)


@dataclass(frozen=True, slots=True)
class Holder:
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


def root(name: str) -> Holder:
    """A root of its own."""
    return _issued(name, None, (FIRST, LAST), _of_authority(None))


def intermediate(name: str, issuer: Holder) -> Holder:
    """A certificate that may issue leaves."""
    return _issued(name, issuer, (FIRST, LAST), _of_authority(0))


def cross_signed(holder: Holder, issuer: Holder) -> Holder:
    """The same name and key once more, certified by somebody else, as old roots do for new ones."""
    name = holder.certificate.subject
    certificate = _builder(name, issuer.certificate.subject, holder.key, issuer.key, (FIRST, LAST))
    for extension, critical in _of_authority(None):
        certificate = certificate.add_extension(extension, critical=critical)
    return Holder(certificate.sign(issuer.key, hashes.SHA256()), holder.key)


def leaf(
    name: str,
    issuer: Holder,
    *,
    valid: tuple[datetime, datetime] = (FIRST, LAST),
    purpose: Purpose = Purpose.STAMPING,
) -> Holder:
    """A certificate that signs tokens."""
    uses, critical = purpose.value
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(digital_signature=True), True),
    ]
    if uses:
        extensions.append((x509.ExtendedKeyUsage(uses), critical))
    return _issued(name, issuer, valid, extensions)


def _of_authority(path_length: int | None) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
    ]


def _key_usage(**said: bool) -> x509.KeyUsage:
    nothing = {
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
    return x509.KeyUsage(**{**nothing, **said})


def _issued(
    name: str,
    issuer: Holder | None,
    valid: tuple[datetime, datetime],
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "simulated"), _common(name)])
    issued_by, signer = (subject, key) if issuer is None else (issuer.certificate.subject, issuer.key)
    builder = _builder(subject, issued_by, key, signer, valid)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Holder(builder.sign(signer, hashes.SHA256()), key)


def _builder(
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


def _common(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, name)
