"""Computes what is due now, from given times, without clock, disk and network.

A last time in the future (the clock was set back) counts as never, so that work is rather done once too often. What
was missed during suspend is due once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.reminders import CLOCK_TOLERANCE

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
AGAIN = timedelta(hours=1)
"""A duty beside rounds that could not be done is tried again after this."""

PROBES = (timedelta(hours=1), timedelta(hours=6), DAY)
"""Pauses before a refused token is tried again: after the first refusal, the second, and each later one."""


def is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether something that comes once in `every` is due, given when it was last begun.

    A clock that was set well back makes it due; the corrected clocks of two rounds differ by a moment, which does not.
    """
    return last is None or last - now > CLOCK_TOLERANCE or now - last >= every


def tolerance(every: timedelta) -> timedelta:
    """How much too early something may begin, lest a moment's difference puts it off to the next question."""
    return every / 60


def nominal_begin(last: datetime | None, now: datetime, every: timedelta) -> datetime:
    """When something that begins now should have begun: evenly after the last time, so that intervals stay equal.

    Equal intervals between looks at a list take next to no place.
    """
    is_even = last is not None and timedelta() <= now + tolerance(every) - (last + every) < every
    return last + every if is_even and last is not None else now


# --- a token that was refused --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenHold:
    """A token that Chatwork refused, so that Chatwork is not asked for the time being."""

    token: str
    """SHA-256 of the refused token."""
    since: datetime
    """When the token was refused last."""
    probes: int = 0
    """How often the same token was tried again in vain."""


def record_refusal(hold: TokenHold | None, token: str, now: datetime) -> TokenHold:
    """The hold after a refusal; for another token than before it starts anew."""
    if hold is None or hold.token != token:
        return TokenHold(token, now)
    return TokenHold(token, now, hold.probes + 1)


def can_ask(hold: TokenHold | None, token: str, now: datetime) -> bool:
    """Whether Chatwork may be asked: with another token at once, with the refused one after a long pause."""
    if hold is None or hold.token != token:
        return True
    return is_due(hold.since, now, PROBES[min(hold.probes, len(PROBES) - 1)])
