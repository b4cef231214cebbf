"""The end of a run: what is pending, what this run is the one to report, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archiver.chatwork.models import Room
from archiver.chatwork.ratelimit import Budget
from archiver.records import RoomId
from archiver.store import quests, work
from archiver.store.archive import Writing
from archiver.store.clock import moment, stamp
from archiver.store.queries import files as file_queries
from archiver.store.queries import known
from archiver.store.queries.looked import FAILED
from archiver.sync import coverage, failing, plan, sweeps, troubles
from archiver.sync.beginning import Held
from archiver.sync.download import clear_incoming
from archiver.sync.pull.desk import Desk
from archiver.sync.report import Outcome, SyncReport

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
    desk: Desk,
    report: SyncReport,
    *,
    held: Held,
    shown: Mapping[int, Room],
    most: int,
    before: Counters,
    unread: tuple[int | None, int | None],
    settings: str,
) -> SyncReport:
    """Complete the report and write the run down.

    `held` is what the archive itself said before, `shown` the rooms that Chatwork listed; `most` is the size in bytes
    up to which files are fetched.
    """
    transport = desk.client.transport
    report.finished_at = desk.now()
    report.requests = transport.requests - before.requests
    offset = transport.clock_offset
    report.clock_offset_ms = None if offset is None else round(offset.total_seconds() * 1000)
    report.unread_dropped = None not in unread and int(unread[1] or 0) < int(unread[0] or 0)
    contracted = held.contracted
    whole = _is_whole(desk, report, contracted, most)
    report.complete = whole and not desk.troubles
    with desk.archive.writing() as writing:
        _remember_failures(writing, report, held, at=report.finished_at)
        _remember(desk, writing, report, every_room={room.room_id for room in report.rooms} >= set(contracted))
        keep_others(writing, transport.tally.others, at=report.finished_at)
        sweeps.write(
            writing,
            report,
            at=report.finished_at,
            unread=unread,
            settings=settings,
            unparsed=transport.unparsed - before.unparsed,
            not_read=_not_read(writing, held.contracted, shown, since=report.started_at),
        )
    return report


def _not_read(
    writing: Writing, contracted: Sequence[RoomId], shown: Mapping[int, Room], *, since: datetime
) -> list[RoomId]:
    """The rooms of which this run cannot tell that it knows their last message: neither read nor seen unmoved."""
    visits, begun = work.visits(writing), moment(stamp(since))

    def is_known(room: RoomId) -> bool:
        visit = visits.get((room, plan.MESSAGES))
        if room not in shown or visit is None:
            return False
        return visit.at >= begun or visit.counters == plan.counters(shown[room])

    return [room for room in contracted if not is_known(room)]


def keep_budget(writing: Writing, budget: Budget) -> None:
    """Leave to the next run how many calls this one has left."""
    if budget.reset is not None:
        told = {"limit": budget.limit, "remaining": budget.remaining, "reset": stamp(budget.reset)}
        work.remember(writing, "budget", told)


def keep_others(writing: Writing, calls: int, *, at: datetime) -> None:
    """Leave word that others called, if that was more than our own commands do."""
    if calls > BY_HAND:
        work.remember(writing, OTHERS, {"at": stamp(at), "calls": calls})


def is_wrong(offset_ms: int) -> bool:
    """Whether this machine's clock is so far off that it must be said."""
    return abs(offset_ms) > WRONG_CLOCK_MS


def _is_whole(desk: Desk, report: SyncReport, contracted: Sequence[RoomId], most: int) -> bool:
    """Whether everything that should be held is; counts pending files on the way."""
    reports = {room.room_id: room for room in report.rooms}
    with desk.archive.reading() as reading:
        shut = known.inaccessible(reading)
        everything = file_queries.wanted(reading, None, most=most)
        lost = sum(one.lost for room, one in file_queries.counts(reading).items() if room in contracted)
        waiting = quests.waiting(reading, contracted)
        reasons = known.open_reasons(reading, contracted)
    clear_incoming(desk.archive.home, everything)
    pending = [file for file in everything if file.room_id in contracted]
    for file in pending:
        if file.room_id in reports:
            reports[file.room_id].files_pending += 1
            if file.attempts and file.room_id not in shut:
                desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
    failed = any(room.outcome in (Outcome.FAILED, Outcome.INACCESSIBLE) for room in report.rooms)
    holes = any(reason in coverage.LOSSES for reason in reasons)
    return not (pending or waiting or lost or holes or failed or shut & set(contracted))


def _remember_failures(writing: Writing, report: SyncReport, held: Held, *, at: datetime) -> None:
    """Leave to the next run which rooms could not be read."""
    found = failing.after(held.failures, report.rooms, contracted=held.contracted, at=at)
    if found != held.failures:
        work.remember(writing, FAILED, failing.document(found) or None)


def _remember(desk: Desk, writing: Writing, report: SyncReport, *, every_room: bool) -> None:
    """Decide what to report now, and leave to the next run what it needs to know."""
    budget, at = desk.client.transport.budget, desk.now()
    cleared = desk.cleared | {"event/", "token"} | (set() if report.left_over else {"left-over"})
    verdict = troubles.judge(desk.troubles, cleared=cleared, remembered=work.recall(writing, "troubles", {}), now=at)
    report.reported = verdict.report
    work.remember(writing, "troubles", verdict.remember)
    last = {"at": stamp(at), "complete": report.complete, "every_room": every_room}
    work.remember(writing, "last_sync", last)
    keep_budget(writing, budget)
    if report.clock_offset_ms is not None:
        work.remember(writing, CLOCK, report.clock_offset_ms)
    if report.unread_dropped:
        work.remember(writing, UNREAD_DROPPED, stamp(at))
