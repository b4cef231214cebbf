"""The exception for a time stamp that is refused, its reasons, and a text for each reason."""

from __future__ import annotations

from typing import Literal

from archiver.errors import N_

Reason = Literal[
    "unreachable",
    "access",
    "exposed",
    "denied",
    "not_a_token",
    "rejected",
    "imprint",
    "nonce",
    "untrusted",
    "expired",
    "purpose",
    "signature",
    "roots",
    "unsupported",
]

REASONS: dict[str, str] = {
    "unreachable": N_("the authority could not be reached"),
    "access": N_("the password for the authority cannot be read here"),
    "exposed": N_("others can read the file with the password for the authority; allow only yourself"),
    "denied": N_("the authority did not accept the name and password"),
    "not_a_token": N_("the reply was not a time stamp"),
    "rejected": N_("the authority rejected the request"),
    "imprint": N_("the time stamp is for something else"),
    "nonce": N_("the time stamp answers a different request"),
    "untrusted": N_("the time stamp does not lead to the pinned root"),
    "expired": N_("the authority's certificate was not valid at the time stated"),
    "purpose": N_("the signing certificate is not meant for time stamps"),
    "signature": N_("the signature of the time stamp is wrong"),
    "roots": N_("the pinned root of the authority cannot be read here"),
    "unsupported": N_("time stamps cannot be made or checked on this computer"),
}
"""The text of each reason as a gettext id, worded to stand after a colon or in brackets."""

OWNER_REASONS: frozenset[Reason] = frozenset(("access", "exposed", "denied"))
"""Reasons that stay until the owner does something: asking again does not help."""


class StampRefused(Exception):
    """Raised if there is no valid time stamp; `reason` is a key of REASONS, `detail` is English, for the log."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail
