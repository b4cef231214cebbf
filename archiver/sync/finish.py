"""The end of a run: what is pending, what this run is the one to report, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _

from archiver.chatwork.models import Room
from archiver.chatwork.ratelimit import Budget
from archiver.records import RoomId
from archiver.store.archive import Writing
from archiver.store.queries import current_state, files
from archiver.store.queries.truncated_lists import cut as cut_lists
from archiver.store.timestamps import to_text
from archiver.store.working import backfill_queue, memory, visits
from archiver.sync import carry_over, coverage, plan, run_entries, trouble_reports
from archiver.sync.files.download import clear_incoming
from archiver.sync.overdue import Overdue, behind
from archiver.sync.preflight import RunInputs
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, SyncReport

CLOCK = "clock_offset_ms"
"""Remembered: the server's clock minus ours in the last run that knew it."""

UNREAD_DROPPED = "unread_dropped"
"""Remembered: when the own unread messages last became fewer during a run."""

OTHERS = "other_calls"
"""Remembered: when a run last saw that somebody else uses the account's calls, and how many in that run."""

BY_HAND = 10
"""So many calls of others in one run are none: our own commands, called meanwhile, make some."""

WRONG_CLOCK_MS = 60_000


@dataclass(frozen=True, slots=True)
class Counters:
    """How far the transport had counted before this run: it may serve many."""

    requests: int
    unparsed: int


def finish(
    desk: PullContext,
    report: SyncReport,
    *,
    held: RunInputs,
    shown: Mapping[int, Room],
    full_every: timedelta,
    most: int,
    before: Counters,
    unread: tuple[int | None, int | None],
    settings: str,
) -> SyncReport:
    """Complete the report and write the run down.

    `held` is what the archive itself said before, `shown` the rooms that Chatwork lists (none if it was not asked);
    `most` is the size in bytes up to which files are fetched.
    """
    transport = desk.client.transport
    report.finished_at = desk.now()
    report.requests = transport.requests - before.requests
    offset = transport.clock_offset
    report.clock_offset_ms = None if offset is None else round(offset.total_seconds() * 1000)
    report.unread_dropped = None not in unread and int(unread[1] or 0) < int(unread[0] or 0)
    left = _behind(desk, report, held, shown, full_every)
    _tell_left(report, desk.visited)
    whole = _is_whole(desk, report, held.contracted, most)
    report.complete = whole and not desk.troubles and not left.kinds
    report.troubles = tuple(sorted(desk.troubles))
    with desk.archive.writing() as writing:
        known_rooms = carry_over.looked_at(writing, held, left)
        carry_over.remember(writing, report, held, known_rooms)
        _remember(desk, writing, report)
        keep_others(writing, transport.tally.others, at=report.finished_at)
        run_entries.write(
            writing,
            report,
            at=report.finished_at,
            unread=unread,
            settings=settings,
            unparsed=transport.unparsed - before.unparsed,
            not_read=set(held.stated) - set(known_rooms),
        )
    return report


def keep_budget(writing: Writing, budget: Budget) -> None:
    """Leave to the next run how many calls this one has left."""
    if budget.reset is not None:
        told = {"limit": budget.limit, "remaining": budget.remaining, "reset": to_text(budget.reset)}
        memory.remember(writing, "budget", told)


def keep_others(writing: Writing, calls: int, *, at: datetime) -> None:
    """Leave word that others called, if that was more than our own commands do."""
    if calls > BY_HAND:
        memory.remember(writing, OTHERS, {"at": to_text(at), "calls": calls})


def is_wrong(offset_ms: int) -> bool:
    """Whether this machine's clock is so far off that it must be said."""
    return abs(offset_ms) > WRONG_CLOCK_MS


def _is_whole(desk: PullContext, report: SyncReport, contracted: Sequence[RoomId], most: int) -> bool:
    """Whether everything that should be held is; counts pending files on the way."""
    reports = {room.room_id: room for room in report.rooms}
    with desk.archive.reading() as reading:
        shut = current_state.inaccessible(reading)
        everything = files.wanted(reading, None, most=most)
        lost = sum(one.lost for room, one in files.counts(reading).items() if room in contracted)
        waiting = backfill_queue.waiting(reading, contracted)
        reasons = current_state.open_reasons(reading, contracted)
        cut = cut_lists(reading, contracted)
    clear_incoming(desk.archive.home, everything)
    pending = [file for file in everything if file.room_id in contracted]
    for file in pending:
        if file.room_id in reports:
            reports[file.room_id].files_pending += 1
            if file.attempts and file.room_id not in shut:
                desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
    failed = any(room.outcome in (RoomOutcome.FAILED, RoomOutcome.INACCESSIBLE) for room in report.rooms)
    holes = any(reason in coverage.LOSSES for reason in reasons)
    return not (pending or waiting or lost or holes or cut or failed or shut & set(contracted))


def _behind(
    desk: PullContext, report: SyncReport, held: RunInputs, shown: Mapping[int, Room], full_every: timedelta
) -> Overdue:
    """What is left unread in the rooms that can be opened, also in those that this run was not asked for."""
    with desk.archive.reading() as reading:
        shut, last_visits = current_state.inaccessible(reading), visits.last_visits(reading)
    rooms = [room for room in held.contracted if room not in shut]
    return behind(rooms, shown, last_visits, visited=desk.visited, begun=report.started_at, full_every=full_every)


def _tell_left(report: SyncReport, visited: AbstractSet[tuple[int, str]]) -> None:
    """A room that the run did not come to is not called unchanged."""
    for room in report.rooms:
        if room.is_unreached and (room.room_id, plan.MESSAGES) not in visited:
            room.outcome, room.error = RoomOutcome.FAILED, _("not read in this run, which ended before its turn")
        elif room.left and room.error is None:
            room.error = _("not all of it was read in this run")


def _remember(desk: PullContext, writing: Writing, report: SyncReport) -> None:
    """Decide what to report now, and leave to the next run what it needs to know."""
    budget, at = desk.client.transport.budget, desk.now()
    cleared = desk.cleared | {"event/", "token"} | (set() if report.left_over else {"left-over"})
    verdict = trouble_reports.judge(
        desk.troubles, cleared=cleared, remembered=memory.recall(writing, "troubles", {}), now=at
    )
    report.reported = verdict.report
    memory.remember(writing, "troubles", verdict.remember)
    keep_budget(writing, budget)
    if report.clock_offset_ms is not None:
        memory.remember(writing, CLOCK, report.clock_offset_ms)
    if report.unread_dropped:
        memory.remember(writing, UNREAD_DROPPED, to_text(at))
