"""Writes down what the user states about a contract: a delivery, an attachment, a correction, a withdrawal.

Each is one more entry; the ones before stay. What is stated already is not written a second time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.records import Delivery, Enclosure, Observation
from archiver.store import writer
from archiver.store.archive import Writing
from archiver.store.queries import current_state as known
from archiver.store.queries.statements import (
    STATED,
    WITHDRAWN,
    deliveries,
    enclosures,
    key_of,
    kind_of,
    next_number,
    statement,
)


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
    owner = known.owner(writing) or {}
    told = Observation(kind_of(one), key_of(contract, one), statement(contract, one, state=state))
    writer.append(writing, [told], account_id=owner.get("account_id"), at=at)
