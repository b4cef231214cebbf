"""Appends what the user states in the lists of a contract: invoices, payments, reminders, terms; each is an entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from archiver.records import Contract, Observation
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contract_payload, find_contract


def change_contract(
    archive: Archive, contract_id: str, change: Callable[[Reading, Contract], Contract], *, at: datetime
) -> Contract:
    """Append the contract as `change` makes it of its present state, in one transaction, and return it.

    Nothing is appended if it stays the same. Raises UnknownContract and what `change` raises.
    """
    with archive.writing() as writing:
        before = find_contract(writing, contract_id)
        after = change(writing, before)
        if after != before:
            owner = current_state.owner(writing) or {}
            observation = Observation("contract", f"contract/{after.id}", contract_payload(after))
            writer.append(writing, [observation], account_id=owner.get("account_id"), at=at)
    return after


def next_number(reading: Reading, contract: Contract, name: str) -> int:
    """The next number in the list `invoices`, `payments` or `reminders`; a number taken back is not used again."""
    query = select(schema.entry.c.line).where(schema.entry.c.key == f"contract/{contract.id}")
    stated = (json.loads(line)["payload"].get(name, ()) for (line,) in reading.sql.execute(query))
    return 1 + max((row["number"] for rows in stated for row in rows), default=0)


def without(contract: Contract, name: str, number: int) -> Contract | None:
    """The contract without number N of this list; None if the list has no such number."""
    rows: tuple[Any, ...] = getattr(contract, name)
    kept = tuple(row for row in rows if row.number != number)
    changes: dict[str, Any] = {name: kept}
    return None if len(kept) == len(rows) else replace(contract, **changes)
