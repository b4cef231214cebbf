"""`sweep` entries: one for each run with news or trouble, idle runs collected into one an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries import current_state
from archiver.store.time_text import from_text, to_text
from archiver.store.working import remembered_values
from archiver.sync.report import SyncReport

HOUR = timedelta(hours=1)
"""Idle runs of so long a time are one record, and so are only runs that are no further apart."""


def write_run(
    writing: Writing,
    report: SyncReport,
    *,
    at: datetime,
    unread: tuple[int | None, int | None],
    settings: str,
    unparsed: int,
) -> None:
    """Record a run with news or trouble at once; collect an idle one for its hour.

    It says nothing of a room: when a room was looked at follows from the readings of its list.
    """
    sweep = {
        "from": to_text(report.started_at),
        "to": to_text(at),
        "runs": 1,
        "requests": report.requests,
        "totals": _totals(report),
        "clock_offset_ms": report.clock_offset_ms,
        "undated": report.undated,
        "unread_before": unread[0],
        "unread_after": unread[1],
        "settings": settings,
        "unparsed": unparsed,
    }
    idle = not report.news and not report.reported
    if idle:
        _collect_idle(writing, sweep, report.account_id, at)
    else:
        append_idle_runs(writing, report.account_id, at)
        _append_sweep(writing, sweep, report.account_id, at)


def flush_idle_runs(archive: Archive, *, at: datetime) -> None:
    """Record the idle runs collected so far, in a transaction of its own. Raises NoArchive."""
    with archive.writing() as writing:
        append_idle_runs(writing, (current_state.owner(writing) or {}).get("account_id"), at)


def append_idle_runs(writing: Writing, account_id: int | None, at: datetime) -> None:
    """Record the idle runs collected so far, so that nothing is sealed without them."""
    waiting = remembered_values.IDLE_RUNS.recall(writing)
    if waiting is not None:
        _append_sweep(writing, waiting, account_id, at)
        remembered_values.IDLE_RUNS.remember(writing, None)


def _collect_idle(writing: Writing, sweep: dict[str, Any], account_id: int, at: datetime) -> None:
    waiting = remembered_values.IDLE_RUNS.recall(writing)
    if waiting is not None and not _can_merge(waiting, sweep):
        append_idle_runs(writing, account_id, at)
        waiting = None
    if waiting is not None:
        sweep = sweep | {
            "from": waiting["from"],
            "runs": waiting["runs"] + 1,
            "requests": waiting["requests"] + sweep["requests"],
            "unparsed": waiting["unparsed"] + sweep["unparsed"],
            "undated": waiting["undated"] + sweep["undated"],
            "clock_offset_ms": _larger(waiting["clock_offset_ms"], sweep["clock_offset_ms"]),
            "totals": {name: number + waiting["totals"].get(name, 0) for name, number in sweep["totals"].items()},
            "unread_before": waiting["unread_before"],
        }
    if at - from_text(sweep["from"]) >= HOUR:
        _append_sweep(writing, sweep, account_id, at)
        remembered_values.IDLE_RUNS.remember(writing, None)
    else:
        remembered_values.IDLE_RUNS.remember(writing, sweep)


def _can_merge(waiting: dict[str, Any], sweep: dict[str, Any]) -> bool:
    """Whether one record of both runs would span no long time without a run."""
    return from_text(sweep["from"]) - from_text(waiting["to"]) <= HOUR


def _larger(before: int | None, now: int | None) -> int | None:
    """The larger of two offsets, so that the hour's record tells of a clock that was wrong in one of its runs."""
    return max((one for one in (before, now) if one is not None), key=abs, default=None)


def _append_sweep(writing: Writing, sweep: dict[str, Any], account_id: int | None, at: datetime) -> None:
    observation = Observation("sweep", f"sweep/{writer.SELF}", sweep)
    writer.append(writing, [observation], account_id=account_id, at=at)


def _totals(report: SyncReport) -> dict[str, int]:
    fields = ("new", "edited", "deleted", "missing", "files_new", "files_saved", "files_lost", "tasks_new")
    more = ("tasks_changed", "backfilled", "hidden_by_plan", "not_readable", "reread")
    totals = {name: sum(getattr(room, name) for room in report.rooms) for name in (*fields, *more)}
    return totals | {"gaps": sum(len(room.gaps) for room in report.rooms)}
