"""Computes the request budget and the time to wait, from a reply's headers and a time.

Every reply states how many calls are left and when the window ends (`x-ratelimit-*`; 300 in five minutes today,
«may change»: developer.chatwork.com/docs/endpoints). The budget is shared with the person's other tools, so some of it
stays unused. Pure: nothing here sleeps, sends or reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archiver.chatwork.reply_dates import parse_date

FALLBACK_WINDOW = timedelta(minutes=5)
"""The window assumed when the headers state no sensible one; no wait is ever longer."""

NO_WAIT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of calls as the last reply stated it; None = not known."""

    limit: int | None = None
    """How many calls a window has."""
    remaining: int | None = None
    """How many are left in this window."""
    reset: datetime | None = None
    """When the window ends, by our own clock."""

    def spend(self) -> Budget:
        """The budget after a request was sent, which counts even if its reply never comes."""
        return self if not self.remaining else replace(self, remaining=self.remaining - 1)

    def observe(self, headers: Mapping[str, str], received_at: datetime, *, refused: bool = False) -> Budget:
        """The budget after a reply with these headers (lower-case names).

        `received_at` is when they came, by our clock. A reply without a count changes nothing, unless it is a refusal
        (429): then nothing is left, whatever its headers say.
        """
        remaining = 0 if refused else _parse_count(headers.get("x-ratelimit-remaining"))
        if remaining is None:
            return self
        limit = _parse_count(headers.get("x-ratelimit-limit"))
        return Budget(
            limit=self.limit if limit is None else limit,
            remaining=remaining,
            reset=received_at + _time_left(headers, received_at),
        )


@dataclass(frozen=True, slots=True)
class OtherCalls:
    """Calls of the same account that were not ours, as far as two of our own replies in one window show them.

    Calls before our first reply in a window, or while the server states another end of the window each time, are not
    counted: the number is never too high.
    """

    window: int | None = None
    """`x-ratelimit-reset` of the last reply, as the server stated it."""
    left: int | None = None
    """What is left of that window if nobody else calls."""
    others: int = 0

    def spend(self) -> OtherCalls:
        """The tally after a request was sent."""
        return self if not self.left else replace(self, left=self.left - 1)

    def observe(self, headers: Mapping[str, str]) -> OtherCalls:
        """The tally after a reply with these headers (lower-case names)."""
        window, left = (_parse_count(headers.get(f"x-ratelimit-{name}")) for name in ("reset", "remaining"))
        if window is None or left is None:
            return self
        same = window == self.window and self.left is not None
        more = max(0, self.left - left) if same and self.left is not None else 0
        return OtherCalls(window, left, self.others + more)


def time_to_wait(budget: Budget, now: datetime, reserve: int) -> timedelta:
    """How long to wait before the next request, so that `reserve` calls stay free for others; 0 when free.

    A reserve of more than a fifth of the window counts as a fifth, lest a small budget is never used at all.
    """
    if budget.remaining is None or budget.reset is None:
        return NO_WAIT
    reserved = reserve if budget.limit is None else min(reserve, budget.limit // 5)
    if budget.remaining > reserved:
        return NO_WAIT
    return min(max(budget.reset - now, NO_WAIT), FALLBACK_WINDOW)


def _time_left(headers: Mapping[str, str], received_at: datetime) -> timedelta:
    """How long the window still lasts, by the server's own clock where it is known, as ours may be wrong."""
    seconds = _parse_count(headers.get("x-ratelimit-reset"))
    if seconds is None:
        return FALLBACK_WINDOW
    date = parse_date(headers.get("date")) or received_at
    left = timedelta(seconds=seconds - int(date.timestamp()))
    if left < -FALLBACK_WINDOW:  # the end of no window that this reply can be of
        return FALLBACK_WINDOW
    return min(max(left, NO_WAIT), FALLBACK_WINDOW)


def _parse_count(text: str | None) -> int | None:
    """A header's whole number; None if it is missing or absurd."""
    if text is None:
        return None
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len("4102444800")):
        return None
    return int(text)
