"""The contracts of the first run and those entered later, and how their facts are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import count
from typing import NamedTuple

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


def rooms_of(job: NewJob) -> tuple[ContractRoom, ...]:
    """Its chats as those of a contract, each once."""
    return tuple(ContractRoom(RoomId(room)) for room in dict.fromkeys(job.rooms))


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
    """Enter contracts under the next free names, `job1`, `job2` …, all or none; their facts are still unknown."""
    with app.archive.reading() as reading:
        taken = {one.id for one in contracts(reading)}
    names = (name for name in map("job{}".format, count(1)) if name not in taken)
    entered = [Contract(name, rooms_of(job), title=job.title or None) for name, job in zip(names, jobs, strict=False)]
    state_contracts(app.archive, entered, at=app.now())
    return entered
