"""The chats of a contract: which can be chosen and belong together, and the period of each."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, NamedTuple

from archiver import errors
from archiver.records import JST, Contract, ContractRoom, MessageId, RoomId
from archiver.render.times import iso_date, minute_text
from archiver.setup.written_values import EXAMPLE_DAY, read_day

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room
    from archiver.store.archive import Reading


def choosable_rooms(app: App) -> list[Room]:
    """The chats with other people, the ones with the latest messages first. Raises ChatworkError."""
    rooms = [one.model for one in app.chatwork.rooms().items]
    return sorted((room for room in rooms if room.type != "my"), key=lambda room: -room.last_update_time)


def direct_chats_beside(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[int]:
    """Positions of the direct chats with people of the chosen groups, as work often moves there.

    Chatwork is asked only if there is such a chat. Raises ChatworkError.
    """
    groups = [room for room in chosen if room.type == "group"]
    if not any(room.type == "direct" and room not in chosen for room in rooms) or not groups:
        return []
    people = {one.model.account_id for room in groups for one in app.chatwork.members(room.room_id).items}
    direct = {int(one.model.account_id): int(one.model.room_id) for one in app.chatwork.contacts().items}
    return direct_chats_left(rooms, chosen, people=people, direct=direct)


def direct_chats_left(
    rooms: Sequence[Room], chosen: Collection[Room], *, people: Collection[int], direct: Mapping[int, int]
) -> list[int]:
    """Positions of the direct chats with these people that were not chosen; `direct`: account → room."""
    theirs = {room for account, room in direct.items() if account in people}
    return [position for position, room in enumerate(rooms) if room.room_id in theirs and room not in chosen]


def people_of_rooms(app: App, rooms: Iterable[int]) -> dict[int, dict[int, str]]:
    """The other people of each chat, account → name; nobody where Chatwork does not show them. Raises ChatworkError."""
    from archiver.store.queries import current_state

    with app.archive.reading() as reading:
        owner = (current_state.owner(reading) or {}).get("account_id")
    people: dict[int, dict[int, str]] = {}
    for room in rooms:
        people[room] = {}
        with contextlib.suppress(errors.NotVisible):
            members = (one.model for one in app.chatwork.members(RoomId(room)).items)
            people[room] = {int(one.account_id): one.name for one in members if one.account_id != owner}
    return people


def proposed_jobs(people: Mapping[int, Collection[int]]) -> list[list[int]]:
    """The chats (room → its other people) by job: with a person in common they are one, else each is another."""
    jobs: list[list[int]] = []
    for room, accounts in people.items():
        same = [job for job in jobs if any(one in people[other] for other in job for one in accounts)]
        together = [*(other for job in same for other in job), room]
        place = jobs.index(same[0]) if same else len(jobs)
        jobs[place : place + 1] = [together]
        jobs = [job for job in jobs if job not in same]
    return jobs


def strangers_sentence(people: Mapping[int, Collection[int]], names: Mapping[int, str]) -> str:
    """Which chats of a contract have no person in common, as those are another client's as a rule; else nothing."""
    jobs = proposed_jobs(people)
    if len(jobs) < 2:
        return ""
    parted = " / ".join(", ".join(names.get(room) or str(room) for room in job) for job in jobs)
    sentence = _(
        "[Note] These chats have no person in common: {rooms}. If they are different jobs, add each "
        "separately: an export holds all chats of its job."
    )
    return sentence.format(rooms=parted)


RoomBounds = Sequence[tuple[int, datetime | None]]
"""Pairs of a room number and its bound; None takes the bound away. An end is the first time that is outside."""


class OutsideMessage(NamedTuple):
    """A message that the user bound to a contract although its period in the room does not hold it."""

    message_id: str
    room_id: int
    sent: datetime


class WiderPeriod(NamedTuple):
    """The days that a room's period needs to take messages in, both in ISO 8601; empty where its bound can stay."""

    room_id: int
    first: str
    last: str


def with_periods(rooms: Sequence[ContractRoom], begins: RoomBounds, ends: RoomBounds) -> tuple[ContractRoom, ...]:
    """The rooms with these bounds. Raises UnknownRoom, and UsageError where nothing can be between two."""
    by_number = {int(room.room_id): room for room in rooms}
    for number, _bound in (*begins, *ends):
        if number not in by_number:
            raise errors.UnknownRoom(room=number)
    for number, start in begins:
        by_number[number] = replace(by_number[number], start=start)
    for number, end in ends:
        by_number[number] = replace(by_number[number], end=end)
    for room in by_number.values():
        if room.start is not None and room.end is not None and room.start >= room.end:
            sentence = _("The last day {last} is before the first day {first}. Please check both days.")
            raise errors.UsageError(detail=sentence.format(last=last_day(room), first=first_day(room)))
    return tuple(by_number.values())


def begin_of(day: str) -> datetime:
    """When a typed day begins. Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate."""
    return datetime.fromisoformat(read_day(day, _("the first day"), EXAMPLE_DAY, now=None)).replace(tzinfo=JST)


def first_day(room: ContractRoom) -> str:
    """The day with which a room's period begins, `2026-11-01`, or `2026-11-01 10:00`; empty if nothing bounds it."""
    return "" if room.start is None else _day_or_time(room.start, room.start)


def last_day(room: ContractRoom) -> str:
    """The last day of a room's period, which a midnight ends, or the time that ends it; empty if nothing bounds it."""
    return "" if room.end is None else _day_or_time(room.end, room.end - timedelta(days=1))


def messages_outside(reading: Reading, contract: Contract, bound: Collection[MessageId]) -> list[OutsideMessage]:
    """Of these messages, those that lie outside the contract's own period, by time.

    Packages of the contract name them and do not hold them.
    """
    from archiver.store.queries.viewing.message_summaries import message_summaries

    rooms = {room.room_id for room in contract.rooms if room.start is not None or room.end is not None}
    found = message_summaries(reading, [(room, int(one)) for room in sorted(rooms) for one in bound])
    parts = {room: [one for one in contract.rooms if one.room_id == room] for room in rooms}
    outside = (
        OutsideMessage(one.message_id, one.room_id, at)
        for one in found
        if (at := one.sent) and not any(part.contains(at) for part in parts[RoomId(one.room_id)])
    )
    return sorted(outside, key=lambda one: (one.sent, int(one.message_id)))


def outside_sentence(outside: Collection[OutsideMessage], *, ids: bool = True) -> str:
    """That these messages are not in packages, as the terminal and the pages say it. `ids`: by number, not by time."""
    numbered = (f"m{one.message_id} ({minute_text(one.sent)})" if ids else minute_text(one.sent) for one in outside)
    messages = _(", ").join(numbered)
    sentence = _("Outside this job's period: {messages}. Exports name it, but do not hold it.")
    return sentence.format(messages=messages)


def wider_periods(contract: Contract, outside: Collection[OutsideMessage]) -> list[WiderPeriod]:
    """The days to state, room by room, so that these messages lie inside."""
    wider = []
    for room in contract.rooms:
        sent = [one.sent for one in outside if one.room_id == int(room.room_id)]
        before = [at for at in sent if room.start is not None and at < room.start]
        after = [at for at in sent if room.end is not None and at >= room.end]
        if sent:
            first, last = (iso_date(min(before)) if before else ""), (iso_date(max(after)) if after else "")
            wider.append(WiderPeriod(int(room.room_id), first, last))
    return wider


def _day_or_time(at: datetime, day: datetime) -> str:
    is_midnight = at.astimezone(JST).time() == time()
    return iso_date(day) if is_midnight else f"{at.astimezone(JST):%Y-%m-%d %H:%M}"
