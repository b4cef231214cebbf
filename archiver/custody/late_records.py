"""Takes in the messages of another database of the same archive, such as a conflicted copy: late, as what they are.

Each keeps the time at which the other copy saw it and the digest of that copy's record. What this archive holds
already, what was erased, and rooms of no contract are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.errors import NothingThere
from archiver.evidence.history import text_of
from archiver.records import Observation, ObservedBy, RoomId
from archiver.store import writer
from archiver.store.archive import Archive, Reading
from archiver.store.erasure.records import without_erased
from archiver.store.queries import contracts, current_state, entries
from archiver.store.schema.payload_forms import tells_what_was_shown
from archiver.store.working import other_databases
from archiver.store.working.other_databases import OtherDatabase
from archiver.store.working.remembered_values import BROUGHT_IN


def take_in(archive: Archive, path: Path, *, now: datetime) -> int:
    """Append what a database holds of messages and this archive does not; how many records that made.

    Raises NothingThere if it is no database of this archive, and StorageError.
    """
    with archive.writing() as writing:
        other = other_databases.compare(writing, path)
        if other is None:
            raise NothingThere(path=path)
        late = list(_late_observations(writing, other))
        owner = (current_state.owner(writing) or {}).get("account_id")
        writer.append(writing, late, account_id=owner, at=now)
        BROUGHT_IN.remember(writing, (*BROUGHT_IN.recall(writing), other.last))
    return len(late)


def _late_observations(reading: Reading, other: OtherDatabase) -> Iterator[Observation]:
    rooms = {room.room_id for contract in contracts.contracts(reading) for room in contract.rooms}
    found: dict[tuple[int, int], list[tuple[str, dict[str, Any]]]] = {}
    for digest, entry in other_databases.message_entries(other):
        if entry.get("room_id") in rooms and tells_what_was_shown(entry):
            found.setdefault((int(entry["key"].partition("/")[2]), entry["room_id"]), []).append((digest, entry))
    last = entries.last_seq(reading)
    kept = without_erased(reading, [(room, position) for position, room in found])
    for (position, room), theirs in found.items():
        if (room, position) in kept:
            (ours,) = entries.message_groups(reading, [(position, room)], upto=last)
            yield from _unknown(RoomId(room), theirs, ours)


def _unknown(
    room: RoomId, theirs: list[tuple[str, dict[str, Any]]], ours: list[dict[str, Any]]
) -> Iterator[Observation]:
    """Those with a text that we never saw; of a message that we do not know at all, each with another state too."""
    texts, state = set(map(text_of, ours)), None
    for digest, entry in theirs:
        payload = entry["payload"]
        if text_of(entry) not in texts or (not ours and payload["state"] != state):
            late = {name: payload[name] for name in ("object", "state")} | {"source": ObservedBy.COPY.value}
            late |= {"seen": payload.get("seen", entry["observed_at"]), "copy": digest}
            yield Observation("message", entry["key"], late, room)
        texts.add(text_of(entry))
        state = payload["state"]
