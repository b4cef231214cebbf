"""A reply of the API as it was received, and which of its headers are stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

SALT_BYTES = 32
"""The length of a reply's salt."""


@dataclass(frozen=True)
class Reply:
    """An HTTP reply of the API, as it was received."""

    path: str
    """Path below the base URL with its query, as sent: `/rooms/1/messages?force=1`."""
    status: int
    body: bytes
    """After HTTP content decoding; empty for 204."""
    headers: Mapping[str, str]
    """Names in lower case; only those that are stored (`records.KEPT_HEADERS`)."""
    received_at: datetime
    """When Chatwork sent it: its `Date`; without one that counts, this computer's time corrected by the last one."""
    dated: bool = True
    """Whether `received_at` is its `Date`."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES), compare=False)
    """Random bytes in front of the body in the digest, so that nothing in it can be guessed from the digest."""

    @cached_property
    def digest(self) -> str:
        """Lower-case hex SHA-256 of the salt and the body, which the entries that come from the reply name."""
        return hashlib.sha256(self.salt + self.body).hexdigest()

    @property
    def limited(self) -> bool:
        """Whether the free plan hides something here (chatwork-message-limitation, Chatwork 2022-09-06)."""
        return self.headers.get("chatwork-message-limitation", "").strip().lower() == "true"


KEPT_HEADERS = frozenset(
    {
        "date",
        "content-type",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "chatwork-message-limitation",
        "chatwork-message-limitation-summary",
    }
)
