"""What the user asks of the reader of a package, where they choose it themselves."""

from __future__ import annotations

from enum import StrEnum


class RequestKind(StrEnum):
    """One thing that can be asked for."""

    PAYMENT = "payment"
    REVIEW = "review"
    """Of what was delivered."""
    REPLY = "reply"
    TERMS = "terms"
    """That the terms of the work are stated."""
    STOP_WORK = "stop-work"
    """To pause the work until things are settled."""
