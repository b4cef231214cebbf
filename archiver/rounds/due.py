"""Pure: what is due now? Times in, the next round or verification out; no clock, no disk and no network.

A time that lies in the future (the clock was set back) counts as never: better once too often than never again.
After sleep everything that was missed is due once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
AGAIN = timedelta(hours=1)
"""A verification that could not be made is tried again after this."""

PROBES = (timedelta(hours=1), timedelta(hours=6), DAY)
"""How long a refused token is left alone before it is tried again as it is: first, then, and from then on."""


@dataclass(frozen=True, slots=True)
class RoundHistory:
    """What is known of the rounds until now."""

    whole: datetime | None = None
    """When the last round over all rooms began."""
    visited: Mapping[int, datetime] = field(default_factory=dict)
    """When the last round over fast rooms alone began, by room."""


@dataclass(frozen=True, slots=True)
class DueRound:
    """A round that is due."""

    rooms: frozenset[int] | None
    """None: all rooms."""


def round_due(
    now: datetime, rounds: RoundHistory, *, every: timedelta, paces: Mapping[int, timedelta]
) -> DueRound | None:
    """The round that is due; `paces` are rooms that talk so fast that they must be read more often than `every`."""
    if _is_due(rounds.whole, now, every):
        return DueRound(None)
    late = frozenset(room for room, pace in paces.items() if _is_due(_last(rounds, room), now, pace))
    return DueRound(late) if late else None


def done(rounds: RoundHistory, made: DueRound, *, begun: datetime) -> RoundHistory:
    """What is known after a round, whether it went well or not: what failed waits for its next turn too."""
    if made.rooms is None:
        return RoundHistory(begun)
    return RoundHistory(rounds.whole, {**rounds.visited, **dict.fromkeys(made.rooms, begun)})


def _last(rounds: RoundHistory, room: int) -> datetime | None:
    times = [at for at in (rounds.whole, rounds.visited.get(room)) if at is not None]
    return max(times, default=None)


def _is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    return last is None or last > now or now - last >= every


# --- verifications -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checks:
    """What is known of the verifications until now."""

    sample: datetime | None = None
    """When a sample was last looked at, or everything."""
    whole: datetime | None = None
    tried: datetime | None = None
    """When the last one was begun, made or not."""


@dataclass(frozen=True, slots=True)
class Check:
    """A verification that is due."""

    whole: bool
    """Whether of everything, or of a sample."""


def check_due(now: datetime, checks: Checks) -> Check | None:
    """A sample each day, everything each month; one that could not be made is tried again an hour later."""
    if checks.tried is not None and timedelta() <= now - checks.tried < AGAIN:
        return None
    if _is_due(checks.whole, now, MONTH):
        return Check(whole=True)
    return Check(whole=False) if _is_due(checks.sample, now, DAY) else None


# --- a token that was refused --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hold:
    """Chatwork refused the token: it is not asked any more."""

    token: str
    """What tells the refused token from another one; not the token itself."""
    since: datetime
    """When it was refused last."""
    probes: int = 0
    """How often the same token was tried again in vain."""


def refused(hold: Hold | None, token: str, now: datetime) -> Hold:
    """What to remember after a refusal; another token than before counts from the beginning."""
    if hold is None or hold.token != token:
        return Hold(token, now)
    return Hold(token, now, hold.probes + 1)


def may_ask(hold: Hold | None, token: str, now: datetime) -> bool:
    """Whether Chatwork may be asked: with another token at once, with the refused one after a long pause."""
    if hold is None or hold.token != token:
        return True
    return _is_due(hold.since, now, PROBES[min(hold.probes, len(PROBES) - 1)])


# --- what to say ---------------------------------------------------------------------------------


def is_to_say(said: datetime | None, now: datetime) -> bool:
    """Whether a trouble is to be said: a new one at once, one that was said before once a day."""
    return _is_due(said, now, DAY)
