"""What `cryptography` raises for certificates that are damaged or break a rule; its warnings are kept from stderr."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

ODD = (
    *(ValueError, LookupError, TypeError, UnsupportedAlgorithm),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)
"""What `cryptography` raises for certificates, lists and answers that are damaged or odd."""


@contextmanager
def without_warnings() -> Iterator[None]:
    """Accept certificates that break a rule in a harmless way, as OpenSSL does, without a warning on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
