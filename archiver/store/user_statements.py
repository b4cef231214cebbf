"""Appends what the user states about a contract: deliveries, attachments, roles, lists of money and terms.

Each is a new entry, and earlier ones stay. What is stated already is not appended again.
What was typed on the page of a job is kept at once, and becomes an entry once nothing more is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archiver.records import (
    Contract,
    Delivery,
    Enclosure,
    ExportedPackage,
    Invoice,
    Observation,
    Payment,
    Review,
    Role,
    SentReminder,
)
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries import contracts, current_state
from archiver.store.queries.contracts import mapped_accounts, role_key
from archiver.store.queries.entries import entries_where
from archiver.store.working.alerts import end_undelivered
from archiver.store.working.remembered_values import TYPED_FACTS, TypedFacts


def state_contract(archive: Archive, contract: Contract, *, at: datetime) -> None:
    """Append a contract, if it differs from what was stated before."""
    archive.write(state_contracts, [contract], at=at)


def state_contracts(
    writing: Writing, stated: Iterable[Contract], notes: Iterable[Observation] = (), *, at: datetime
) -> None:
    """Append contracts, each only if it differs from what was stated before, then notes."""
    entries = [Observation("contract", f"contract/{one.id}", contracts.contract_payload(one)) for one in stated]
    changed = [one for one in entries if one.payload != current_state.last_payload(writing, one.key, None)]
    writer.append_stated(writing, [*changed, *notes], at=at)


def state_handover(writing: Writing, package: ExportedPackage, *, to: str, on: str, how: str, at: datetime) -> bool:
    """Append to whom a package was handed; False if the same was stated before."""
    if any((one.to, one.on, one.how) == (to, on, how) for one in package.handovers):
        return False
    payload = {"contract": package.contract, "export": package.seq, "to": to, "on": on, "how": how}
    observation = Observation("handover", f"handover/{writer.SELF}", payload)
    writer.append_stated(writing, [observation], at=at)
    return True


def state_reviews(writing: Writing, contract: str, reviews: Iterable[Review], *, at: datetime) -> None:
    """Append what was read and decided of a contract's messages; it never leaves, and is erased with its message."""
    words = {one: {name: list(getattr(one, name)) for name in ("drawn", "covered", "shown")} for one in reviews}
    stated = [
        Observation(
            "review",
            f"review/{contract}/{one.message_id}",
            {"message_id": one.message_id, "digest": one.digest, "state": one.state.value, **listed},
        )
        for one, listed in words.items()
    ]
    writer.append_stated(writing, stated, at=at)


def add_delivery(writing: Writing, contract: str, delivery: Delivery, *, at: datetime) -> tuple[Delivery, bool]:
    """Append a delivery under the next number; the delivery, and whether it is new. Its own number is ignored."""
    for known in contracts.deliveries(writing, contract):
        if known == replace(delivery, number=known.number):
            return known, False
    added = replace(delivery, number=contracts.next_number(writing, contract, contracts.kind_of(delivery)))
    _append_statement(writing, contract, added, contracts.STATED, at)
    end_undelivered(writing, contract, added.at, at=at)
    return added, True


def add_enclosure(writing: Writing, contract: str, enclosure: Enclosure, *, at: datetime) -> tuple[Enclosure, bool]:
    """Append an attachment under the next number; the attachment, and whether it is new. Its own number is ignored."""
    for known in contracts.enclosures(writing, contract):
        if known == replace(enclosure, number=known.number, added_at=known.added_at):
            return known, False
    added = replace(enclosure, number=contracts.next_number(writing, contract, contracts.kind_of(enclosure)))
    _append_statement(writing, contract, added, contracts.STATED, at)
    return added, True


def restate_delivery(writing: Writing, contract: str, delivery: Delivery, *, at: datetime) -> None:
    """Append a corrected delivery under its number, if it differs."""
    if delivery not in contracts.deliveries(writing, contract):
        _append_statement(writing, contract, delivery, contracts.STATED, at)
        end_undelivered(writing, contract, delivery.at, at=at)


def withdraw_statement(writing: Writing, contract: str, statement: Delivery | Enclosure, *, at: datetime) -> None:
    """Append the withdrawal of a delivery or attachment. Earlier entries and the bytes are kept."""
    _append_statement(writing, contract, statement, contracts.WITHDRAWN, at)


def _append_statement(
    writing: Writing, contract: str, statement: Delivery | Enclosure, state: str, at: datetime
) -> None:
    observation = Observation(
        contracts.kind_of(statement),
        contracts.statement_key(contract, statement),
        contracts.statement_payload(contract, statement, state=state),
    )
    writer.append_stated(writing, [observation], at=at)


def state_role(writing: Writing, contract: str, account: int, role: Role, reason: str, *, at: datetime) -> bool:
    """Append who an account is; False if the same is stated already."""
    if any(
        (mapped.account_id, mapped.role, mapped.reason) == (account, role, reason)
        for mapped in mapped_accounts(writing, contract)
    ):
        return False
    _append_role(writing, contract, account, {"state": role.value, "reason": reason}, at)
    return True


def withdraw_role(writing: Writing, contract: str, account: int, *, at: datetime) -> bool:
    """Append the withdrawal of an account's role; False if none is stated."""
    if all(one.account_id != account for one in mapped_accounts(writing, contract)):
        return False
    _append_role(writing, contract, account, {"state": contracts.WITHDRAWN, "reason": ""}, at)
    return True


def _append_role(writing: Writing, contract: str, account: int, facts: dict[str, str], at: datetime) -> None:
    payload = {"contract": contract, "account_id": account, **facts}
    observation = Observation("mapping", role_key(contract, account), payload)
    writer.append_stated(writing, [observation], at=at)


def change_contract(
    archive: Archive, contract_id: str, change: Callable[[Reading, Contract], Contract], *, at: datetime
) -> Contract:
    """Append the contract as `change` makes it of its present state, in one transaction, and return it.

    Nothing is appended if it stays the same. Raises UnknownContract and what `change` raises.
    """
    with archive.writing() as writing:
        before = contracts.find_contract(writing, contract_id)
        after = change(writing, before)
        if after != before:
            state_contracts(writing, [after], at=at)
    return after


def with_next(reading: Reading, contract: Contract, name: str, draft: Invoice | Payment | SentReminder) -> Contract:
    """The contract with one more in this list, under the next number; a number taken back is not used again."""
    stated = entries_where(reading, schema.entry.c.key == f"contract/{contract.id}")
    number = 1 + max((row["number"] for entry in stated for row in entry["payload"].get(name, ())), default=0)
    changes: dict[str, Any] = {name: (*getattr(contract, name), replace(draft, number=number))}
    return replace(contract, **changes)


def without(contract: Contract, name: str, number: int) -> Contract | None:
    """The contract without number N of this list; None if the list has no such number."""
    rows: tuple[Any, ...] = getattr(contract, name)
    kept = tuple(row for row in rows if row.number != number)
    changes: dict[str, Any] = {name: kept}
    return None if len(kept) == len(rows) else replace(contract, **changes)


QUIET = timedelta(minutes=10)
"""How long nothing is typed before what was typed becomes an entry by itself."""


def typed_facts(reading: Reading, contract: str) -> TypedFacts:
    """What was typed of a contract and no entry says yet."""
    return TYPED_FACTS.recall(reading).get(contract) or TypedFacts(datetime.min.replace(tzinfo=UTC), {})


def typed_contract(reading: Reading, stated: Contract) -> Contract:
    """The contract as it will be once what was typed is an entry."""
    facts = dict(typed_facts(reading, stated.id).facts)
    if {room["room_id"] for room in facts.get("rooms", ())} != stated.room_ids:
        facts.pop("rooms", None)  # a chat was moved since
    return contracts.contract_from_payload({**contracts.contract_payload(stated), **facts})


def keep_typed(writing: Writing, stated: Contract, after: Contract, typed: TypedFacts) -> None:
    """Keep what differs of a contract from what is stated, with days of deliveries and roles; without any, nothing."""
    before, now = contracts.contract_payload(stated), contracts.contract_payload(after)
    days = {one.number: one.at for one in contracts.deliveries(writing, stated.id)}
    roles = {int(one.account_id): one.role.value for one in mapped_accounts(writing, stated.id)}
    kept = replace(
        typed,
        facts={name: value for name, value in now.items() if value != before.get(name)},
        deliveries={number: day for number, day in typed.deliveries.items() if day != days.get(number, "")},
        roles={account: role for account, role in typed.roles.items() if role != roles.get(account, "")},
    )
    every = {name: one for name, one in TYPED_FACTS.recall(writing).items() if name != stated.id}
    if kept.facts or kept.deliveries or kept.roles:
        every[stated.id] = kept
    TYPED_FACTS.remember(writing, every or None)


def state_typed(writing: Writing, *, at: datetime, quiet: timedelta = timedelta()) -> None:
    """Append what was typed as one entry a contract, if nothing was typed for so long; a wrong clock is not awaited."""
    every = TYPED_FACTS.recall(writing)
    if not every:
        return
    due = {name for name, one in every.items() if not timedelta() <= at - one.at < quiet}
    for stated in (one for one in contracts.contracts(writing) if one.id in due):
        typed = every[stated.id]
        state_contracts(writing, [typed_contract(writing, stated)], at=at)
        reasons = {int(one.account_id): one.reason for one in mapped_accounts(writing, stated.id)}
        for account, role in typed.roles.items():
            if role:
                state_role(writing, stated.id, account, Role(role), reasons.get(account, ""), at=at)
            else:
                withdraw_role(writing, stated.id, account, at=at)
        known = {one.number: one for one in contracts.deliveries(writing, stated.id)}
        for number, day in typed.deliveries.items():
            if number not in known:
                add_delivery(writing, stated.id, Delivery(0, day), at=at)
            elif day:
                restate_delivery(writing, stated.id, replace(known[number], at=day), at=at)
            else:
                withdraw_statement(writing, stated.id, known[number], at=at)
    TYPED_FACTS.remember(writing, {name: one for name, one in every.items() if name not in due} or None)


def state_all_typed(archive: Archive, *, at: datetime, quiet: timedelta = timedelta()) -> None:
    """The same, without writing where nothing was typed. Raises StorageError."""
    is_typed = bool(archive.read(TYPED_FACTS.recall))
    if is_typed:
        archive.write(state_typed, at=at, quiet=quiet)
