"""How long an edit or a deletion may stay unseen while saving runs: by how many chats are read, and how often."""

from __future__ import annotations

from datetime import timedelta
from gettext import gettext as _

from archiver.health.snapshot import Starters
from archiver.render.times import interval_words
from archiver.schedule.daemon_lock import is_daemon_running
from archiver.settings.model import Settings
from archiver.sync import window_share


def unseen_bound(rooms: int, settings: Settings, starters: Starters | None) -> timedelta | None:
    """The longest time, if no other tool calls; None where no round comes by itself, or nothing is read."""
    sync = settings.sync
    if not rooms:
        return None
    if is_daemon_running(settings.home):
        every = min(sync.every, window_share.daemon_interval(rooms, share=sync.window_share))
        return window_share.daemon_unseen(rooms, every=every, share=sync.window_share)
    if starters is None or starters.names is None or starters.is_idle:
        return None
    return window_share.longest_unseen(rooms, every=sync.every, share=sync.window_share)


def unseen_sentence(bound: timedelta) -> str:
    """The time in one sentence; never a promise for times in which the computer is off."""
    sentence = _("An edit or deletion is noticed within {time}, while saving runs and no other tool uses the calls.")
    return sentence.format(time=interval_words(bound))
