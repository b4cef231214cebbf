"""The beginning of a run: what the archive already has, and the check whose token it is."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from archiver import errors
from archiver.chatwork.client import Single
from archiver.chatwork.models import Me
from archiver.chatwork.ratelimit import Budget
from archiver.records import AccountId, JsonObject, Observation, RoomId
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.queries import contracts, current_state
from archiver.store.working import slots
from archiver.sync.failed_rooms import Failures


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What a run knows from the archive before it sends any request."""

    contracted: tuple[RoomId, ...]
    """Every room that a contract wants read now."""
    in_any_contract: tuple[RoomId, ...]
    """Every room that any contract names, also one that has ended."""
    requested: tuple[RoomId, ...]
    """Those contracted rooms that this run shall read."""
    owner: JsonObject | None
    """The owner of the archive; None before the first sync."""
    names: dict[int, str]
    """The rooms' names, as last read."""
    budget: Budget | None
    """The budget of requests, as the last run left it."""
    failures: Failures
    """Rooms that earlier runs could not read."""


def read_inputs(archive: Archive, *, at: datetime, chosen: AbstractSet[int] | None) -> RunInputs:
    """Read the inputs of a run from the archive; `chosen` are the rooms, None = all. Raises NoContract, UnknownRoom."""
    with archive.reading() as reading:
        all_contracts = contracts.contracts(reading)
        if not all_contracts:
            raise errors.NoContract
        contracted = contracts.rooms_to_read(reading, at)
        owner = current_state.owner(reading)
        names = current_state.names(reading)
        budget = slots.BUDGET.recall(reading)
        failures = slots.FAILED_ROOMS.recall(reading)
    for room in sorted(chosen or ()):
        if room not in contracted:
            raise errors.UnknownRoom(room=room)
    return RunInputs(
        tuple(contracted),
        tuple(dict.fromkeys(room.room_id for contract in all_contracts for room in contract.rooms)),
        tuple(room for room in contracted if chosen is None or room in chosen),
        owner,
        names,
        None if budget is None else Budget(budget.limit, budget.remaining, budget.reset),
        failures,
    )


def owner_payload(me: Me) -> dict[str, object]:
    """The fields of `/me` that are kept: who the owner is and whose organisation it is, nothing else."""
    fields = ("account_id", "name", "chatwork_id", "organization_id", "organization_name")
    return {name: getattr(me, name) for name in fields}


def check_account(found: AccountId, owner: dict[str, object] | None, archive: Archive) -> None:
    """Refuse another account's token before anything is written. Raises WrongAccount."""
    if owner is not None and owner["account_id"] != found:
        raise errors.WrongAccount(found=found, expected=owner["account_id"], path=archive.home)


def keep_owner(archive: Archive, me: Single[Me], owner: JsonObject | None) -> None:
    """Append an entry about the archive's owner, if it is new or the person's name changed."""
    payload = owner_payload(me.model)
    if payload != owner:
        with archive.writing() as writing:
            observation = Observation("me", "me", payload, None, me.reply.digest)
            writer.append(writing, [observation], account_id=me.model.account_id, at=me.reply.received_at)
