"""The beginning of a run: which rooms the contracts name, and whose token it is."""

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
from archiver.store.queries.last_looks import FAILED
from archiver.store.timestamps import from_text
from archiver.store.working import memory
from archiver.sync import failed_rooms
from archiver.sync.failed_rooms import Failures


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What the archive itself says before anybody is asked."""

    contracted: tuple[RoomId, ...]
    """Every room that is read."""
    stated: tuple[RoomId, ...]
    """Every room that any contract names, also one that has ended."""
    wanted: tuple[RoomId, ...]
    """Those of them that this run is asked for."""
    owner: JsonObject | None
    """Whose archive it is; None before the first sync."""
    names: dict[int, str]
    """Of rooms, as last read."""
    budget: Budget | None
    """Of requests, as the last run left it."""
    failures: Failures
    """Rooms that the runs before could not read."""


def look_up(archive: Archive, *, at: datetime, chosen: AbstractSet[int] | None) -> RunInputs:
    """Ask the archive; `chosen` are the rooms meant, None = all. Raises NoContract, UnknownRoom."""
    with archive.reading() as reading:
        every = contracts.contracts(reading)
        if not every:
            raise errors.NoContract
        contracted = contracts.rooms_to_read(reading, at)
        owner = current_state.owner(reading)
        names = current_state.names(reading)
        budget = memory.recall(reading, "budget")
        failures = failed_rooms.from_document(memory.recall(reading, FAILED, {}))
    for room in sorted(chosen or ()):
        if room not in contracted:
            raise errors.UnknownRoom(room=room)
    return RunInputs(
        tuple(contracted),
        tuple(dict.fromkeys(room.room_id for one in every for room in one.rooms)),
        tuple(room for room in contracted if chosen is None or room in chosen),
        owner,
        names,
        budget and Budget(budget["limit"], budget["remaining"], from_text(budget["reset"])),
        failures,
    )


def owner_payload(me: Me) -> dict[str, object]:
    """What is kept of `/me`: who the owner is and whose organisation it is, nothing else."""
    fields = ("account_id", "name", "chatwork_id", "organization_id", "organization_name")
    return {name: getattr(me, name) for name in fields}


def check_account(found: AccountId, owner: dict[str, object] | None, archive: Archive) -> None:
    """Refuse another account's token before anything is written. Raises WrongAccount."""
    if owner is not None and owner["account_id"] != found:
        raise errors.WrongAccount(found=found, expected=owner["account_id"], path=archive.home)


def keep_owner(archive: Archive, me: Single[Me], owner: JsonObject | None) -> None:
    """Write down whose archive it is, if that is new or the person's name changed."""
    told = owner_payload(me.model)
    if told != owner:
        with archive.writing() as writing:
            seen = Observation("me", "me", told, None, me.reply.digest)
            writer.append(writing, [seen], account_id=me.model.account_id, at=me.reply.received_at)
