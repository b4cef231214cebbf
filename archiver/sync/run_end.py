"""The end of a run: what is pending, which troubles to report, and the record of the run."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import Any

from archiver.chatwork.models import Room
from archiver.chatwork.transport import Transport
from archiver.errors import BudgetSpent
from archiver.records import RoomId
from archiver.records.alerts import due_reminders
from archiver.store import seals
from archiver.store.archive import Writing
from archiver.store.queries import current_state, room_holdings
from archiver.store.queries.looks_and_gaps import truncated_lists
from archiver.store.queries.room_holdings import has_losses
from archiver.store.time_text import CLOCK_TOLERANCE, from_text, to_text
from archiver.store.working import remembered_values, single_reads
from archiver.sync import changes, plan, run_start
from archiver.sync.download import clear_incoming
from archiver.sync.plan import KINDS, has_moved, reading_intervals
from archiver.sync.pull.context import PullContext, write_steady_visits
from archiver.sync.report import COUNTS, RoomOutcome, SyncReport
from archiver.sync.run_start import RunInputs, RunStart


def find_overdue(
    rooms: Iterable[int],
    listed_rooms: Mapping[int, Room],
    visits: Mapping[tuple[int, str], remembered_values.Visit],
    *,
    visited: AbstractSet[tuple[int, str]],
    started_at: datetime,
    full_every: timedelta,
) -> dict[int, frozenset[str]]:
    """The kinds of reading that a run which began at `started_at` leaves overdue, by room; all of an unlisted room.

    `visited` is what the run has read: the time of a visit does not show it, as the clock may have been set back.
    """
    every = reading_intervals(full_every)

    def is_overdue(number: int, kind: str) -> bool:
        room, visit = listed_rooms.get(number), visits.get((number, kind))
        if (number, kind) in visited or room is None or visit is None:
            return (number, kind) not in visited
        return has_moved(kind, visit.counters, room) or started_at - visit.at >= 2 * every[kind]

    kinds_by_room = {number: frozenset(kind for kind in KINDS if is_overdue(number, kind)) for number in rooms}
    return {number: kinds for number, kinds in kinds_by_room.items() if kinds}


def remember_run(writing: Writing, report: SyncReport, inputs: RunInputs, checked: Collection[RoomId]) -> None:
    """Remember the results of a run at its end; `checked` are the rooms whose last message is known."""
    at = report.finished_at or report.started_at
    inaccessible = current_state.inaccessible_rooms(writing)
    failures = run_start.failures_after(inputs.failures, report.rooms, contracted=inputs.contracted, at=at)
    if failures != inputs.failures:
        remembered_values.FAILED_ROOMS.remember(writing, failures or None)
    _remember_names(writing, report)
    if report.has_room_list:
        remembered_values.LAST_ROOM_LIST.remember(writing, remembered_values.LastRoomList(at, frozenset(checked)))
        remembered_values.LAST_FAULT.remember(writing, None)
    elif remembered_values.standing_error(writing) is None:  # a run without that list was not let in
        fault = remembered_values.RoundFault(BudgetSpent.__name__, remembered_values.last_saved_at(writing))
        remembered_values.LAST_FAULT.remember(writing, fault)
    contracted = set(inputs.contracted)
    # A run that checked no room has saved nothing.
    if report.has_room_list and (checked or inaccessible >= contracted > set()):
        every_room = {room.room_id for room in report.rooms} >= contracted
        every_list = every_room and all(room.has_read_list for room in report.rooms)
        last_sync = remembered_values.LastSync(at, report.complete, every_room, every_list)
        remembered_values.LAST_SYNC.remember(writing, last_sync)


def _remember_names(writing: Writing, report: SyncReport) -> None:
    """Remember the names of listed rooms that were not read yet: until then nothing else has them."""
    names_read, before = current_state.room_names(writing), remembered_values.LISTED_NAMES.recall(writing)
    named = {int(room.room_id): room.name for room in report.rooms if room.name}
    unread_names = {room: name for room, name in {**before, **named}.items() if not names_read.get(room)}
    if unread_names != before:
        remembered_values.LISTED_NAMES.remember(writing, unread_names or None)


TOGETHER = timedelta(hours=1)
"""Idle runs that are no further apart are one record."""


def _write_run(
    writing: Writing, context: PullContext, report: SyncReport, settings: str, unread: tuple[int | None, int | None]
) -> None:
    """Record a run with news or trouble at once; collect an idle one with those before it.

    It says nothing of a room: when a room was looked at follows from the readings of its list. What did not happen is
    left out, as most of a year's records are of days without news.
    """
    at, transport = report.finished_at or report.started_at, context.client.transport
    counted = {"undated": report.undated, "unparsed": transport.unparsed, "totals": _totals(report)}
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
    waiting = None if report.news or report.reported else remembered_values.IDLE_RUNS.recall(writing)
    if waiting is None or not _can_merge(waiting, sweep):
        seals.append_idle_runs(writing, at=at)
        waiting = None
    if report.news or report.reported:
        seals.append_sweep(writing, sweep, account_id=report.account_id, at=at)
    else:
        remembered_values.IDLE_RUNS.remember(writing, sweep if waiting is None else _merged(waiting, sweep))


def _merged(waiting: dict[str, Any], sweep: dict[str, Any]) -> dict[str, Any]:
    """One record of two idle runs: what either counts, added up, and how far a clock was off at most."""
    counts: dict[str, Any] = {
        name: waiting.get(name, 0) + sweep.get(name, 0) for name in ("runs", "requests", "undated", "unparsed")
    }
    counts["totals"] = dict(Counter(waiting.get("totals", {})) + Counter(sweep.get("totals", {})))
    offset, doubtful = (_larger(waiting.get(name), sweep.get(name)) for name in ("clock_offset_ms", "doubtful_ms"))
    found = {name: value for name, value in (counts | {"doubtful_ms": doubtful}).items() if value}
    return sweep | {name: waiting[name] for name in ("from", "unread_before")} | {"clock_offset_ms": offset} | found


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
    totals = {name: sum(getattr(room, name) for room in report.rooms) for name in COUNTS}
    totals["gaps"] = sum(len(room.gaps) for room in report.rooms)
    return {name: number for name, number in totals.items() if number}


OWN_CALLS_AT_MOST = 10
"""Up to so many calls of others in one run are ignored: our own commands make some meanwhile."""


def finish_run(
    context: PullContext,
    report: SyncReport,
    start: RunStart,
    *,
    listed_rooms: Mapping[int, Room],
    unread: tuple[int | None, int | None],
) -> SyncReport:
    """Complete the report and record the run.

    `listed_rooms` are the rooms that Chatwork lists (none if it was not asked), `unread` the account's unread messages
    before and after.
    """
    transport, inputs, options = context.client.transport, start.inputs, start.options
    at = _close_report(context, report)
    report.is_undecided = transport.dates.undecided is not None
    report.unread_dropped = None not in unread and int(unread[1] or 0) < int(unread[0] or 0)
    with context.archive.reading() as reading:
        inaccessible, last_visits = current_state.inaccessible_rooms(reading), remembered_values.last_visits(reading)
    rooms = [room for room in inputs.contracted if room not in inaccessible]  # also those not asked for in this run
    begun, every = report.started_at, options.full_every
    overdue = find_overdue(
        rooms, listed_rooms, last_visits, visited=context.visited, started_at=begun, full_every=every
    )
    _report_unread(report, context.visited, host_fails=transport.host_fails)
    whole = _is_whole(context, report, inputs.contracted, options.limits.size_limit)
    report.complete = whole and not context.troubles and not overdue
    report.has_rest |= bool(overdue) or any(not trouble.startswith(("event/", "file/")) for trouble in context.troubles)
    report.troubles = tuple(sorted(context.troubles))
    with context.archive.writing() as writing:
        write_steady_visits(context, writing)
        # Of the others the last message is not known.
        remember_run(writing, report, inputs, [one for one in rooms if plan.MESSAGES not in overdue.get(one, ())])
        _remember_troubles(context, writing, report)
        if transport.tally.others > OWN_CALLS_AT_MOST:
            remembered_values.OTHER_CALLS.remember(writing, at)
        _write_run(writing, context, report, options.settings, unread)
    return report


def record_run(context: PullContext, report: SyncReport, settings: str) -> None:
    """Record a run of single messages, which read no list, and the remaining calls."""
    _close_report(context, report)
    report.complete = not context.troubles
    with context.archive.writing() as writing:
        _write_run(writing, context, report, settings, (None, None))
        keep_budget(writing, context.client.transport)
        keep_window_requests(writing, context.client.transport, requests=report.requests, looks=0)


def _close_report(context: PullContext, report: SyncReport) -> datetime:
    """Add when the run ended, what it asked for, and what its replies told of the time; returns the end."""
    transport, dates = context.client.transport, context.client.transport.dates
    at = report.finished_at = max(context.now(), report.started_at)  # the clock may have been corrected since
    report.requests = transport.requests
    report.undated, report.doubtful = dates.undated, dates.doubtful or dates.undecided
    report.clock_offset_ms = dates.largest_offset_ms
    return at


def keep_budget(writing: Writing, transport: Transport) -> None:
    """Remember for the next run how many calls this one has left, and until when by Chatwork's clock."""
    budget, end = transport.budget, transport.window_end
    if end is not None:
        remembered_values.BUDGET.remember(writing, remembered_values.CallBudget(budget.limit, budget.remaining, end))


def keep_token_mark(writing: Writing, transport: Transport) -> None:
    """Remember by what the token of this run is recognised, so that no package shows it where it was pasted."""
    marks = remembered_values.TOKEN_MARKS.recall(writing) or remembered_values.TokenMarks(secrets.token_hex(16))
    digest = transport.token_digest(marks.digest)
    if digest and digest not in marks.digests:
        remembered_values.TOKEN_MARKS.remember(
            writing, remembered_values.TokenMarks(marks.salt, (*marks.digests, digest))
        )


def keep_window_requests(writing: Writing, transport: Transport, *, requests: int, looks: int) -> None:
    """Remember our calls in the present window of the allowance, so that all our processes share one count.

    `looks` are those of the share for looking for changes.
    If the window changed during the run, all of the run's calls count in the new one: too many rather than too few.
    """
    reset = transport.window_end
    if reset is not None:
        remembered = remembered_values.WINDOW_REQUESTS.recall(writing)
        run = remembered_values.WindowRequests(reset, requests, looks)
        remembered_values.WINDOW_REQUESTS.remember(writing, plan.window_requests(remembered, reset, run))


def _is_whole(context: PullContext, report: SyncReport, contracted: Sequence[RoomId], limit: int) -> bool:
    """Whether everything that should be saved is; also counts the pending files."""
    reports = {room.room_id: room for room in report.rooms}
    with context.archive.reading() as reading:
        inaccessible = current_state.inaccessible_rooms(reading)
        everything = room_holdings.wanted_files(reading, None, size_limit=limit)
        lost = sum(counts.lost for room, counts in room_holdings.file_counts(reading).items() if room in contracted)
        waiting = single_reads.count_waiting(reading, contracted)
        reasons = current_state.open_reasons(reading, contracted)
        truncated = truncated_lists(reading, contracted)
        report.has_losses = has_losses(reading, contracted)
    clear_incoming(context.archive.home, everything)
    pending = [file for file in everything if file.room_id in contracted]
    for file in pending:
        if file.room_id in reports:
            reports[file.room_id].files_pending += 1
            if file.attempts and file.room_id not in inaccessible:
                context.troubles.add(f"file/{file.room_id}/{file.file_id}")
    has_gaps = any(reason in changes.LOSSES for reason in reasons)
    failed = any(room.outcome in (RoomOutcome.FAILED, RoomOutcome.INACCESSIBLE) for room in report.rooms)
    is_failed = failed or has_gaps or inaccessible & set(contracted)
    report.has_rest = bool(pending or waiting or truncated)
    return not (report.has_rest or lost or is_failed)


def _report_unread(report: SyncReport, visited: AbstractSet[tuple[int, str]], *, host_fails: bool) -> None:
    """Mark rooms whose lists the run did not read, so that they are not reported as unchanged."""
    early = _("not read in this save, which ended too early")
    reason = _("not read in this save, as Chatwork gave no proper answer") if host_fails else early
    for room in report.rooms:
        if room.is_unreached and (room.room_id, plan.MESSAGES) not in visited:
            room.outcome, room.error = RoomOutcome.FAILED, reason
        elif room.left_over and room.error is None:
            room.error = _("not all of it was read in this save")
        if room.outcome is RoomOutcome.UNCHANGED and not room.has_read_list:
            room.outcome = RoomOutcome.WAITING


def _remember_troubles(context: PullContext, writing: Writing, report: SyncReport) -> None:
    """Decide which troubles to report now, and remember what the next run needs."""
    at = context.now()
    cleared = context.cleared_prefixes | {"event/", "token"} | (set() if report.left_over else {"left-over"})
    known = remembered_values.TROUBLES.recall(writing)
    reminders = due_reminders(context.troubles, known, now=at, in_order=cleared)
    report.reported = reminders.say
    remembered_values.TROUBLES.remember(writing, reminders.known)
    keep_budget(writing, context.client.transport)
    keep_token_mark(writing, context.client.transport)
    keep_window_requests(writing, context.client.transport, requests=report.requests, looks=context.looks)
    hours = None if report.doubtful is None else round(report.doubtful / timedelta(hours=1), 1)
    remembered_values.DOUBTFUL_TIME.remember(writing, hours)
    if report.clock_offset_ms is not None and not report.is_undecided:
        remembered_values.CLOCK_OFFSET.remember(writing, report.clock_offset_ms)
    if report.unread_dropped:
        remembered_values.UNREAD_DROPPED.remember(writing, at)
