"""Pure: whether this computer's clock is so wrong that the user must be told."""

from __future__ import annotations

WRONG_CLOCK_MS = 60_000


def is_clock_wrong(offset_ms: int) -> bool:
    """Whether an offset to Chatwork's clock, in milliseconds, must be told."""
    return abs(offset_ms) > WRONG_CLOCK_MS
