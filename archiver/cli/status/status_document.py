"""The JSON document of `archive status --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archiver.claims.changes import DELETIONS, EDITS, changed_count
from archiver.claims.document import changes_document
from archiver.records import ChangedMessages, ChangeKind, JsonObject, Pause
from archiver.store.time_text import to_text

if TYPE_CHECKING:
    from archiver.store.queries.status import RoomStatus, Status
    from archiver.store.working.remembered_values import LastBackup

_KINDS = {"edited": EDITS, "deleted": DELETIONS, "missing": (ChangeKind.MISSING,), "hidden": (ChangeKind.HIDDEN,)}


def first_document(document: Mapping[str, Any]) -> JsonObject:
    """What stands first on every screen, as the same document begins with it."""
    head, jobs = document["head"], document["jobs"] + document["ended"]
    return {
        "headline": {name: head[name] for name in ("kind", "job", "head", "text")},
        "also": document["also"],
        "changed": [_change_document(one) for job in jobs for one in job["quotes"]],
    }


def status_document(status: Status, *, warnings: list[str], pauses: Mapping[int, Sequence[Pause]]) -> JsonObject:
    """The rest of the JSON document of `archive status --json` (docs/reference/json.md); `pauses` by room."""
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


def _change_document(quote: Mapping[str, Any]) -> JsonObject:
    message = quote["message"]
    return {
        "room_id": message.room_id,
        "message_id": message.message_id,
        **{name: quote[name] for name in ("name", "kind", "before", "after")},
        "seen": to_text(quote["seen"]),
    }


def _backup_document(last: LastBackup) -> JsonObject:
    whole_at = (last.whole_at or last.at) if last.verified else None
    return {
        "at": to_text(last.at),
        "path": last.path,
        "verified": last.verified,
        "all_records_at": whole_at and to_text(whole_at),
    }


def _room_document(room: RoomStatus, looked_at: datetime | None, pauses: Sequence[Pause]) -> JsonObject:
    return {
        "room_id": room.room_id,
        "name": room.name,
        "jobs": list(room.contracts),
        "state": "open" if room.inaccessible_since is None else "inaccessible",
        "messages": room.messages,
        **_change_counts(room.changed),
        "files": room.files.known,
        "files_saved": room.files.saved,
        "files_pending": room.files.pending,
        "files_lost": room.files.lost,
        "tasks": room.tasks,
        "covered": [{"from": to_text(start), "to": to_text(end)} for start, end in room.covered],
        "gaps": list(room.gaps),
        "emptied": room.emptied,
        "pauses": [{"from": to_text(pause.start), "to": to_text(pause.end)} for pause in pauses],
        "last_seen": room.last_seen and to_text(room.last_seen),
        "looked_at": looked_at and to_text(looked_at),
    }


def _change_counts(changed: Mapping[str, ChangedMessages]) -> JsonObject:
    """The changed messages in all, and by the sides of each contract of the room."""
    one = next(iter(changed.values()))
    counts = {name: changed_count(one, kinds) for name, kinds in _KINDS.items()}
    return counts | {"changes": {contract: changes_document(one) for contract, one in changed.items()}}
