"""Pure: when the next round of an account is due, after one that went through and after one that did not."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.rounds.scheduled_duties import PROBES, nominal_begin
from archiver.settings.model import SyncSettings
from archiver.sync import window_share

MAX_SECONDS = 240.0
"""How long one round may take; what is left over is for the next one."""

IN_USE_PAUSE = timedelta(seconds=30)
"""When an account is tried again that somebody else was saving."""

LONGEST_RETRY = timedelta(minutes=15)


def pace(sync: SyncSettings, rooms: int) -> timedelta:
    """How far apart an account's rounds are, as the daemon's are."""
    return min(sync.every, window_share.daemon_interval(rooms, share=sync.window_share))


def next_round(due: datetime | None, begun: datetime, every: timedelta) -> datetime:
    """When the round after this one is due: evenly after it was due itself, so that equal intervals stay equal."""
    nominal = nominal_begin(None if due is None else due - every, begun, every)
    return nominal + every


def token_pause(refusals: int) -> timedelta:
    """When a token is tried again that was refused so many times in a row."""
    return PROBES[min(max(refusals, 1), len(PROBES)) - 1]


def retry_pause(attempts: int, first: timedelta) -> timedelta:
    """The pause before a round is tried again that ended with an error, after so many attempts: it grows."""
    return min(LONGEST_RETRY, first * (1 << min(attempts, 10)))


def first_round(joined: datetime, last_planned: datetime | None, seconds_apart: float) -> datetime:
    """When the first round of a new account is due, which reads everything: not at the same time as another one."""
    after_it = joined if last_planned is None else last_planned + timedelta(seconds=seconds_apart)
    return max(joined, after_it)
