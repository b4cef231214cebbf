"""What the number of a message tells by itself: when it was posted, and whether it can be a message at all.

Since about 2017 an id holds its milliseconds since 2010-06-14 above 22 low bits; older ids are small numbers in
order (82 real pairs agree, chatwork-api §13.2). The form is documented nowhere: a time from it is *derived* and
never takes the place of `send_time`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 6, 14, tzinfo=UTC)
LOW_BITS = 22

SMALL = 2**32
"""Ids below this are of the old kind; the highest known stood at about 1.03 thousand million in January 2016."""

FIRST = datetime(2011, 3, 1, tzinfo=UTC)
"""Chatwork's first day: no id tells an earlier time."""

AHEAD = timedelta(days=1)
"""How far our own clock may be behind."""


def posted_at(number: int) -> datetime | None:
    """The time derived from an id; None for the old kind, which holds none, and for what no calendar holds."""
    if number < SMALL:
        return None
    try:
        return EPOCH + timedelta(milliseconds=number >> LOW_BITS)
    except OverflowError:
        return None


def first_after(at: datetime) -> int:
    """The smallest id that tells this time or a later one."""
    return ((at - EPOCH) // timedelta(milliseconds=1)) << LOW_BITS


def is_plausible(number: int, now: datetime) -> bool:
    """Whether a message can have this id: of the old kind, or of a time between Chatwork's first day and now."""
    if 0 < number < SMALL:
        return True
    at = posted_at(number) if 0 < number < 2**63 else None
    return at is not None and FIRST <= at <= now + AHEAD
