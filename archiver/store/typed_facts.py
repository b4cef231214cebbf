"""What was typed on the page of a job and no entry says yet: kept at once, an entry once nothing more is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archiver.records import Contract, Delivery, Role
from archiver.store import statements
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries.contracts import contract_from_payload, contract_payload, contracts
from archiver.store.queries.roles import mapped_accounts
from archiver.store.queries.statements import deliveries
from archiver.store.working.remembered_values import TYPED_FACTS, TypedFacts

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
    return contract_from_payload({**contract_payload(stated), **facts})


def keep_typed(writing: Writing, stated: Contract, after: Contract, typed: TypedFacts) -> None:
    """Keep what differs of a contract from what is stated, with days of deliveries and roles; without any, nothing."""
    before, now = contract_payload(stated), contract_payload(after)
    days = {one.number: one.at for one in deliveries(writing, stated.id)}
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
    for stated in (one for one in contracts(writing) if one.id in due):
        typed = every[stated.id]
        statements.state_contracts(writing, [typed_contract(writing, stated)], at=at)
        reasons = {int(one.account_id): one.reason for one in mapped_accounts(writing, stated.id)}
        for account, role in typed.roles.items():
            if role:
                statements.state_role(writing, stated.id, account, Role(role), reasons.get(account, ""), at=at)
            else:
                statements.withdraw_role(writing, stated.id, account, at=at)
        known = {one.number: one for one in deliveries(writing, stated.id)}
        for number, day in typed.deliveries.items():
            if number not in known:
                statements.add_delivery(writing, stated.id, Delivery(0, day), at=at)
            elif day:
                statements.restate_delivery(writing, stated.id, replace(known[number], at=day), at=at)
            else:
                statements.withdraw_statement(writing, stated.id, known[number], at=at)
    TYPED_FACTS.remember(writing, {name: one for name, one in every.items() if name not in due} or None)


def state_all_typed(archive: Archive, *, at: datetime, quiet: timedelta = timedelta()) -> None:
    """The same, without writing where nothing was typed. Raises StorageError."""
    with archive.reading() as reading:
        is_typed = bool(TYPED_FACTS.recall(reading))
    if is_typed:
        with archive.writing() as writing:
            state_typed(writing, at=at, quiet=quiet)
