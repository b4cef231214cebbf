"""Claims about the times in which nobody looked: which of them a reader must know by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from archiver.records import Pause

LONGEST = 10
"""The longest pauses that are named in any case."""


def named_pauses(pauses: Iterable[Pause], changes: Iterable[tuple[datetime, datetime]]) -> frozenset[Pause]:
    """The longest pauses, and every one in which one of these changes may have happened; the others are summed up.

    A change is the time up to which the state before was seen and the time from which the new one was seen; a message
    that matters is a change at the time it was sent.
    """
    ordered = sorted(set(pauses), key=lambda one: (one.end - one.start, one.start), reverse=True)
    times = list(changes)
    return frozenset(ordered[:LONGEST]) | {
        one for one in ordered[LONGEST:] if any(before < one.end and after > one.start for before, after in times)
    }
