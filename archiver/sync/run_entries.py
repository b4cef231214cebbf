"""`sweep` entries: one for each run with news or trouble; idle runs are collected until the next one or a seal."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from archiver.store import pending_records
from archiver.store.archive import Writing
from archiver.store.queries import current_state
from archiver.store.time_text import CLOCK_TOLERANCE, from_text, to_text
from archiver.store.working import remembered_values
from archiver.sync.report import SyncReport

TOGETHER = timedelta(hours=1)
"""Idle runs that are no further apart are one record."""


def write_run(
    writing: Writing,
    report: SyncReport,
    *,
    at: datetime,
    unread: tuple[int | None, int | None],
    settings: str,
    unparsed: int,
) -> None:
    """Record a run with news or trouble at once; collect an idle one with those before it.

    It says nothing of a room: when a room was looked at follows from the readings of its list. What did not happen is
    left out, as most of a year's records are of days without news.
    """
    counted = {"undated": report.undated, "unparsed": unparsed, "totals": _totals(report)}
    counted["doubtful_ms"] = round((report.doubtful or timedelta()) / timedelta(milliseconds=1))
    sweep = {
        "from": to_text(report.started_at),
        "to": to_text(at),
        "runs": 1,
        "requests": report.requests,
        "clock_offset_ms": report.clock_offset_ms,
        "unread_before": unread[0],
        "unread_after": unread[1],
        "settings": settings,
        "service": current_state.service_number(writing),
        **{name: value for name, value in counted.items() if value},
    }
    if not report.news and not report.reported:
        _collect_idle(writing, sweep, at)
    else:
        pending_records.append_idle_runs(writing, at=at)
        pending_records.append_sweep(writing, sweep, account_id=report.account_id, at=at)


def _collect_idle(writing: Writing, sweep: dict[str, Any], at: datetime) -> None:
    waiting = remembered_values.IDLE_RUNS.recall(writing)
    if waiting is not None and not _can_merge(waiting, sweep):
        pending_records.append_idle_runs(writing, at=at)
        waiting = None
    if waiting is not None:
        sweep = sweep | {
            "from": waiting["from"],
            "runs": waiting["runs"] + 1,
            "requests": waiting["requests"] + sweep["requests"],
            "clock_offset_ms": _larger(waiting["clock_offset_ms"], sweep["clock_offset_ms"]),
            "unread_before": waiting["unread_before"],
            **_counted_together(waiting, sweep),
            **_larger_doubt(waiting, sweep),
        }
    remembered_values.IDLE_RUNS.remember(writing, sweep)


def _counted_together(waiting: dict[str, Any], sweep: dict[str, Any]) -> dict[str, Any]:
    """What either record counts, added up."""
    counts = {name: waiting.get(name, 0) + sweep.get(name, 0) for name in ("undated", "unparsed")}
    totals = Counter(waiting.get("totals", {})) + Counter(sweep.get("totals", {}))
    return {name: value for name, value in (counts | {"totals": dict(totals)}).items() if value}


def _larger_doubt(waiting: dict[str, Any], sweep: dict[str, Any]) -> dict[str, Any]:
    """How far a doubtful `Date` was off at most; what is 0 is left out."""
    larger = _larger(waiting.get("doubtful_ms"), sweep.get("doubtful_ms"))
    return {} if larger is None else {"doubtful_ms": larger}


def _can_merge(waiting: dict[str, Any], sweep: dict[str, Any]) -> bool:
    """Whether one record of both runs hides no long time without a run, other settings or service, or a wrong clock."""
    near = from_text(sweep["from"]) - from_text(waiting["to"]) <= TOGETHER
    same = all(waiting.get(name) == sweep[name] for name in ("settings", "service"))
    return near and same and _clock_fault(waiting) == _clock_fault(sweep)


def _clock_fault(sweep: dict[str, Any]) -> str:
    """Which way this computer's clock was wrong in a run; empty if it was not, or could not be compared."""
    offset = timedelta(milliseconds=sweep["clock_offset_ms"] or 0)
    if abs(offset) <= CLOCK_TOLERANCE:
        return ""
    return "behind" if offset > timedelta() else "ahead"


def _larger(before: int | None, now: int | None) -> int | None:
    """The larger of two offsets, so that the record tells of a clock that was wrong in one of its runs."""
    return max((one for one in (before, now) if one is not None), key=abs, default=None)


def _totals(report: SyncReport) -> dict[str, int]:
    fields = ("new", "edited", "deleted", "missing", "files_new", "files_saved", "files_lost", "tasks_new")
    more = ("tasks_changed", "backfilled", "hidden_by_plan", "not_readable", "reread")
    totals = {name: sum(getattr(room, name) for room in report.rooms) for name in (*fields, *more)}
    totals["gaps"] = sum(len(room.gaps) for room in report.rooms)
    return {name: number for name, number in totals.items() if number}
