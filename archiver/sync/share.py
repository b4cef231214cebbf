"""Pure: how many requests of a round may go to what can wait, so that it never delays the next round."""

from __future__ import annotations

from datetime import datetime

from archiver.chatwork import ratelimit
from archiver.chatwork.ratelimit import Budget

MOST = 100
"""Messages read singly in one round, back-fill and re-reading together."""

UNTOLD = 50
"""The same where Chatwork has not told how many calls are left."""


def share(budget: Budget, now: datetime, *, reserve: int, full: bool = False) -> int:
    """Half of the calls that are left above the reserve, up to `MOST`; `full`: all of them.

    Nothing where a call would have to wait.
    """
    if ratelimit.wait(budget, now, reserve):
        return 0
    if budget.remaining is None:
        return UNTOLD
    kept = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    over = budget.reset is not None and budget.reset <= now and budget.limit is not None
    left = max(0, (budget.limit or 0 if over else budget.remaining) - kept)
    return left if full else min(MOST, left // 2)
