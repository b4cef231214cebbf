"""One sync: whose token, which rooms moved, then every step of the plan; one failing room never stops the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from archiver import errors
from archiver.chatwork.client import Client, Single
from archiver.chatwork.models import Me, Room
from archiver.records import AccountId, RoomId
from archiver.store import work
from archiver.store.archive import Archive
from archiver.store.queries import files as file_queries
from archiver.store.queries import known
from archiver.store.queries.files import Wanted
from archiver.sync import access, ending, plan, transfer
from archiver.sync.backfill import Seeker
from archiver.sync.beginning import check_account, keep_owner, look_up, owner_payload
from archiver.sync.download import Downloads
from archiver.sync.options import EVERYTHING, SILENT, Options, Talk
from archiver.sync.pull.contacts import contacts
from archiver.sync.pull.desk import Desk
from archiver.sync.pull.files import files
from archiver.sync.pull.messages import messages
from archiver.sync.pull.people import people
from archiver.sync.report import Outcome, RoomReport, SyncReport
from archiver.sync.singly import singly
from archiver.sync.urgent import Lookout, Urgency

__all__ = ["Options", "Talk", "check_account", "dry_run", "owner_payload", "run"]

MOST_FAILURES = 2
"""Rooms in a row that fail for good before the round ends with what it has."""

PULLS: dict[str, Callable[[Desk, Room, RoomReport], None]] = {
    plan.MESSAGES: messages,
    plan.FILES: files,
    plan.PEOPLE: people,
}
"""What each kind of step does."""


def run(
    archive: Archive,
    client: Client,
    downloads: transfer.Session,
    *,
    now: Callable[[], datetime],
    options: Options = EVERYTHING,
    talk: Talk = SILENT,
) -> SyncReport:
    """Bring the archive up to what Chatwork shows now.

    Raises NoContract, UnknownRoom, TokenRefused (what was saved before it is kept), WrongAccount (nothing
    written), StorageError, and Unreachable, NotUnderstood or Refused if not even the list of rooms could be had;
    BudgetSpent only in an archive that was never synced. What goes wrong later is in the report.
    """
    return _Run(archive, client, transfer.harden(downloads), now, options, talk).go()


def dry_run(
    archive: Archive, client: Client, *, now: Callable[[], datetime], options: Options = EVERYTHING
) -> list[tuple[plan.Step, str]]:
    """What a run would read now, with the rooms' names; two requests, nothing written. Raises as `run`."""
    one = _Run(archive, client, transfer.session(), now, options, SILENT)
    one.ask()
    steps = one.steps([one.shown[room] for room in one.held.wanted if room in one.shown])
    return [(step, one.shown[step.room_id].name) for step in steps]


class _Run:
    """The state of one run."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        over: transfer.Session,
        now: Callable[[], datetime],
        options: Options,
        talk: Talk,
    ) -> None:
        self.archive, self.client, self.over, self.now = archive, client, over, now
        self.options, self.talk = options, talk
        self.started = now()
        self.until = None if options.max_seconds is None else time.monotonic() + options.max_seconds
        self.held = look_up(archive, at=self.started, chosen=options.rooms)
        transport, most = client.transport, options.max_seconds
        transport.deadline = None if most is None else self.started + timedelta(seconds=most)
        transport.budget = self.held.budget or transport.budget
        transport.clock_offset = None  # each run tells its own
        self.counters = ending.Counters(client.transport.requests, client.transport.unparsed)
        self.shown: dict[int, Room] = {}
        self.failures = 0
        self.stopped = False
        self.taken: set[tuple[int, str]] = set()

    def ask(self) -> Single[Me]:
        """Check the account and read the counters of all rooms: the whole cost of a quiet run."""
        me = self.client.me()
        check_account(me.model.account_id, self.held.owner, self.archive)
        self.shown = {one.model.room_id: one.model for one in self.client.rooms().items}
        return me

    def _open_report(self, account: AccountId) -> None:
        self.desk = Desk(self.archive, self.client, self.now, account)
        self.reports: dict[int, RoomReport] = {
            room: RoomReport(room, self.shown[room].name if room in self.shown else self.held.names.get(room, ""))
            for room in self.held.wanted
        }
        self.report = SyncReport(account, self.started, rooms=list(self.reports.values()))

    # --- the whole run -------------------------------------------------------------------------

    def go(self) -> SyncReport:
        """Every step in order; then the record of the run."""
        try:
            me = self.ask()
        except errors.BudgetSpent:
            if self.held.owner is None:
                raise
            self._open_report(AccountId(self.held.owner["account_id"]))
            self._leave_over()
            return self._end(None, None)
        self._open_report(me.model.account_id)
        keep_owner(self.archive, me, self.held.owner)
        before = self._unread(self.shown.values())
        try:
            self._read()
        except errors.TokenRefused:
            self.desk.troubles.add("token")
            self._end(before, None)
            raise
        return self._end(before, self._unread_after())

    def _read(self) -> None:
        """Lists of every room, small files, people, large files; whoever is going comes before all of that."""
        limits, lookout = self.options.limits, Lookout(self.archive, self.options.watch)
        fetcher = Downloads(self.desk, self.over, limits, self.reports, self._seconds_left, self.talk.file)
        self.urgency = Urgency(lookout, fetcher, self._walk, self._fetch, self._reach, self.options.seal)
        steps = self.steps(self._accessible())
        self.urgency.look()
        self._walk(step for step in steps if step.early or step.kind != plan.PEOPLE)
        self._fetch(fetcher.small)
        self._walk(step for step in steps if step.kind == plan.PEOPLE and not step.early)
        self._contacts()
        self._read_singly()
        self.urgency.look()
        self._fetch(fetcher.large)

    def steps(self, rooms: list[Room]) -> list[plan.Step]:
        """What is to be read in these rooms."""
        with self.archive.reading() as reading:
            visits = work.visits(reading)
        return plan.steps(rooms, visits, now=self.started, full_every=self.options.full_every, full=self.options.full)

    def _seconds_left(self) -> float | None:
        if self.stopped:
            return 0
        return None if self.until is None else max(0.0, self.until - time.monotonic())

    def _is_over(self) -> bool:
        return self._seconds_left() == 0

    def _leave_over(self) -> None:
        self.report.left_over = True
        self.desk.troubles.add("left-over")

    # --- steps -----------------------------------------------------------------------------------

    def _accessible(self) -> list[Room]:
        """The contracted rooms that can be read now; one that is absent from the list is asked for once."""
        with self.archive.reading() as reading:
            shut = known.inaccessible(reading)
        found: list[Room] = []
        for room in self.held.wanted:
            if room in self.shown:
                if room in shut:
                    access.opened(self.desk, self.reports[room])
                found.append(self.shown[room])
            elif room in shut:
                self.reports[room].outcome = Outcome.INACCESSIBLE
            elif self._is_over():
                self._leave_over()
            elif (single := self._ask_for(room)) is not None:
                self.shown[room] = single  # not listed, and yet it can be read
                found.append(single)
        return found

    def _ask_for(self, room: RoomId) -> Room | None:
        try:
            single = self.client.room(room)
        except errors.NotVisible as unseen:
            access.shut(self.desk, unseen, self.reports[room])
        except errors.BudgetSpent:
            self._stop()
        except errors.ChatworkError as fault:
            self._failed(room, plan.MESSAGES, fault)
        else:
            self.failures = 0
            return single.model
        return None

    def _walk(self, steps: Iterable[plan.Step]) -> None:
        for step in steps:
            if (step.room_id, step.kind) in self.taken:
                continue
            if self._is_over():
                if step.overdue:
                    self._leave_over()
            elif self.reports[step.room_id].is_open:
                self._take(step)

    def _take(self, step: plan.Step) -> None:
        report, room = self.reports[step.room_id], self.shown[step.room_id]
        self.taken.add((step.room_id, step.kind))
        self.talk.step(step, report.name)
        try:
            PULLS[step.kind](self.desk, room, report)
        except errors.BudgetSpent:
            self._stop(say=step.overdue)
        except errors.NotVisible as unseen:
            self._not_visible(step, unseen)
        except errors.ChatworkError as fault:
            self._failed(step.room_id, step.kind, fault)
        else:
            self.failures = 0
            self.desk.cleared.add(f"room/{step.room_id}/{step.kind}/")
        self.urgency.look()

    def _reach(self, rooms: set[int]) -> list[int]:
        """Those of these rooms that can be read now, also where the run was not asked for them."""
        for room in self.held.contracted:
            if room in rooms and room in self.shown and room not in self.reports:
                self.reports[room] = RoomReport(room, self.shown[room].name)
                self.report.rooms.append(self.reports[room])
        return [room for room, report in self.reports.items() if room in rooms & self.shown.keys() and report.is_open]

    def _not_visible(self, step: plan.Step, unseen: errors.NotVisible) -> None:
        """A part of a listed room was refused: is it the room that went?"""
        try:
            self.client.room(RoomId(step.room_id))
        except errors.NotVisible as gone:
            access.shut(self.desk, gone, self.reports[step.room_id])
        except errors.BudgetSpent:
            self._stop()
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
            self._stop()

    def _stop(self, *, say: bool = True) -> None:
        """Ask no more in this run; a reading that was merely due can wait without a word."""
        self.stopped = True
        if say:
            self._leave_over()

    def _contacts(self) -> None:
        """Once a day, and when a room was shut; while no room can be read, nobody is looked for."""
        shut = any(report.news and report.outcome is Outcome.INACCESSIBLE for report in self.reports.values())
        if not self._is_over() and (shut or any(report.is_open for report in self.reports.values())):
            self.report.contacts = contacts(self.desk, self.held.contracted, full=self.options.full or shut)
            self.urgency.look()

    # --- single messages -------------------------------------------------------------------------

    def _read_singly(self) -> None:
        rooms = [room for room, report in self.reports.items() if room in self.shown and report.is_open]
        seeker = Seeker(self.desk, self.reports, self._is_over, self._single_refused)
        singly(seeker, rooms, contracted=self.held.contracted, options=self.options)

    def _single_refused(self, room: int, unseen: errors.NotVisible) -> None:
        self._not_visible(plan.Step(room, plan.MESSAGES, "due"), unseen)

    # --- files -----------------------------------------------------------------------------------

    def _fetch(self, take: Callable[[list[Wanted]], None], people: Collection[int] = ()) -> None:
        """Files whose time has come, of rooms that can be opened; of these people all files, and no others."""
        frozen = {room for room, report in self.reports.items() if report.outcome is Outcome.INACCESSIBLE}
        with self.archive.reading() as reading:
            open_rooms = set(self.reports) - frozen
            pending = file_queries.wanted(reading, open_rooms, most=self.options.limits.most)
        try:
            take([one for one in pending if self._is_meant(one, people)])
        except errors.BudgetSpent:
            self._stop()

    def _is_meant(self, file: Wanted, people: Collection[int]) -> bool:
        if people:
            return file.account_id in people
        return self.options.full or file_queries.is_due(file, self.started)

    # --- the end ---------------------------------------------------------------------------------

    def _unread(self, rooms: Iterable[Room]) -> int:
        return sum(room.unread_num for room in rooms if room.room_id in self.reports)

    def _unread_after(self) -> int | None:
        """The own unread counters once more, if anything was read: does reading change them?"""
        if self.client.transport.requests - self.counters.requests <= 2 or self._is_over():
            return None
        try:
            return self._unread([one.model for one in self.client.rooms().items])
        except (errors.ChatworkError, errors.TokenRefused):
            return None

    def _end(self, before: int | None, after: int | None) -> SyncReport:
        return ending.finish(
            self.desk,
            self.report,
            contracted=self.held.contracted,
            most=self.options.limits.most,
            before=self.counters,
            unread=(before, after),
            settings=self.options.settings,
        )
