"""Contracts as the user stated them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from archiver import errors
from archiver.records import (
    Contract,
    ContractRoom,
    Invoice,
    Payment,
    RoomId,
    SentReminder,
    StatedTerm,
    contract_facts,
)
from archiver.search_folding import fold
from archiver.store import schema
from archiver.store.time_text import from_text, to_text
from archiver.store.transactions import Reading, SmallStatement

READ_AFTER_CLOSING = timedelta(days=180)
"""How long the rooms of a contract are still read after it was closed (design §4.11)."""


_LISTS: dict[str, type[Any]] = {
    "invoices": Invoice,
    "payments": Payment,
    "reminders": SentReminder,
    "terms": StatedTerm,
}
"""The lists of a contract's payload; an empty one is left out."""


def contract_payload(contract: Contract) -> dict[str, Any]:
    """The payload of a contract's entry."""
    rooms = [
        {"room_id": room.room_id, "from": room.start and to_text(room.start), "to": room.end and to_text(room.end)}
        for room in contract.rooms
    ]
    facts = {fact.name: getattr(contract, fact.name) for fact in contract_facts.FACTS}
    closed_at = contract.closed_at and to_text(contract.closed_at)
    lists = {name: [asdict(one) for one in getattr(contract, name)] for name in _LISTS if getattr(contract, name)}
    return {"id": contract.id, "rooms": rooms, "state": contract.state, "closed_at": closed_at, **facts, **lists}


def contract_from_payload(payload: dict[str, Any]) -> Contract:
    """The contract that a payload states."""
    rooms = tuple(
        ContractRoom(RoomId(room["room_id"]), _optional_time(room["from"]), _optional_time(room["to"]))
        for room in payload["rooms"]
    )
    facts: dict[str, Any] = {fact.name: payload.get(fact.name) for fact in contract_facts.FACTS}
    lists: dict[str, Any] = {name: tuple(make(**one) for one in payload.get(name, ())) for name, make in _LISTS.items()}
    return Contract(payload["id"], rooms, payload["state"], _optional_time(payload["closed_at"]), **facts, **lists)


_STATEMENTS = SmallStatement(select(schema.contract.c.statement).order_by(schema.contract.c.number))
_LAST_CONTRACT_ENTRY = SmallStatement(select(func.max(schema.contract.c.seq)))


def last_contract_entry(reading: Reading) -> int:
    """The number of the last entry about any contract; 0 before the first."""
    return _LAST_CONTRACT_ENTRY.value(reading.sql) or 0


def contracts(reading: Reading) -> list[Contract]:
    """Every contract, in the order in which they were entered."""
    return [contract_from_payload(json.loads(line)) for (line,) in _STATEMENTS.rows(reading.sql)]


def find_contract(reading: Reading, name: str) -> Contract:
    """The contract of this id, else of this number on the platform, else of this title, else with this in its title.

    Raises UnknownContract, SharedNumber.
    """
    known, wanted = contracts(reading), fold(name)

    def way(one: Contract) -> int:
        title = fold(one.title or "")
        return (one.id == name, one.platform_id == name, title == wanted, wanted in title, True).index(True)

    best = min(map(way, known), default=4) if wanted else 4
    meant = [one for one in known if way(one) == best]
    if best == 4:
        raise errors.UnknownContract(contract=name)
    if len(meant) > 1:
        raise errors.SharedNumber(number=name, contracts=", ".join(one.id for one in meant))
    return meant[0]


def named_or_only_contract(reading: Reading, name: str | None) -> Contract:
    """The named contract, or the only one. Raises UnknownContract, SharedNumber, NoContract, AmbiguousContract."""
    if name is not None:
        return find_contract(reading, name)
    known = contracts(reading)
    if not known:
        raise errors.NoContract
    if len(known) > 1:
        raise errors.AmbiguousContract(count=len(known))
    return known[0]


def read_until(contract: Contract) -> datetime | None:
    """When the rooms of a closed contract are read for the last time; None for one that is not closed."""
    return (
        contract.closed_at + READ_AFTER_CLOSING
        if contract.state == "closed" and contract.closed_at is not None
        else None
    )


def is_read(contract: Contract, now: datetime) -> bool:
    """Whether the rooms of a contract are still read."""
    until = read_until(contract)
    if until is not None:
        return now <= until
    return contract.state == "open"


def rooms_to_read(reading: Reading, now: datetime) -> list[RoomId]:
    """The rooms of every contract that is still read, each once, in the order of the contracts."""
    rooms = {room.room_id: None for one in contracts(reading) if is_read(one, now) for room in one.rooms}
    return list(rooms)


def required_rooms(reading: Reading, now: datetime) -> list[RoomId]:
    """The same, where something is to be fetched from them. Raises NoContract, NoContractSaved if there are none."""
    rooms = rooms_to_read(reading, now)
    if not rooms:
        raise errors.NoContractSaved if contracts(reading) else errors.NoContract
    return rooms


def _optional_time(value: str | None) -> datetime | None:
    return None if value is None else from_text(value)
