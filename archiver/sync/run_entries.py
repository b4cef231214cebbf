"""`sweep` entries: one for each run with news or trouble, idle runs collected into one an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from archiver.records import Observation, RoomId
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries import current_state
from archiver.store.queries.runs import PAUSE
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory
from archiver.sync.report import SyncReport

IDLE = "idle"
HOUR = timedelta(hours=1)


def write(
    writing: Writing,
    report: SyncReport,
    *,
    at: datetime,
    unread: tuple[int | None, int | None],
    settings: str,
    unparsed: int,
    not_read: Iterable[RoomId],
) -> None:
    """Write down a run with news or trouble at once; let an idle one wait for its hour.

    `not_read` are the rooms of all contracts of which the run cannot say whether anything new stands in them.
    """
    told = {
        "from": to_text(report.started_at),
        "to": to_text(at),
        "runs": 1,
        "requests": report.requests,
        "totals": _totals(report),
        "clock_offset_ms": report.clock_offset_ms,
        "unread_before": unread[0],
        "unread_after": unread[1],
        "settings": settings,
        "unparsed": unparsed,
        "not_read": sorted(not_read),
    }
    idle = not report.news and not report.reported
    if idle:
        _collect(writing, told, report.account_id, at)
    else:
        flush_idle(writing, report.account_id, at)
        _append(writing, told, report.account_id, at)


def flush(archive: Archive, *, at: datetime) -> None:
    """Write down the idle runs collected so far, in a transaction of its own. Raises NoArchive."""
    with archive.writing() as writing:
        flush_idle(writing, (current_state.owner(writing) or {}).get("account_id"), at)


def flush_idle(writing: Writing, account_id: int | None, at: datetime) -> None:
    """Write down the idle runs collected so far, so that nothing is sealed without them."""
    waiting = memory.recall(writing, IDLE)
    if waiting is not None:
        _append(writing, waiting, account_id, at)
        memory.remember(writing, IDLE, None)


def _collect(writing: Writing, told: dict[str, Any], account_id: int, at: datetime) -> None:
    waiting = memory.recall(writing, IDLE)
    if waiting is not None and not _belong_together(waiting, told):
        flush_idle(writing, account_id, at)
        waiting = None
    if waiting is not None:
        told = told | {
            "from": waiting["from"],
            "runs": waiting["runs"] + 1,
            "requests": waiting["requests"] + told["requests"],
            "unparsed": waiting["unparsed"] + told["unparsed"],
            "totals": {name: number + waiting["totals"].get(name, 0) for name, number in told["totals"].items()},
            "unread_before": waiting["unread_before"],
        }
    if at - from_text(told["from"]) >= HOUR:
        _append(writing, told, account_id, at)
        memory.remember(writing, IDLE, None)
    else:
        memory.remember(writing, IDLE, told)


def _belong_together(waiting: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether one record of both hides neither a pause between them nor a room that one of them did not read."""
    near = from_text(told["from"]) - from_text(waiting["to"]) <= PAUSE
    return near and waiting.get("not_read") == told["not_read"]


def _append(writing: Writing, told: dict[str, Any], account_id: int | None, at: datetime) -> None:
    seen = Observation("sweep", f"sweep/{writer.SELF}", told)
    writer.append(writing, [seen], account_id=account_id, at=at)


def _totals(report: SyncReport) -> dict[str, int]:
    fields = ("new", "edited", "deleted", "missing", "files_new", "files_saved", "files_lost", "tasks_new")
    more = ("tasks_changed", "backfilled", "hidden_by_plan", "not_readable", "reread")
    totals = {name: sum(getattr(room, name) for room in report.rooms) for name in (*fields, *more)}
    return totals | {"gaps": sum(len(room.gaps) for room in report.rooms)}
