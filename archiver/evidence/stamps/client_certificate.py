"""Judges the client certificate with which a paid authority is asked: whether it can be used, or has ended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from archiver.evidence.stamps import roots
from archiver.evidence.stamps.refusal import StampRefused


def check_client_certificate(certificate: Path, key: Path) -> None:
    """Raise StampRefused for files that hold no certificate in PEM form with its key, or a key with a password.

    Without this, a password would be asked for on the terminal, and a wrong file would look like a network fault.
    """
    import ssl  # here, as commands without stamps start faster

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:  # an `ssl.SSLError` is an OSError; what is too long as a password is none
        raise StampRefused("certificate", type(error).__name__) from error


def client_certificate_ended(certificate: Path, at: datetime) -> bool:
    """Whether a client certificate (PEM, the first in its file) has ended at a time; False: it cannot be read."""
    try:
        der = roots.pem_to_der(certificate.read_text(encoding="ascii", errors="replace"))[0]
        return roots.load_certificate(der).not_valid_after_utc <= at
    except (OSError, ValueError):
        return False
