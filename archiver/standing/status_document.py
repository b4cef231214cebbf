"""The JSON document of `archive status --json`: the first screen's, then what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from archiver.claims.messages import DELETIONS, EDITS, changed_count
from archiver.claims.words import changes_document
from archiver.custody import earlier_homes
from archiver.health.evidence import service_sentences
from archiver.records import ChangedMessages, ChangeKind, JsonObject, Pause
from archiver.settings.model import Settings
from archiver.store.archive import Reading
from archiver.store.erasure.records import erasures
from archiver.store.queries.contracts import rooms_to_read
from archiver.store.queries.reread_and_backfill_progress import SlowWork, slow_work_progress
from archiver.store.queries.status import RoomStatus, Status, room_pauses
from archiver.store.time_text import to_text
from archiver.store.working.remembered_values import LastBackup

_KINDS = {"edited": EDITS, "deleted": DELETIONS, "missing": (ChangeKind.MISSING,), "hidden": (ChangeKind.HIDDEN,)}


def whole_document(
    reading: Reading, status: Status, settings: Settings, document: Mapping[str, Any], now: datetime
) -> JsonObject:
    """Everything but the accesses of others, which a team's ledger knows; `document`: of the first screens."""
    head, standing, jobs = document["head"], document["standing"], document["jobs"] + document["ended"]
    since = now - timedelta(days=settings.sync.reread_days)
    unseen = standing.unseen
    return {
        "headline": {name: head[name] for name in ("kind", "job", "head", "text")},
        "also": document["also"],
        "changed": [_change_document(one) for job in jobs for one in job["quotes"]],
        **status_document(status, warnings=standing.sentences, pauses=room_pauses(reading, status)),
        "unseen_seconds": None if unseen is None else int(unseen.total_seconds()),
        **slow_work_document(slow_work_progress(reading, rooms_to_read(reading, now), since=since)),
        "put_back_databases": earlier_homes.overview_lines(reading),
        "other_services": service_sentences(reading),
        "erasures": [
            {
                "number": one.number,
                "at": to_text(one.at),
                "records": sum(one.payload["kinds"].values()),
                "messages": one.payload.get("messages", 0),
                "seal": one.seal,
            }
            for one in erasures(reading)
        ],
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


def slow_work_document(progress: SlowWork) -> JsonObject:
    """The part about re-reading and back-fill."""
    rereading, backfill = progress.rereading, progress.backfill
    counts = {"waiting": backfill.waiting, "read": backfill.read}
    unseen = {"hidden_by_plan": backfill.hidden, "not_readable": backfill.unreadable}
    return {"reread": {"old": rereading.old, "confirmed": rereading.confirmed}, "backfill": {**counts, **unseen}}


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
