"""How long an edit or a deletion may stay unseen while saving runs: by how many chats are read, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from gettext import gettext as _

from archiver.health.snapshot import HealthSnapshot, Starters
from archiver.render.times import interval_words
from archiver.schedule.daemon_lock import is_daemon_running
from archiver.settings.model import Settings
from archiver.sync import window_share


def round_interval(rooms: int, settings: Settings) -> timedelta:
    """How far apart rounds are: by the settings, or while a daemon runs as it paces itself for so many rooms."""
    sync = settings.sync
    if not is_daemon_running(settings.home):
        return sync.every
    return min(sync.every, window_share.daemon_interval(rooms, share=sync.window_share))


def unseen_bound(
    snapshot: HealthSnapshot, settings: Settings, starters: Starters | None, now: datetime
) -> timedelta | None:
    """The longest time, if no other tool calls; None where no round comes by itself, or nothing is read.

    Calls that typed runs and `recover` took count: until the window of the allowance ends, rounds may have none left.
    """
    rooms, share = len(snapshot.rooms), settings.sync.window_share
    if not rooms:
        return None
    every = round_interval(rooms, settings)
    if is_daemon_running(settings.home):
        bound = window_share.daemon_unseen(rooms, every=every, share=share)
    elif starters is None or starters.names is None or starters.is_idle:
        return None
    else:
        bound = window_share.longest_unseen(rooms, every=every, share=share)
    left = window_share.known_left(snapshot.window_requests, now, reserve=settings.sync.reserve, share=share)
    return bound if left is None else window_share.present_unseen(bound, every=every, rooms=rooms, left=left)


def unseen_sentence(bound: timedelta) -> str:
    """The time in one sentence; never a promise for times in which the computer is off."""
    sentence = _("An edit or deletion is noticed within {time}, while saving runs and no other tool uses the calls.")
    return sentence.format(time=interval_words(bound))
