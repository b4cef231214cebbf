"""A clock for archives that are written without Chatwork: compared with its time, and right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archiver.corrected_clock import CorrectedClock

_MOMENT = datetime(2026, 11, 10, tzinfo=UTC)


def exact_clock(ahead: timedelta = timedelta()) -> CorrectedClock:
    """A clock whose offset is known, that is so far ahead of Chatwork's."""
    clock = CorrectedClock(lambda: _MOMENT)
    clock.measure(_MOMENT - ahead, _MOMENT)
    return clock
