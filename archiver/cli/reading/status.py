"""Prints how things stand, or gives it as a document; erasures and accesses of others are told beside it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from archiver.alerts.sentences import alert_sentence, level_word
from archiver.app import utc_now
from archiver.claims.messages import DELETIONS, EDITS, changed_count
from archiver.claims.sentences import changes_document
from archiver.cli.context import CliContext
from archiver.cli.output import beside, columns, echo, echo_json, echo_lines, pad, paged_output, visible
from archiver.cli.reading import first_screen
from archiver.custody import put_back_databases
from archiver.health.evidence import service_sentences
from archiver.health.snapshot import known_time
from archiver.records import ChangeKind, JsonObject, Pause
from archiver.records.alerts import Alert, Level
from archiver.render.times import time_of_year
from archiver.rounds.alerting import alert_document
from archiver.settings.model import Settings
from archiver.standing.alert_lines import (
    contract_names,
    jobs_of_rooms,
    named_messages,
    room_labels,
)
from archiver.standing.emergencies import emergencies
from archiver.standing.headlines import told_job
from archiver.standing.home_document import home_document, late_payments
from archiver.store.archive import Archive, Reading
from archiver.store.erasure.records import erasures
from archiver.store.keeper import keeper_of
from archiver.store.queries.contracts import contracts, find_contract, rooms_to_read
from archiver.store.queries.status import RoomStatus, Status, room_pauses, status
from archiver.store.received_facts_and_record_forms import readable_text
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.store.working.alerts import alerts, dismiss, put_aside_changes
from archiver.store.working.single_reads import slow_work_progress
from archiver.wording import gettext as _
from archiver.wording import ngettext


def show_status(obj: CliContext, *, as_json: bool) -> int:
    """Print the first screen, or give its document with what stands behind it."""
    settings = obj.settings()
    with Archive(obj.home).reading() as reading:
        now = known_time(reading, utc_now())
        archive_status = status(reading, authorities=[one.name for one in settings.timestamp.authorities])
        document = home_document(reading, archive_status, settings, obj.environ, now)
        if as_json:
            payload = whole_document(reading, archive_status, settings, document, now)
        else:
            quoted = told_job(document["told"])
            told = [one for one in archive_status.contracts if quoted is not None and one.id == quoted["job"]]
            urgent = emergencies(reading, told, archive_status.alerts, always=True)
            unfinished = remembered_values.ERASURE.recall(reading)
    keeper = keeper_of(obj.home)
    accesses = keeper.accesses()
    if as_json:
        last = to_text(accesses[-1][0]) if accesses else None
        payload["accesses"] = None if accesses is None else {"count": len(accesses), "last": last}
        echo_json(payload)
        return 0
    beside = _access_lines(accesses)
    if unfinished is not None:
        begun = _("Erasure {number} was begun and is not finished; the next save goes on with it, or: archive seal")
        beside.insert(0, begun.format(number=unfinished.number))
    emergency, kept = next(iter(urgent), None), keeper.kept
    with paged_output():
        first_screen.tell_home(document, archive_status, now, emergency=emergency, kept=kept, beside=beside)
    return 0


def _access_lines(accesses: Sequence[tuple[datetime, str]] | None) -> list[str]:
    """How many accesses of others there were, when the last one was and whose; nothing without one."""
    if not accesses:
        return []
    sentence = ngettext(
        "{n} reading of this archive, last {time} ({who}); see: archive team audit",
        "{n} readings of this archive, last {time} ({who}); see: archive team audit",
        len(accesses),
    )
    at, who = accesses[-1]
    return [sentence.format(n=len(accesses), time=time_of_year(at), who=visible(who))]


def list_alerts(obj: CliContext, *, as_json: bool) -> None:
    """Print every alert, equal ones once, with the message that it is about; what is unpaid though its day passed."""
    with Archive(obj.home).reading() as reading:
        all_alerts, every = alerts(reading), contracts(reading)
        messages = dict(zip((one.number for one in all_alerts), named_messages(reading, all_alerts), strict=True))
        late = late_payments(reading, known_time(reading, utc_now()))
        rooms = room_labels(reading, all_alerts)
    if as_json:
        echo_json({"alerts": [alert_document(one) for one in all_alerts]})
        return
    groups, named = equal_alerts(all_alerts), (contract_names(every), rooms, jobs_of_rooms(every))
    states = [_("put aside") if one[0].dismissed else level_word(one[0].level) for one in groups]
    width = max(map(columns, states), default=0)
    with paged_output():
        echo_lines(late)
        for state, (newest, *others) in zip(states, groups, strict=True):
            paragraphs = [alert_sentence(newest, *named)]
            if others:
                numbers = _(", ").join(str(one.number) for one in others)
                paragraphs.append(_("The same earlier: {numbers}").format(numbers=numbers))
            if (message := messages[newest.number]) is not None:
                paragraphs.append(f"{message.words}  {message.command}")
            if newest.reason:
                paragraphs.append(_("Reason: {reason}").format(reason=visible(newest.reason)))
            echo("\n".join(beside(f"{newest.number:>3} {pad(state, width)} {time_of_year(newest.at)}  ", paragraphs)))
        if not groups:
            echo(_("No alert so far."))
        elif not all(one[0].dismissed for one in groups):
            echo(_("Put one aside: archive status --done NUMBER"), err=True)


def dismiss_alerts(obj: CliContext, names: Sequence[str], reason: str | None) -> None:
    """Mark alerts as put aside, of one that is put aside already only the reason, and what changed in jobs as seen."""
    numbers = [int(one) for one in names if one.isdecimal()]
    with Archive(obj.home).writing() as writing:
        seen = [find_contract(writing, one) for one in names if not one.isdecimal()]
        for contract in seen:
            put_aside_changes(writing, contract, upto=sys.maxsize, last_alert=sys.maxsize, at=utc_now())
        for number in numbers:
            dismiss(writing, number, at=utc_now(), reason=None if reason is None else readable_text(reason))
    for number in numbers:
        echo(_("Put aside: alert {number}."), number=number)
    for contract in seen:
        echo(_("Put aside: the changes of {job}."), job=contract.id)


def equal_alerts(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """The alerts in groups that say the same of the same message, oldest first; urgent open ones before all."""
    groups: dict[tuple[object, ...], list[Alert]] = {}
    for alert in reversed(alerts):
        groups.setdefault(
            (alert_sentence(alert), alert.level, alert.message_id, alert.dismissed, alert.reason), []
        ).append(alert)
    oldest_first = list(groups.values())[::-1]
    return sorted(oldest_first, key=lambda one: one[0].dismissed or one[0].level is not Level.HIGH)


_KINDS = {"edited": EDITS, "deleted": DELETIONS, "missing": (ChangeKind.MISSING,), "hidden": (ChangeKind.HIDDEN,)}


def whole_document(
    reading: Reading, status: Status, settings: Settings, document: Mapping[str, Any], now: datetime
) -> JsonObject:
    """Everything but the accesses of others, which a team's ledger knows; `document`: of the first screens."""
    head, standing, jobs = document["head"], document["standing"], document["jobs"] + document["ended"]
    since = now - timedelta(days=settings.sync.reread_days)
    unseen, work = standing.unseen, slow_work_progress(reading, rooms_to_read(reading, now), since=since)
    done = work.backfill
    return {
        "headline": {name: head[name] for name in ("kind", "job", "head", "text")},
        "also": document["also"],
        "changed": [_change_document(one) for job in jobs for one in job["quotes"]],
        **status_document(status, warnings=standing.sentences, pauses=room_pauses(reading, status)),
        "unseen_seconds": None if unseen is None else int(unseen.total_seconds()),
        "reread": {"old": work.old, "confirmed": work.confirmed},
        "backfill": {"waiting": done.waiting, "read": done.read, "hidden_by_plan": done.hidden}
        | {"not_readable": done.unreadable},
        "put_back_databases": put_back_databases.overview_lines(reading),
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
    last = status.backup
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
        "backup": last
        and {
            "at": to_text(last.at),
            "path": last.path,
            "verified": last.verified,
            "all_records_at": to_text(last.whole_at or last.at) if last.verified else None,
        },
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


def _room_document(room: RoomStatus, looked_at: datetime | None, pauses: Sequence[Pause]) -> JsonObject:
    changed = next(iter(room.changed.values()))
    return {
        "room_id": room.room_id,
        "name": room.name,
        "jobs": list(room.contracts),
        "state": "open" if room.inaccessible_since is None else "inaccessible",
        "messages": room.messages,
        **{name: changed_count(changed, kinds) for name, kinds in _KINDS.items()},
        "changes": {contract: changes_document(one) for contract, one in room.changed.items()},
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
