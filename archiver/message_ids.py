"""What follows from the id of a message: when it was posted, and whether it can be an id at all.

Since about 2017 an id holds milliseconds since 2010-06-14 above 22 low bits. Older ids are small numbers in order
(82 real pairs agree, chatwork-api §13.2). The form is not documented: a time from it is *derived* and never replaces
`send_time`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 6, 14, tzinfo=UTC)
LOW_BITS = 22

FIRST_TIMED_ID = 2**32
"""Ids below this are of the old kind; the highest known one, of January 2016, is about 1.03 thousand million."""

FIRST_DAY = datetime(2011, 3, 1, tzinfo=UTC)
"""Chatwork's first day: no id holds an earlier time."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the local clock may be behind."""


def posted_at(number: int) -> datetime | None:
    """The time derived from an id; None for the old kind, which holds no time, and for impossible dates."""
    if number < FIRST_TIMED_ID:
        return None
    try:
        return EPOCH + timedelta(milliseconds=number >> LOW_BITS)
    except OverflowError:
        return None


def first_id_after(at: datetime) -> int:
    """The smallest id that holds this time or a later one."""
    return ((at - EPOCH) // timedelta(milliseconds=1)) << LOW_BITS


def is_plausible(number: int, now: datetime) -> bool:
    """Whether a message can have this id: of the old kind, or of a time between Chatwork's first day and now."""
    if 0 < number < FIRST_TIMED_ID:
        return True
    at = posted_at(number) if 0 < number < 2**63 else None
    return at is not None and FIRST_DAY <= at <= now + CLOCK_TOLERANCE
