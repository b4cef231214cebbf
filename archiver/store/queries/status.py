"""The status of the archive and of each room, for `archive status` and the pages that show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from archiver.records import Contract, Pause, RoomId, SteadyLooks
from archiver.records.alerts import Alert
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.store.queries.entries import last_seq
from archiver.store.queries.files import FileCounts, file_counts
from archiver.store.queries.last_looks import LastLooks, last_list_time, room_looks, watch
from archiver.store.queries.room_holdings import message_counts
from archiver.store.time_text import from_text, to_text
from archiver.store.working import last_lists, remembered_values
from archiver.store.working.alerts import open_alerts
from archiver.store.working.remembered_values import LastBackup
from archiver.store.working.stamp_queue import StampQueueCounts, count_days, count_unstamped


@dataclass(frozen=True, slots=True)
class RoomStatus:
    """One contracted room; messages are counted by present state, `messages` counts those of any state."""

    room_id: RoomId
    name: str
    contracts: tuple[str, ...]
    inaccessible_since: datetime | None
    messages: int
    edited: int
    deleted: int
    missing: int
    hidden: int
    hidden_deleted: int
    """How many of the hidden had shown as deleted before."""
    hidden_edited: int
    """How many of the other hidden ones had been edited."""
    files: FileCounts
    tasks: int
    covered: tuple[tuple[datetime, datetime], ...]
    gaps: tuple[dict[str, Any], ...]
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """The status of the whole archive."""

    account_id: int | None
    account_name: str
    last_sync: datetime | None
    last_complete: bool
    rooms: tuple[RoomStatus, ...]
    contracts: tuple[Contract, ...]
    seals: int
    last_seal: datetime | None
    unsealed: int
    authorities: tuple[str, ...]
    """The time-stamp authorities of the settings."""
    unstamped: int
    """Seals that lack a stamp of one of these authorities."""
    stamps: StampQueueCounts
    alerts: tuple[Alert, ...]
    """The open alerts, oldest first."""
    backup: LastBackup | None
    """The last backup; None if the archive knows of none."""
    looks: LastLooks
    """The last looks at the rooms of all contracts, whether or not they are still read."""


def status(reading: Reading, *, authorities: Sequence[str] = ()) -> Status:
    """The status in one snapshot; `authorities` are the names of those that are to stamp the seals."""
    owner = current_state.owner(reading) or {}
    last = remembered_values.LAST_SYNC.recall(reading)
    every_contract = tuple(contracts(reading))
    rooms = {room.room_id for one in every_contract for room in one.rooms}
    seal, entry = schema.seal.c, schema.entry.c
    number, closed_at, sealed = reading.sql.execute(
        select(func.count(), func.max(seal.closed_at), func.coalesce(func.max(seal.last), 0))
    ).one()
    return Status(
        account_id=owner.get("account_id"),
        account_name=owner.get("name", ""),
        last_sync=None if last is None else last.at,
        last_complete=last is None or last.complete,
        rooms=_rooms(reading, every_contract),
        contracts=every_contract,
        seals=number,
        last_seal=None if closed_at is None else from_text(closed_at),
        unsealed=(reading.sql.execute(select(func.max(entry.seq))).scalar() or 0) - sealed,
        authorities=tuple(authorities),
        unstamped=count_unstamped(reading, authorities),
        stamps=count_days(reading, authorities),
        alerts=tuple(open_alerts(reading)),
        backup=remembered_values.LAST_BACKUP.recall(reading),
        looks=room_looks(reading, rooms),
    )


def _rooms(reading: Reading, every_contract: tuple[Contract, ...]) -> tuple[RoomStatus, ...]:
    contracts_by_room: dict[RoomId, list[str]] = {}
    for contract in every_contract:
        for room in contract.rooms:
            contracts_by_room.setdefault(room.room_id, []).append(contract.id)
    facts = {row.room_id: row for row in reading.sql.execute(select(schema.room))}
    states = message_counts(reading)
    files = file_counts(reading)
    tasks = _counts_by_room(reading, schema.task)
    listed = remembered_values.LISTED_NAMES.recall(reading)
    running = last_lists.running_looks(reading)
    found = []
    for room_id, contracted in contracts_by_room.items():
        row = facts.get(room_id)
        by_state = states.get(room_id, {})
        since = row.inaccessible_since if row is not None else None
        found.append(
            RoomStatus(
                room_id=room_id,
                name=(row.name if row is not None else "") or listed.get(room_id, ""),
                contracts=tuple(contracted),
                inaccessible_since=None if since is None else from_text(since),
                messages=by_state.get("known", 0),
                edited=by_state.get("edited", 0),
                deleted=by_state.get("deleted", 0),
                missing=by_state.get("missing", 0),
                hidden=by_state.get("hidden", 0),
                hidden_deleted=by_state.get("hidden_deleted", 0),
                hidden_edited=by_state.get("hidden_edited", 0),
                files=files.get(room_id, FileCounts(0, 0, 0, 0)),
                tasks=tasks.get(room_id, 0),
                covered=_covered_periods(reading, room_id, running.get(room_id)),
                gaps=open_gaps(reading, room_id),
                last_seen=running[room_id].last if room_id in running else last_list_time(reading, room_id),
            )
        )
    return tuple(found)


def _counts_by_room(reading: Reading, table: Any) -> dict[int, int]:
    rows = reading.sql.execute(select(table.c.room_id, func.count()).group_by(table.c.room_id))
    return {row[0]: row[1] for row in rows}


def _covered_periods(reading: Reading, room: int, running: SteadyLooks | None) -> tuple[tuple[datetime, datetime], ...]:
    """The covered periods; the newest reaches to the last look, also where no entry has it yet."""
    table = schema.coverage.c
    rows = reading.sql.execute(select(table.start, table.end).where(table.room_id == room).order_by(table.number))
    periods = [(from_text(start), from_text(end)) for start, end in rows]
    if periods and running is not None:
        periods[-1] = (periods[-1][0], max(periods[-1][1], running.last))
    return tuple(periods)


def open_gaps(reading: Reading, room: int) -> tuple[dict[str, Any], ...]:
    """The open gaps of a room as JSON objects, the one from the room's beginning first."""
    table = schema.gap.c
    columns = (table.after, table.before, table.start.label("from"), table.end.label("to"), table.missing, table.reason)
    rows = reading.sql.execute(select(*columns).where(table.room_id == room, table.open)).mappings()
    return tuple(sorted((dict(row) for row in rows), key=lambda gap: int(gap["after"] or 0)))


def room_pauses(reading: Reading, status: Status) -> dict[int, tuple[Pause, ...]]:
    """The times in which nobody looked at each of the rooms, oldest first."""
    upto = last_seq(reading)
    return {room.room_id: watch(reading, room.room_id, upto=upto).pauses for room in status.rooms}


def status_document(status: Status, *, warnings: list[str], pauses: Mapping[int, Sequence[Pause]]) -> dict[str, Any]:
    """The JSON document of `archive status --json` (design §5); `pauses` by room."""
    seals = {
        "count": status.seals,
        "last": status.last_seal and to_text(status.last_seal),
        "unstamped": status.unstamped,
    }
    return {
        "account_id": status.account_id,
        "last_sync": status.last_sync and to_text(status.last_sync),
        "rooms": [
            _room_document(room, status.looks.at.get(room.room_id), pauses.get(room.room_id, ()))
            for room in status.rooms
        ],
        "seals": seals,
        "alerts_open": len(status.alerts),
        "backup": status.backup and _backup_document(status.backup),
        "warnings": warnings,
    }


def _backup_document(last: LastBackup) -> dict[str, Any]:
    return {"at": to_text(last.at), "path": last.path, "verified": last.verified}


def _room_document(room: RoomStatus, looked_at: datetime | None, pauses: Sequence[Pause]) -> dict[str, Any]:
    return {
        "room_id": room.room_id,
        "name": room.name,
        "contracts": list(room.contracts),
        "state": "open" if room.inaccessible_since is None else "inaccessible",
        **{name: getattr(room, name) for name in ("messages", "edited", "deleted", "missing", "hidden")},
        "hidden_deleted": room.hidden_deleted,
        "hidden_edited": room.hidden_edited,
        "files": room.files.known,
        "files_saved": room.files.saved,
        "files_pending": room.files.pending,
        "files_lost": room.files.lost,
        "tasks": room.tasks,
        "covered": [{"from": to_text(start), "to": to_text(end)} for start, end in room.covered],
        "gaps": list(room.gaps),
        "pauses": [{"from": to_text(pause.start), "to": to_text(pause.end)} for pause in pauses],
        "last_seen": room.last_seen and to_text(room.last_seen),
        "looked_at": looked_at and to_text(looked_at),
    }
