"""Looks at the rooms: do they talk faster than they are read, and what does the plan hide before it is saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from archiver.health.finding import CheckResult, attention, day, good
from archiver.store.archive import Reading
from archiver.store.queries import message_counter
from archiver.store.queries.database_health import Horizon
from archiver.sync import message_rate

RECENT = timedelta(days=7)
"""How far back a busy hour still matters."""

HORIZON = timedelta(days=40)
"""What the free plan still shows (chatwork-api §9; help.chatwork.com, message limit)."""


class Rate(NamedTuple):
    """How fast a room talked in its busiest hour of the last week."""

    room_id: int
    per_minute: float


# --- looking ---------------------------------------------------------------------------------


def rates(reading: Reading, rooms: Collection[int], *, now: datetime) -> list[Rate]:
    """The pace of each of these rooms."""
    since = now - RECENT
    return [Rate(room, message_rate.per_minute(message_counter.counted(reading, room, since=since))) for room in rooms]


# --- judging ---------------------------------------------------------------------------------


def pace_look(found: Sequence[Rate], *, every: timedelta) -> CheckResult:
    """Whether a list of 100 messages may be overrun between two saves."""
    if not found:
        return attention("pace", _("No room is read: no contract is open. See: archive contract list"))
    fast = [one for one in found if message_rate.could_overrun(one.per_minute, every=every)]
    if not fast:
        sentence = ngettext(
            "{n} room is read, and it is not too fast for a save every {every}.",
            "{n} rooms are read, and none of them is too fast for a save every {every}.",
            len(found),
        )
        return good("pace", sentence.format(n=len(found), every=_words(every)))
    most = max(fast, key=lambda one: one.per_minute)
    shorter = message_rate.interval(most.per_minute, every=every)
    sentence = ngettext(
        "In room {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form. "
        'Keep this computer on and set [sync] every = "{shorter}".',
        "In rooms {rooms} up to {most} messages came in an hour: with a save every {every} a gap may form. "
        'Keep this computer on and set [sync] every = "{shorter}".',
        len(fast),
    )
    told = sentence.format(
        rooms=", ".join(str(one.room_id) for one in fast),
        most=round(most.per_minute * 60),
        every=_words(every),
        shorter=_span(shorter),
    )
    return attention("pace", told)


def plan_look(seen: Sequence[Horizon], *, now: datetime) -> CheckResult:
    """What the plan hides of these rooms, and until when older messages can still be fetched."""
    if not seen:
        return good("plan", _("No room was seen in which the plan hides messages."))
    rooms = ", ".join(str(one.room_id) for one in seen)
    open_until = [one.unsaved_until + HORIZON for one in seen if one.unsaved_until is not None]
    last = max((until for until in open_until if until > now), default=None)
    if last is not None:
        sentence = _(
            "The plan hides what is older than about {n} days (rooms {rooms}). Older messages than those saved can "
            "be fetched until {day} at most: archive recover"
        )
        return attention("plan", sentence.format(n=HORIZON.days, rooms=rooms, day=day(last)))
    oldest = min((one.oldest for one in seen if one.oldest is not None), default=None)
    sentence = _("The plan hides older messages (rooms {rooms}; shown from {day}). What was saved is kept.")
    return good("plan", sentence.format(rooms=rooms, day="-" if oldest is None else day(oldest)))


def _words(every: timedelta) -> str:
    seconds = int(every.total_seconds())
    if seconds % 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    return ngettext("{n} minute", "{n} minutes", seconds // 60).format(n=seconds // 60)


def _span(every: timedelta) -> str:
    """As the settings write a time: `90s`, `5m`."""
    seconds = int(every.total_seconds())
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"
