"""The contract of the first run and those entered later, and how their facts are kept."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from archiver.app import App
from archiver.records import Contract, ContractRoom, RoomId
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.store.statements import state_contract


def first_run_contract(archive: Archive) -> Contract | None:
    """The only contract there is; None if the user has entered several, whose facts the `contract` commands edit."""
    with archive.reading() as reading:
        all_contracts = contracts(reading)
    return all_contracts[0] if len(all_contracts) == 1 else None


def keep_contract(archive: Archive, before: Contract | None, after: Contract, *, at: datetime) -> None:
    """State a contract as it is now, unless nothing changed."""
    if after != before:
        state_contract(archive, after, None, at=at)


def enter_contract(app: App, rooms: list[int]) -> Contract:
    """Enter a contract with these chats under the next free name, `job1`, `job2` …; its facts are still unknown."""
    with app.archive.reading() as reading:
        taken = {one.id for one in contracts(reading)}
    name = next(name for name in map("job{}".format, count(1)) if name not in taken)
    contract = Contract(name, tuple(ContractRoom(RoomId(room)) for room in dict.fromkeys(rooms)))
    state_contract(app.archive, contract, None, at=app.now())
    return contract
