"""Times as the archive writes them: RFC 3339 UTC with milliseconds, one width, sortable as text."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """`2026-11-24T13:31:05.123Z` for an aware time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(value: str) -> datetime:
    """The aware time of a text that `to_text` wrote."""
    return datetime.fromisoformat(value)


def from_unix(seconds: int) -> str | None:
    """The text of a time in Unix seconds, as Chatwork gives it; None for 0 and for years beyond 9999."""
    if not 0 < seconds < 253402300800:
        return None
    return to_text(datetime.fromtimestamp(seconds, UTC))


def sent_at(seconds: int) -> datetime | None:
    """The time of Chatwork's Unix seconds; None for 0 and for what no calendar holds in UTC or Tokyo."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 253402300800 - 86400 else None
