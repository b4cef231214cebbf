"""Pure: how many lists may be read in turn, so that looking for edits takes no more than its share of the allowance.

Nobody says whether an edit or a deletion moves a room's counters, so every list is read again and again, moved rooms
first, then the one unread for longest. The share is counted over all our processes in each window of the allowance.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from archiver.chatwork.reply_headers import FALLBACK_WINDOW, Budget
from archiver.chatwork.transport import Transport
from archiver.store.working.remembered_values import WindowRequests

USUAL_LIMIT = 300
"""Calls of a window where no reply stated them."""

ACCOUNT_EVERY = timedelta(minutes=30)
"""A process asks so often whose token it has; the token itself is refused at once if it was withdrawn."""

OTHERS_AT_LEAST = 10
"""Up to so many calls that are not counted as ours mean nothing: our smaller commands make some."""

SAME_RESET = timedelta(seconds=5)
"""Ends of a window that are no further apart are one: each is computed from a reply's own times."""

OWN_COMMAND_CALLS = 2
"""Calls of a run of a process of its own that read no list: the account and the rooms."""

UPKEEP_A_DAY = 4
"""Calls for a room's files, people and tasks on a day on which nothing moves, if all are put off to twice their time: a
list of files each twelve hours, the four lists of people and tasks every two days."""

DAEMON_INTERVALS = (timedelta(minutes=1), FALLBACK_WINDOW)
"""How far apart the daemon's rounds may be; each has one call for the list of rooms."""


def is_same_window(first: datetime | None, second: datetime | None) -> bool:
    """Whether two ends of windows are the same window's."""
    return first is not None and second is not None and abs(first - second) <= SAME_RESET


def window_end(transport: Transport) -> datetime | None:
    """When the present window ends by Chatwork's clock; None: not known."""
    reset = transport.budget.reset
    return None if reset is None else reset + (transport.clock.offset or timedelta())


def window_requests(remembered: WindowRequests | None, reset: datetime | None, run: WindowRequests) -> WindowRequests:
    """Our calls in the window that ends at `reset`: those remembered of it, and those of this `run`."""
    if remembered is None or not is_same_window(remembered.reset, reset):
        return run
    return WindowRequests(run.reset, remembered.spent + run.spent, remembered.looks + run.looks)


def requests_in_share(budget: Budget, *, spent: int, looks: int, reserve: int, share: int) -> int:
    """How many more calls reading lists in turn may take in the present window; `share` in percent.

    `spent` are all our calls in it, `looks` those of the share: for the account, the list of rooms and lists of
    messages. Where others use the allowance too, or less than the share is left above the reserve, it is half of what
    is left.
    """
    limit = budget.limit or USUAL_LIMIT
    own = max(0, limit * share // 100 - looks)
    if budget.remaining is None:
        return own
    free = max(0, budget.remaining - min(reserve, limit // 5))
    by_others = limit - budget.remaining - spent
    return min(own, free // 2) if by_others > OTHERS_AT_LEAST or free < own else own


def rounds_to_come(left: timedelta, every: timedelta | None) -> int:
    """How many more rounds a window has that lasts so much longer (`every` None: no round comes by itself)."""
    return 0 if every is None else max(0, ceil(left / every) - 1)


def lists_of_round(rooms: int, requests: int, *, later: int) -> int:
    """How many of so many rooms' lists a round reads, of the requests that its window has left for looking.

    The `later` rounds of the window get as many, and one call each for the list of rooms. Where not all lists are
    read, calls are left to the lists of files and people, and no more are read than lets each room have its turn as
    soon as it could.
    """
    lists = (requests - later) // (later + 1)
    if lists >= rooms:
        return rooms
    lists = ceil((requests - later - _upkeep(rooms, FALLBACK_WINDOW)) / (later + 1))
    return ceil(rooms / ceil(rooms / lists)) if lists > 0 else 0


def longest_unseen(rooms: int, *, every: timedelta, share: int) -> timedelta:
    """The longest time until an edit or a deletion in one of so many rooms is seen, while runs come every `every`."""
    return _time_of_all(rooms, every, share=share, overhead=OWN_COMMAND_CALLS)


def daemon_interval(rooms: int, *, share: int) -> timedelta:
    """How far apart the daemon's rounds are: so that each room has its turn soonest, and the shortest of these."""
    return min(DAEMON_INTERVALS, key=lambda every: (daemon_unseen(rooms, every=every, share=share), every))


def daemon_unseen(rooms: int, *, every: timedelta, share: int) -> timedelta:
    """As `longest_unseen`, of a daemon, which asks for the account every half hour only."""
    return _time_of_all(rooms, every, share=share, overhead=1 + every / ACCOUNT_EVERY)


class WindowLeft(NamedTuple):
    """What the present window of the allowance has left for looking."""

    requests: int
    time: timedelta


def known_left(spent: WindowRequests | None, now: datetime, *, reserve: int, share: int) -> WindowLeft | None:
    """What is left after our calls in the last window that is known; None: that one is over."""
    if spent is None or not timedelta() < spent.reset - now <= FALLBACK_WINDOW:
        return None
    requests = requests_in_share(Budget(), spent=spent.spent, looks=spent.looks, reserve=reserve, share=share)
    return WindowLeft(requests, spent.reset - now)


def present_unseen(bound: timedelta, *, every: timedelta, rooms: int, left: WindowLeft) -> timedelta:
    """The longest time from now on; with too few calls left for the rounds of the window, they may read nothing."""
    lists = ceil(rooms / max(1, ceil(bound / every)))
    is_used_up = left.requests < int(left.time / every) * (lists + 1)
    return every * ceil((left.time + bound) / every) if is_used_up else bound


def _time_of_all(rooms: int, every: timedelta, *, share: int, overhead: float) -> timedelta:
    calls = USUAL_LIMIT * share // 100 * min(every / FALLBACK_WINDOW, 1) - overhead
    each_run = rooms if calls >= rooms else max(1, int(calls - _upkeep(rooms, every)))
    return every * max(1, ceil(rooms / max(1, each_run)))


def _upkeep(rooms: int, every: timedelta) -> float:
    """The calls of one run of those every so often for what else is read of rooms in which nothing moves."""
    return rooms * UPKEEP_A_DAY * (every / timedelta(days=1))
