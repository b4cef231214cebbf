"""Who answers requests: the address, and what the certificate of its connection says."""

from __future__ import annotations

from typing import Any, NamedTuple


class AnsweringService(NamedTuple):
    """Where replies come from."""

    address: str
    certificate: str | None
    """The name in the certificate; None without TLS, or where the connection was closed before it was read."""
    issuer: str | None
    """The organisation that issued the certificate, or the issuer's name."""


def answering_service(address: str, raw: object) -> AnsweringService:
    """The service of a response whose body (`raw`) was not read yet."""
    connection = getattr(raw, "connection", None)
    peer: dict[str, Any] = getattr(getattr(connection, "sock", None), "getpeercert", dict)() or {}
    subject, issuer = (_names(peer.get(side, ())) for side in ("subject", "issuer"))
    alternative = next((name for _kind, name in peer.get("subjectAltName", ())), None)
    return AnsweringService(
        address,
        subject.get("commonName", alternative),
        issuer.get("organizationName", issuer.get("commonName")),
    )


def _names(parts: Any) -> dict[str, str]:
    return {kind: name for part in parts for kind, name in part}
