"""What is known not to be whole, room by room, in sentences: nothing saved for long, rooms left unread, cut lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.records import JST

if TYPE_CHECKING:
    from archiver.store.queries.last_looks import LastLooks
    from archiver.store.queries.status import Status
    from archiver.store.queries.truncated_lists import Cut

MOST = 6
"""Rooms that are named one by one; the others are counted."""


def sentences(told: Status, *, stale: timedelta, now: datetime) -> list[str]:
    """What is to be said of the rooms that are still read and can be opened; nothing on a good day."""
    from archiver.store.queries.contracts import is_read

    if not told.contracts and not told.account_id:
        return []  # the first step is the set-up, which is told elsewhere
    if not told.contracts:
        return [_("No contract has been entered yet: nothing is saved. See: archive contract add --help")]
    rooms = {int(room.room_id) for one in told.contracts if is_read(one, now) for room in one.rooms}
    if not rooms:
        return [nothing_read()]
    if told.last_sync is None:
        return [_never_whole(told)]
    open_rooms = [room for room in rooms if room in told.looks.at]
    return list(_of_rooms(told.looks, sorted(open_rooms), last=told.last_sync, stale=stale, now=now))


def _never_whole(told: Status) -> str:
    """No round has gone through yet; what an interrupted one brought is there all the same."""
    if any(room.messages or room.files.saved for room in told.rooms):
        return _("The first save has not ended yet; what came is kept. If it was interrupted, go on with: archive sync")
    return _("Nothing has been saved yet. Run: archive sync")


def nothing_read() -> str:
    """What is said where no contract is read any more."""
    return _("Every contract has ended: no chat is saved any more. To save one again: archive contract reopen ID")


def cut_lists(found: Sequence[Cut]) -> list[str]:
    """Lists that Chatwork cuts even when they are asked for person by person."""
    if not found:
        return []
    words = {"files": _("files"), "open": _("open tasks"), "done": _("finished tasks")}
    sentence = _("Chatwork lists at most 100 of these for a person; there may be more that are not kept: {lists}.")
    return [sentence.format(lists=_listed(f"{one.room_id} {words[one.kind]}" for one in found))]


def _of_rooms(
    looks: LastLooks, rooms: Sequence[int], *, last: datetime, stale: timedelta, now: datetime
) -> Iterator[str]:
    failing = [room for room in rooms if room in looks.failing]
    if now - last > stale:
        hours = round((now - last).total_seconds() / 3600)
        yield _("Nothing was saved for {hours} hours. See: archive check").format(hours=hours)
    else:
        left = [room for room in rooms if room not in failing and _is_unread(looks, room, now - stale)]
        yield from _left(looks, left)
    if failing:
        sentence = ngettext(
            "This chat could not be read: {rooms}. What was saved of it before is kept.",
            "These chats could not be read: {rooms}. What was saved of them before is kept.",
            len(failing),
        )
        since = _("{room} (since {time})")
        named = (since.format(room=room, time=_minute(looks.failing[room])) for room in failing)
        yield sentence.format(rooms=_listed(named))


def _is_unread(looks: LastLooks, room: int, since: datetime) -> bool:
    at = looks.at[room]
    return room in looks.behind or at is None or at < since


def _left(looks: LastLooks, rooms: Sequence[int]) -> Iterator[str]:
    """Rooms that no run came to, each with the time it was last read."""
    if rooms:
        sentence = ngettext(
            "This chat was not read last time: {rooms}. Run: archive sync",
            "These chats were not read last time: {rooms}. Run: archive sync",
            len(rooms),
        )
        yield sentence.format(rooms=_listed(_with_time(room, looks.at[room]) for room in rooms))


def _with_time(room: int, at: datetime | None) -> str:
    if at is None:
        return _("{room} (never yet)").format(room=room)
    return _("{room} (last read {time})").format(room=room, time=_minute(at))


def _listed(named: Iterable[str]) -> str:
    told = list(named)
    shown = _(", ").join(told[:MOST])
    return shown if len(told) <= MOST else shown + _(" and {n} more").format(n=len(told) - MOST)


def _minute(at: datetime) -> str:
    return at.astimezone(JST).strftime("%m-%d %H:%M")
