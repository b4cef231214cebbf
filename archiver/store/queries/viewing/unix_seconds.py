"""Converts Chatwork's Unix seconds to the times of the records."""

from __future__ import annotations

from datetime import UTC, datetime

_LAST_SECOND = 253402300800 - 86400


def sent_at(seconds: int) -> datetime | None:
    """The time of Chatwork's Unix seconds; None for 0 and for what no calendar holds in UTC or Tokyo."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LAST_SECOND else None
