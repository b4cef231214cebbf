"""Claims about the times in which nobody looked: which of them a reader must know by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from archiver.records import Pause

LONGEST = 10
"""The longest pauses that are named, as far as they are longer than usual."""


def named_pauses(
    pauses: Iterable[Pause], changes: Iterable[tuple[datetime, datetime]], longer_than: timedelta = timedelta()
) -> frozenset[Pause]:
    """The longest pauses of a room, and every one in which one of these changes may have happened.

    The others are summed up. In a room that is usually looked at so rarely that every interval is a pause, only those
    stand out that are longer than some intervals, and the longest of all, which page 1 tells. A change is the time up
    to which the state before was seen and the time from which the new one was seen; a message that matters is a change
    at the time it was sent.
    """
    ordered = sorted(set(pauses), key=lambda one: (one.end - one.start, one.start), reverse=True)
    times = list(changes)
    return frozenset(
        one
        for place, one in enumerate(ordered)
        if (place < LONGEST and one.end - one.start > longer_than)
        or not place
        or any(before < one.end and after > one.start for before, after in times)
    )
