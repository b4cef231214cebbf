"""Writes down what the user states about a contract: a delivery, an attachment, a correction, a withdrawal.

Each is one more entry; the ones before stay. What is stated already is not written a second time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.records import Contract, Delivery, Enclosure, Observation, Role
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contract_payload
from archiver.store.queries.roles import mapped, role_key
from archiver.store.queries.statements import (
    STATED,
    WITHDRAWN,
    deliveries,
    enclosures,
    kind_of,
    next_number,
    statement_key,
    statement_payload,
)


def state_contract(archive: Archive, contract: Contract, note: str | None, *, at: datetime) -> None:
    """Append a contract and its private note, each only if it differs from what was stated before."""
    payload = contract_payload(contract)
    with archive.writing() as writing:
        owner = current_state.owner(writing) or {}
        observations = []
        if payload != current_state.payload(writing, f"contract/{contract.id}", None):
            observations.append(Observation("contract", f"contract/{contract.id}", payload))
        if note is not None:
            observations.append(Observation("note", f"note/{contract.id}", {"text": note}))
        writer.append(writing, observations, account_id=owner.get("account_id"), at=at)


def add_delivery(writing: Writing, contract: str, one: Delivery, *, at: datetime) -> tuple[Delivery, bool]:
    """The delivery under its number (that of `one` does not count), and whether it is new."""
    for held in deliveries(writing, contract):
        if held == replace(one, number=held.number):
            return held, False
    made = replace(one, number=next_number(writing, contract, kind_of(one)))
    _append(writing, contract, made, STATED, at)
    return made, True


def add_enclosure(writing: Writing, contract: str, one: Enclosure, *, at: datetime) -> tuple[Enclosure, bool]:
    """The attachment under its number (that of `one` does not count), and whether it is new."""
    for held in enclosures(writing, contract):
        if held == replace(one, number=held.number, added_at=held.added_at):
            return held, False
    made = replace(one, number=next_number(writing, contract, kind_of(one)))
    _append(writing, contract, made, STATED, at)
    return made, True


def change(writing: Writing, contract: str, one: Delivery, *, at: datetime) -> None:
    """State a delivery that is there anew."""
    if one not in deliveries(writing, contract):
        _append(writing, contract, one, STATED, at)


def withdraw(writing: Writing, contract: str, one: Delivery | Enclosure, *, at: datetime) -> None:
    """Leave it out from now on; what was stated, and the bytes, are kept."""
    _append(writing, contract, one, WITHDRAWN, at)


def _append(writing: Writing, contract: str, one: Delivery | Enclosure, state: str, at: datetime) -> None:
    owner = current_state.owner(writing) or {}
    told = Observation(kind_of(one), statement_key(contract, one), statement_payload(contract, one, state=state))
    writer.append(writing, [told], account_id=owner.get("account_id"), at=at)


def state_role(writing: Writing, contract: str, account: int, part: Role, reason: str, *, at: datetime) -> bool:
    """State who an account is; whether that is news."""
    if any((one.account_id, one.part, one.reason) == (account, part, reason) for one in mapped(writing, contract)):
        return False
    _append_role(writing, contract, account, {"state": part.value, "reason": reason}, at)
    return True


def withdraw_role(writing: Writing, contract: str, account: int, *, at: datetime) -> bool:
    """Take back what was stated of an account; False if nothing is."""
    if all(one.account_id != account for one in mapped(writing, contract)):
        return False
    _append_role(writing, contract, account, {"state": WITHDRAWN, "reason": ""}, at)
    return True


def _append_role(writing: Writing, contract: str, account: int, told: dict[str, str], at: datetime) -> None:
    owner = current_state.owner(writing) or {}
    payload = {"contract": contract, "account_id": account, **told}
    seen = Observation("mapping", role_key(contract, account), payload)
    writer.append(writing, [seen], account_id=owner.get("account_id"), at=at)
