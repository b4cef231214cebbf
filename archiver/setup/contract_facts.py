"""The contracts of the first run and those entered later, and how their facts and chats are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import NamedTuple

from archiver import errors
from archiver.app import App
from archiver.records import Contract, ContractRoom, RoomId
from archiver.setup.answered_questions import recall_answers
from archiver.setup.answers import FACTS_DONE
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.store.statements import state_contract, state_contracts


class NewJob(NamedTuple):
    """A job that is to be entered: its name, empty if it has none yet, and its chats."""

    title: str
    rooms: Sequence[int]
    begins: Mapping[int, datetime] = {}
    """From when on a chat that other jobs have too belongs to this one; until then it stays theirs."""


def rooms_of(job: NewJob) -> tuple[ContractRoom, ...]:
    """Its chats as those of a contract, each once."""
    return tuple(ContractRoom(RoomId(room), job.begins.get(room)) for room in dict.fromkeys(job.rooms))


def released(contract: Contract, room: ContractRoom) -> Contract:
    """The contract without what another one takes of a chat: all of it, or what comes from a time on.

    Raises LastRoom where no chat would be left.
    """
    parts = [
        replace(one, end=min(room.start, one.end or room.start)) if one.room_id == room.room_id and room.start else one
        for one in contract.rooms
        if one.room_id != room.room_id or (room.start is not None and (one.start is None or one.start < room.start))
    ]
    if not parts and contract.rooms:
        raise errors.LastRoom(contract=contract.called, room=room.room_id)
    return replace(contract, rooms=tuple(parts))


def first_run_contract(archive: Archive) -> Contract | None:
    """The first contract whose facts the first run has not asked for; with none left the first of all."""
    with archive.reading() as reading:
        every = contracts(reading)
    answers = recall_answers(archive)
    return next((one for one in every if facts_key(one) not in answers), every[0] if every else None)


def facts_key(contract: Contract) -> str:
    """Under which it is remembered that the first run's page of this contract's facts was left."""
    return f"{FACTS_DONE}/{contract.id}"


def keep_contract(archive: Archive, before: Contract | None, after: Contract, *, at: datetime) -> None:
    """State a contract as it is now, unless nothing changed."""
    if after != before:
        state_contract(archive, after, None, at=at)


def enter_contracts(app: App, jobs: Collection[NewJob]) -> list[Contract]:
    """Enter contracts under the next free names, `job1`, `job2` …, all or none; their facts are still unknown.

    Their chats are taken out of the contracts that have them. Raises LastRoom.
    """
    with app.archive.reading() as reading:
        known = contracts(reading)
    taken = {one.id for one in known}
    names = (name for name in map("job{}".format, count(1)) if name not in taken)
    entered = [Contract(name, rooms_of(job), title=job.title or None) for name, job in zip(names, jobs, strict=False)]
    for room in (room for one in entered for room in one.rooms):
        known = [released(one, room) for one in known]
    state_contracts(app.archive, [*known, *entered], at=app.now())
    return entered
