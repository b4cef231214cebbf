"""Writes down who somebody in the rooms of a contract is; each statement is one more entry."""

from __future__ import annotations

from datetime import datetime

from archiver.records import Observation, Part
from archiver.store import writer
from archiver.store.archive import Writing
from archiver.store.queries import current_state as known
from archiver.store.queries.roles import WITHDRAWN, key_of, mapped


def put(writing: Writing, contract: str, account: int, part: Part, reason: str, *, at: datetime) -> bool:
    """State who an account is; whether that is news."""
    if any((one.account_id, one.part, one.reason) == (account, part, reason) for one in mapped(writing, contract)):
        return False
    _append(writing, contract, account, {"state": part.value, "reason": reason}, at)
    return True


def withdraw(writing: Writing, contract: str, account: int, *, at: datetime) -> bool:
    """Take back what was stated of an account; False if nothing is."""
    if all(one.account_id != account for one in mapped(writing, contract)):
        return False
    _append(writing, contract, account, {"state": WITHDRAWN, "reason": ""}, at)
    return True


def _append(writing: Writing, contract: str, account: int, told: dict[str, str], at: datetime) -> None:
    owner = known.owner(writing) or {}
    payload = {"contract": contract, "account_id": account, **told}
    seen = Observation("mapping", key_of(contract, account), payload)
    writer.append(writing, [seen], account_id=owner.get("account_id"), at=at)
