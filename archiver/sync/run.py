"""One sync: whose token, which rooms moved, then every step of the plan; one failing room never stops the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver import errors
from archiver.chatwork.client import Client, Single
from archiver.chatwork.models import Me, Room
from archiver.chatwork.ratelimit import Budget
from archiver.records import AccountId, Observation, RoomId
from archiver.store import work, writer
from archiver.store.archive import Archive
from archiver.store.clock import moment, stamp
from archiver.store.queries import contracts, known
from archiver.store.queries import files as file_queries
from archiver.store.queries.files import Wanted
from archiver.sync import plan, sweeps, troubles
from archiver.sync.download import Downloads, Limits, clear_incoming
from archiver.sync.pull.desk import Desk
from archiver.sync.pull.files import files
from archiver.sync.pull.messages import messages
from archiver.sync.pull.people import people
from archiver.sync.report import Outcome, RoomReport, SyncReport
from archiver.sync.transfer import Session, prepared

MOST_FAILURES = 2
"""Rooms in a row that fail for good before the round ends with what it has."""

PULLS: dict[str, Callable[[Desk, Room, RoomReport], None]] = {
    plan.MESSAGES: messages,
    plan.FILES: files,
    plan.PEOPLE: people,
}
"""What each kind of step does."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller wants of this run."""

    rooms: frozenset[int] | None = None
    """Only these contracted rooms; None = all."""
    full: bool = False
    """Read everything now and retry every pending file now."""
    max_seconds: float | None = None
    full_every: timedelta = timedelta(hours=6)
    limits: Limits = field(default_factory=Limits)
    settings: str = ""
    """Digest of the settings that matter, for the record."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How a run tells what it is doing; the defaults say nothing."""

    step: Callable[[plan.Step, str], None] = lambda _step, _name: None
    file: Callable[[Wanted, int], None] = lambda _file, _have: None


def run(
    archive: Archive,
    client: Client,
    downloads: Session,
    *,
    now: Callable[[], datetime],
    options: Options = Options(),
    talk: Talk = Talk(),
) -> SyncReport:
    """Bring the archive up to what Chatwork shows now.

    Raises NoContract, UnknownRoom, TokenRefused, WrongAccount (nothing written), and Unreachable, NotUnderstood,
    Refused or BudgetSpent if not even the list of rooms could be had. What goes wrong later is in the report.
    """
    return _Run(archive, client, downloads, now, options, talk).go()


def dry_run(
    archive: Archive, client: Client, *, now: Callable[[], datetime], options: Options = Options()
) -> list[tuple[plan.Step, str]]:
    """What a run would read now, with the rooms' names; two requests, nothing written. Raises as `run`."""
    one = _Run(archive, client, Session(), now, options, Talk())
    one.begin(write=False)
    steps = one.steps([room for room in one.shown.values() if room.room_id in one.wanted])
    return [(step, one.shown[step.room_id].name) for step in steps]


class _Run:
    """The state of one run."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        downloads: Session,
        now: Callable[[], datetime],
        options: Options,
        talk: Talk,
    ) -> None:
        self.archive, self.client, self.over, self.now = archive, client, prepared(downloads), now
        self.options, self.talk = options, talk
        self.started = now()
        self.until = None if options.max_seconds is None else time.monotonic() + options.max_seconds
        self.shown: dict[int, Room] = {}
        self.wanted: list[RoomId] = []
        self.reports: dict[int, RoomReport] = {}
        self.failures = 0
        self.stopped = False

    # --- the beginning: account, rooms, contracts ------------------------------------------------

    def begin(self, *, write: bool) -> None:
        """Check the account and read the counters of all rooms: the whole cost of a quiet run."""
        with self.archive.reading() as reading:
            held = contracts.contracts(reading)
            wanted = contracts.rooms_to_read(reading, self.started)
            owner = known.owner(reading)
            names = known.names(reading)
            budget = work.recall(reading, "budget")
        if not held:
            raise errors.NoContract
        for room in sorted(self.options.rooms or ()):
            if room not in wanted:
                raise errors.UnknownRoom(room=room)
        self.wanted = [room for room in wanted if self.options.rooms is None or room in self.options.rooms]
        transport = self.client.transport
        if self.options.max_seconds is not None:
            transport.deadline = self.started + timedelta(seconds=self.options.max_seconds)
        if budget is not None:
            transport.budget = Budget(budget["limit"], budget["remaining"], moment(budget["reset"]))
        me = self.client.me()
        check_account(me.model.account_id, owner, self.archive)
        self.desk = Desk(self.archive, self.client, self.now, me.model.account_id)
        self.shown = {one.model.room_id: one.model for one in self.client.rooms().items}
        if write:
            self._keep_me(me, owner)
        for room in self.wanted:
            name = self.shown[room].name if room in self.shown else names.get(room, "")
            self.reports[room] = RoomReport(room, name)
        self.report = SyncReport(me.model.account_id, self.started, rooms=list(self.reports.values()))

    def _keep_me(self, me: Single[Me], owner: dict[str, object] | None) -> None:
        told = owner_payload(me.model)
        if told != owner:
            with self.archive.writing() as writing:
                seen = Observation("me", "me", told, None, me.reply.digest)
                writer.append(writing, [seen], account_id=me.model.account_id, at=me.reply.received_at)

    # --- the whole run -------------------------------------------------------------------------

    def go(self) -> SyncReport:
        """Every step in order; then the record of the run."""
        self.begin(write=True)
        before = self._unread(self.shown.values())
        try:
            rooms = self._accessible()
            steps = self.steps(rooms)
            lists = [step for step in steps if step.kind != plan.PEOPLE]
            self._walk(lists)
            fetcher = self._downloads()
            self._fetch(fetcher.small)
            self._walk([step for step in steps if step.kind == plan.PEOPLE])
            self._fetch(fetcher.large)
        except errors.BudgetSpent:
            self._leave_over()
        after = self._unread_after()
        self._finish(before, after)
        return self.report

    def steps(self, rooms: list[Room]) -> list[plan.Step]:
        """What is to be read in these rooms."""
        with self.archive.reading() as reading:
            visits = work.visits(reading)
        return plan.steps(rooms, visits, now=self.started, full_every=self.options.full_every, full=self.options.full)

    def _is_over(self) -> bool:
        return self.stopped or self._late()

    def _late(self) -> bool:
        return self.until is not None and time.monotonic() >= self.until

    def _leave_over(self) -> None:
        self.report.left_over = True
        self.desk.troubles.add("left-over")

    # --- rooms that came or went ---------------------------------------------------------------

    def _accessible(self) -> list[Room]:
        """The contracted rooms that can be read now; one that is absent from the list is asked for once."""
        with self.archive.reading() as reading:
            shut = known.inaccessible(reading)
        found: list[Room] = []
        for room in self.wanted:
            if room in self.shown:
                if room in shut:
                    self._opened(room)
                found.append(self.shown[room])
            elif room in shut:
                self.reports[room].outcome = Outcome.INACCESSIBLE
            else:
                single = self._ask_for(room)
                if single is not None:
                    self.shown[room] = single  # not listed, and yet it can be read
                    found.append(single)
        return found

    def _ask_for(self, room: RoomId) -> Room | None:
        try:
            return self.client.room(room).model
        except errors.NotVisible as unseen:
            self._shut(room, unseen)
        except errors.BudgetSpent:
            raise
        except errors.ChatworkError as fault:
            self._failed(room, plan.MESSAGES, fault)
        return None

    def _shut(self, room: int, unseen: errors.NotVisible) -> None:
        """The room cannot be opened any more: left, removed and deleted look alike (chatwork-api §5)."""
        report = self.reports[room]
        told = {"status": unseen.status}
        seen = Observation("room.inaccessible", f"room/{room}", told, room, unseen.reply.digest)
        with self.archive.writing() as writing:
            writer.keep_reply(writing, unseen.reply, room_id=room)
            writer.append(writing, [seen], account_id=self.desk.account_id, at=unseen.reply.received_at)
        report.outcome, report.news, report.disappeared = Outcome.INACCESSIBLE, True, True
        self.desk.troubles.add(f"event/{room}/inaccessible")

    def _opened(self, room: int) -> None:
        """The room is listed again: everything in it is read anew."""
        seen = Observation("room.accessible", f"room/{room}", {}, room)
        with self.archive.writing() as writing:
            writer.append(writing, [seen], account_id=self.desk.account_id, at=self.now())
            for kind in plan.KINDS:
                work.put_visit(writing, room, kind, at=self.started, counters="")
        self.reports[room].news = True
        self.reports[room].outcome = Outcome.ARCHIVED

    # --- steps -----------------------------------------------------------------------------------

    def _walk(self, steps: list[plan.Step]) -> None:
        for step in steps:
            if self.stopped or self._late():
                if step.overdue:
                    self._leave_over()
                continue
            if self.reports[step.room_id].outcome in (Outcome.FAILED, Outcome.INACCESSIBLE):
                continue
            self._take(step)

    def _take(self, step: plan.Step) -> None:
        report, room = self.reports[step.room_id], self.shown[step.room_id]
        self.talk.step(step, report.name)
        try:
            PULLS[step.kind](self.desk, room, report)
        except (errors.TokenRefused, errors.BudgetSpent, errors.StorageError):
            raise
        except errors.NotVisible as unseen:
            self._not_visible(step, unseen)
        except errors.ChatworkError as fault:
            self._failed(step.room_id, step.kind, fault)
        else:
            self.failures = 0
            self.desk.cleared.add(f"room/{step.room_id}/{step.kind}/")
            self.desk.troubles |= {f"event/{step.room_id}/gap" for gap in report.gaps if gap["after"] is not None}

    def _not_visible(self, step: plan.Step, unseen: errors.NotVisible) -> None:
        """A part of a listed room was refused: is it the room that went?"""
        try:
            self.client.room(RoomId(step.room_id))
        except errors.NotVisible as gone:
            self._shut(step.room_id, gone)
        except errors.BudgetSpent:
            raise
        except errors.ChatworkError as fault:
            self._failed(step.room_id, step.kind, fault)
        else:
            self._failed(step.room_id, step.kind, unseen)

    def _failed(self, room: int, kind: str, fault: errors.ChatworkError) -> None:
        report = self.reports[room]
        report.outcome, report.error = Outcome.FAILED, str(fault)
        self.desk.troubles.add(f"room/{room}/{kind}/failed")
        self.failures += 1
        if self.failures >= MOST_FAILURES:
            self.stopped = True
            self._leave_over()

    # --- files -----------------------------------------------------------------------------------

    def _downloads(self) -> Downloads:
        return Downloads(self.desk, self.over, self.options.limits, self.reports, self._is_over, self.talk.file)

    def _fetch(self, take: Callable[[list[Wanted]], None]) -> None:
        wanted = [one for one in self._pending() if self.options.full or file_queries.is_due(one, self.started)]
        try:
            take(wanted)
        except errors.Unreachable:
            # The API itself is away: the other files would fare no better now.
            self.stopped = True
            self._leave_over()

    def _pending(self) -> list[Wanted]:
        with self.archive.reading() as reading:
            return file_queries.wanted(reading, set(self.wanted), most=self.options.limits.most)

    # --- the end ---------------------------------------------------------------------------------

    def _unread(self, rooms: Iterable[Room]) -> int:
        return sum(room.unread_num for room in rooms if room.room_id in self.reports)

    def _unread_after(self) -> int | None:
        """The own unread counters once more, if anything was read: does reading change them?"""
        if self.client.transport.requests <= 2 or self.stopped or self._late():
            return None
        try:
            return self._unread([one.model for one in self.client.rooms().items])
        except errors.ChatworkError:
            return None

    def _finish(self, before: int, after: int | None) -> None:
        """Count what is pending, decide what this run reports, and write the run down."""
        report, transport = self.report, self.client.transport
        pending = self._pending()
        clear_incoming(self.archive.home, pending)
        for file in pending:
            self.reports[file.room_id].files_pending += 1
            if file.attempts:
                self.desk.troubles.add(f"file/{file.room_id}/{file.file_id}")
        if not report.left_over:
            self.desk.cleared.add("left-over")
        self.desk.cleared.add("event/")
        report.finished_at = self.now()
        report.requests = transport.requests
        offset = transport.clock_offset
        report.clock_offset_ms = None if offset is None else round(offset.total_seconds() * 1000)
        report.unread_dropped = after is not None and after < before
        with self.archive.reading() as reading:
            lost = sum(one.lost for room, one in file_queries.counts(reading).items() if room in self.reports)
            holes = [gap for room in self.wanted for gap in known.open_gaps(reading, room)]
        holes = [gap for gap in holes if gap.payload["reason"] == "window"]
        report.complete = not (self.desk.troubles or pending or lost or holes or self._frozen())
        self._remember(report)
        sweeps.write(
            self.archive,
            report,
            at=report.finished_at,
            unread=(before, after),
            settings=self.options.settings,
            unparsed=transport.unparsed,
        )

    def _frozen(self) -> bool:
        return any(room.outcome in (Outcome.FAILED, Outcome.INACCESSIBLE) for room in self.reports.values())

    def _remember(self, report: SyncReport) -> None:
        budget = self.client.transport.budget
        with self.archive.writing() as writing:
            verdict = troubles.judge(
                self.desk.troubles,
                cleared=self.desk.cleared,
                remembered=work.recall(writing, "troubles", {}),
                now=self.now(),
            )
            report.reported = verdict.report
            work.remember(writing, "troubles", verdict.remember)
            work.remember(writing, "last_sync", {"at": stamp(self.now()), "complete": report.complete})
            if budget.reset is not None:
                told = {"limit": budget.limit, "remaining": budget.remaining, "reset": stamp(budget.reset)}
                work.remember(writing, "budget", told)


def owner_payload(me: Me) -> dict[str, object]:
    """What is kept of `/me`: who the owner is and whose organisation it is, nothing else."""
    fields = ("account_id", "name", "chatwork_id", "organization_id", "organization_name")
    return {name: getattr(me, name) for name in fields}


def check_account(found: AccountId, owner: dict[str, object] | None, archive: Archive) -> None:
    """Refuse another account's token before anything is written. Raises WrongAccount."""
    if owner is not None and owner["account_id"] != found:
        raise errors.WrongAccount(found=found, expected=owner["account_id"], path=archive.home)
