"""Which chats can be saved, which direct chats belong beside those chosen, and which of them are one job."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from gettext import gettext as _

from archiver import errors
from archiver.app import App
from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.store.queries import current_state


def choosable_rooms(rooms: Sequence[Room]) -> list[Room]:
    """The chats with other people, the ones with the latest messages first."""
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
