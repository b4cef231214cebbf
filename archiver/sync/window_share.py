"""Pure: how many lists may be read in turn, so that looking for edits takes no more than its share of the allowance.

Nobody says whether an edit or a deletion moves a room's counters, so every list is read again and again, moved rooms
first, then the one unread for longest. The share is counted over all our processes in each window of the allowance.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from archiver.chatwork.ratelimit import FALLBACK_WINDOW, Budget
from archiver.chatwork.transport import Transport
from archiver.store.working.remembered_values import WindowRequests

USUAL_LIMIT = 300
"""Calls of a window where no reply stated them."""

OTHERS_AT_LEAST = 10
"""Up to so many calls that are not counted as ours mean nothing: our smaller commands make some."""

SAME_RESET = timedelta(seconds=5)
"""Ends of a window that are no further apart are one: each is computed from a reply's own times."""

RUN_OVERHEAD = 2
"""Calls of a run that read no list: the account and the rooms."""


def is_same_window(first: datetime | None, second: datetime | None) -> bool:
    """Whether two ends of windows are the same window's."""
    return first is not None and second is not None and abs(first - second) <= SAME_RESET


def window_end(transport: Transport) -> datetime | None:
    """When the present window ends by Chatwork's clock; None: not known."""
    reset = transport.budget.reset
    return None if reset is None else reset + (transport.clock.offset or timedelta())


def spent_in_window(remembered: WindowRequests | None, reset: datetime | None, *, requests: int) -> int:
    """Our calls in the window that ends at `reset`: those remembered of it, and those of this run."""
    if remembered is None or not is_same_window(remembered.reset, reset):
        return requests
    return remembered.spent + requests


def requests_in_share(budget: Budget, *, spent: int, reserve: int, share: int) -> int:
    """How many more calls reading lists in turn may take in the present window; `share` in percent.

    Where others use the allowance too, or less than the share is left above the reserve, it is half of what is left.
    """
    limit = budget.limit or USUAL_LIMIT
    own = max(0, limit * share // 100 - spent)
    if budget.remaining is None:
        return own
    free = max(0, budget.remaining - min(reserve, limit // 5))
    by_others = limit - budget.remaining - spent
    return min(own, free // 2) if by_others > OTHERS_AT_LEAST or free < own else own


def longest_unseen(rooms: int, *, every: timedelta, share: int, limit: int | None = None) -> timedelta:
    """The longest time until an edit or a deletion in one of so many rooms is seen, while runs come every `every`."""
    calls = (limit or USUAL_LIMIT) * share // 100
    each_run = max(1, int(calls * min(every / FALLBACK_WINDOW, 1)) - RUN_OVERHEAD)
    return every * max(1, ceil(rooms / each_run))
