"""A certificate of this computer that signs itself, for servers on loopback that speak TLS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def loopback_certificate(*, days: int = 1, begun: int = 2, host: str = "127.0.0.1") -> bytes:
    """A certificate of 127.0.0.1, or another host, and its key; it began so many days ago and ends `days` from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    names = {NameOID.COMMON_NAME: host, NameOID.SERIAL_NUMBER: f"{number:x}"}  # trusted ones are found by their name
    name = x509.Name([x509.NameAttribute(kind, value) for kind, value in names.items()])
    now = datetime.now(UTC)
    named: x509.GeneralName = x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ip_address(host))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), number)
        .not_valid_before(now - timedelta(days=begun))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    return certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
