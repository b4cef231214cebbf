"""Checks the rooms: are messages written faster than they are read, and what does the plan hide before it is saved?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from archiver.health.check_result import CheckResult, attention, good
from archiver.render.times import interval_words, iso_date
from archiver.store.archive import Reading
from archiver.store.queries import message_counter
from archiver.store.queries.database_health import Horizon
from archiver.sync import message_rate

RECENT = timedelta(days=7)
"""How far back a busy hour counts."""

HORIZON = timedelta(days=40)
"""How far back the free plan shows messages (chatwork-api §9; help.chatwork.com, message limit)."""


class RoomRate(NamedTuple):
    """Messages a minute in a room's busiest hour of the last week."""

    room_id: int
    per_minute: float


# --- looking ---------------------------------------------------------------------------------


def room_rates(reading: Reading, rooms: Collection[int], *, now: datetime) -> list[RoomRate]:
    """The rate of each of these rooms."""
    since = now - RECENT
    return [
        RoomRate(room, message_rate.messages_per_minute(message_counter.counter_readings(reading, room, since=since)))
        for room in rooms
    ]


# --- judging ---------------------------------------------------------------------------------


def check_pace(rates: Sequence[RoomRate], *, every: timedelta) -> CheckResult:
    """Check whether more than a list of 100 messages may be written between two saves."""
    if not rates:
        return attention("pace", _("No room is read: no contract is open. See: archive contract list"))
    fast = [one for one in rates if message_rate.could_overrun(one.per_minute, every=every)]
    if not fast:
        sentence = ngettext(
            "{n} room is read; a save every {every} is often enough for it.",
            "{n} rooms are read; a save every {every} is often enough for all of them.",
            len(rates),
        )
        return good("pace", sentence.format(n=len(rates), every=interval_words(every)))
    fastest = max(fast, key=lambda one: one.per_minute)
    shorter = message_rate.visit_interval(fastest.per_minute, every=every)
    sentence = ngettext(
        "In room {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form. "
        'Keep this computer on and set [sync] every = "{shorter}".',
        "In rooms {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form. "
        'Keep this computer on and set [sync] every = "{shorter}".',
        len(fast),
    )
    text = sentence.format(
        rooms=", ".join(str(one.room_id) for one in fast),
        most=round(fastest.per_minute * 60),
        every=interval_words(every),
        shorter=_interval_setting(shorter),
    )
    return attention("pace", text)


def check_plan(horizons: Sequence[Horizon], *, now: datetime) -> CheckResult:
    """Report what the plan hides of these rooms, and until when older messages can still be fetched."""
    if not horizons:
        return good("plan", _("The plan hides no messages in any room, as far as was seen."))
    rooms = ", ".join(str(one.room_id) for one in horizons)
    open_until = [one.unsaved_until + HORIZON for one in horizons if one.unsaved_until is not None]
    last = max((until for until in open_until if until > now), default=None)
    if last is not None:
        sentence = _(
            "The plan hides what is older than about {n} days (rooms {rooms}). Messages older than those saved can "
            "be fetched only until {day}: archive recover"
        )
        return attention("plan", sentence.format(n=HORIZON.days, rooms=rooms, day=iso_date(last)))
    oldest = min((one.oldest for one in horizons if one.oldest is not None), default=None)
    sentence = _("The plan hides older messages (rooms {rooms}; shown from {day}). What was saved is kept.")
    return good("plan", sentence.format(rooms=rooms, day="-" if oldest is None else iso_date(oldest)))


def _interval_setting(every: timedelta) -> str:
    """As the settings write a time: `90s`, `5m`."""
    seconds = int(every.total_seconds())
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"
