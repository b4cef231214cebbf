"""Sentences about what is incomplete: nothing saved for long, rooms that were not read, truncated lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.cli.terminal.times import jst_time

if TYPE_CHECKING:
    from archiver.store.queries.last_looks import LastLooks
    from archiver.store.queries.status import Status
    from archiver.store.queries.truncated_lists import TruncatedList

NAMED_ROOMS_LIMIT = 6
"""So many rooms are named; the others are counted."""


def sentences(status: Status, *, stale: timedelta, now: datetime) -> list[str]:
    """Sentences about the rooms that are still read and can be opened; none if all is well."""
    from archiver.store.queries.contracts import is_read

    if not status.contracts and not status.account_id:
        return []  # the first step is the set-up, which is printed elsewhere
    if not status.contracts:
        return [_("No contract has been entered yet: nothing is saved. See: archive contract add --help")]
    rooms = {int(room.room_id) for one in status.contracts if is_read(one, now) for room in one.rooms}
    if not rooms:
        return [nothing_read_sentence()]
    if status.last_sync is None:
        return [_first_save_sentence(status)]
    opened = [room for room in rooms if room in status.looks.at]
    return list(_room_sentences(status.looks, sorted(opened), last=status.last_sync, stale=stale, now=now))


def _first_save_sentence(status: Status) -> str:
    """The sentence for an archive without a finished round; an interrupted one may have saved something."""
    if any(room.messages or room.files.saved for room in status.rooms):
        return _(
            "The first save has not ended yet; what has come is kept. If it was interrupted, go on with: archive sync"
        )
    return _("Nothing has been saved yet. Run: archive sync")


def nothing_read_sentence() -> str:
    """The sentence for an archive whose contracts have all ended."""
    return _("Every contract has ended: no chat is saved any more. To save one again: archive contract reopen ID")


def cut_list_sentences(cuts: Sequence[TruncatedList]) -> list[str]:
    """The sentence about lists that Chatwork truncates even when they are requested person by person."""
    if not cuts:
        return []
    words = {"files": _("files"), "open": _("open tasks"), "done": _("finished tasks")}
    sentence = _("Chatwork lists at most 100 of these per person; there may be more that are not kept: {lists}.")
    return [sentence.format(lists=_join_named(f"{one.room_id} {words[one.kind]}" for one in cuts))]


def _room_sentences(
    looks: LastLooks, rooms: Sequence[int], *, last: datetime, stale: timedelta, now: datetime
) -> Iterator[str]:
    failing = [room for room in rooms if room in looks.failing]
    if now - last > stale:
        hours = round((now - last).total_seconds() / 3600)
        yield _("Nothing was saved for {hours} hours. See: archive check").format(hours=hours)
    else:
        unread = [room for room in rooms if room not in failing and _is_unread(looks, room, now - stale)]
        yield from _unread_sentences(looks, unread)
    if failing:
        sentence = ngettext(
            "This chat could not be read: {rooms}. What was saved of it before is kept.",
            "These chats could not be read: {rooms}. What was saved of them before is kept.",
            len(failing),
        )
        since = _("{room} (since {time})")
        rooms_with_time = (since.format(room=room, time=jst_time(looks.failing[room])) for room in failing)
        yield sentence.format(rooms=_join_named(rooms_with_time))


def _is_unread(looks: LastLooks, room: int, since: datetime) -> bool:
    at = looks.at[room]
    return room in looks.behind or at is None or at < since


def _unread_sentences(looks: LastLooks, rooms: Sequence[int]) -> Iterator[str]:
    """The sentence about rooms that the last run did not reach, each with the time it was last read."""
    if rooms:
        sentence = ngettext(
            "This chat was not read last time: {rooms}. Run: archive sync",
            "These chats were not read last time: {rooms}. Run: archive sync",
            len(rooms),
        )
        yield sentence.format(rooms=_join_named(_room_with_time(room, looks.at[room]) for room in rooms))


def _room_with_time(room: int, at: datetime | None) -> str:
    if at is None:
        return _("{room} (never yet)").format(room=room)
    return _("{room} (last read {time})").format(room=room, time=jst_time(at))


def _join_named(rooms: Iterable[str]) -> str:
    names = list(rooms)
    text = _(", ").join(names[:NAMED_ROOMS_LIMIT])
    return (
        text if len(names) <= NAMED_ROOMS_LIMIT else text + _(" and {n} more").format(n=len(names) - NAMED_ROOMS_LIMIT)
    )
