"""One sync: whose token, which rooms moved, then what is read in which order, and the record of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from archiver import errors
from archiver.chatwork.client import Client, Single
from archiver.chatwork.models import Me, Room
from archiver.chatwork.ratelimit import OtherCalls
from archiver.records import AccountId
from archiver.store.archive import Archive
from archiver.store.queries import files
from archiver.store.queries.files import WantedFile
from archiver.store.working import visits
from archiver.sync import failed_rooms, finish, plan
from archiver.sync.departure_priority import DeparturePriority, DepartureWatch
from archiver.sync.files import transfer
from archiver.sync.files.download import FileDownloads
from archiver.sync.options import EVERYTHING, SILENT, Options, ProgressCallbacks
from archiver.sync.preflight import check_account, keep_owner, look_up, owner_payload
from archiver.sync.pull.contacts import contacts
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.room_steps import RoomSteps
from archiver.sync.singles.backfill import BackfillReader
from archiver.sync.singles.single_reads import forecast, singly

__all__ = ["Options", "ProgressCallbacks", "check_account", "dry_run", "owner_payload", "run_sync"]


def run_sync(
    archive: Archive,
    client: Client,
    downloads: transfer.Session,
    *,
    now: Callable[[], datetime],
    options: Options = EVERYTHING,
    talk: ProgressCallbacks = SILENT,
) -> SyncReport:
    """Bring the archive up to what Chatwork shows now.

    Raises NoContract, UnknownRoom, TokenRefused (what was saved before it is kept), WrongAccount (nothing
    written), StorageError, and Unreachable, NotUnderstood or Refused if not even the list of rooms could be had;
    BudgetSpent only in an archive that was never synced. What goes wrong later is in the report.
    """
    return _Run(archive, client, transfer.harden(downloads), now, options, talk).go()


def dry_run(
    archive: Archive, client: Client, *, now: Callable[[], datetime], options: Options = EVERYTHING
) -> list[tuple[plan.PlanStep, str]]:
    """What a run would read now, with the rooms' names; two requests, nothing written. Raises as `run_sync`.

    Single messages come last, as far as they are known of now.
    """
    one = _Run(archive, client, transfer.session(), now, options, SILENT)
    me = one.ask()
    rooms = [room for room in one.held.wanted if room in one.shown]
    first, last = failed_rooms.apart(one.steps([one.shown[room] for room in rooms]), one.held.failures)
    steps = first + last
    seeker = BackfillReader(
        PullContext(archive, client, now, me.model.account_id), {}, lambda: False, lambda _room, _unseen: None
    )
    steps += forecast(seeker, rooms, options, before=plan.total(steps) - plan.ACCOUNT_AND_ROOMS)
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
        talk: ProgressCallbacks,
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
        transport.tally = OtherCalls()  # between two runs another command of ours may have called
        self.counters = finish.Counters(transport.requests, transport.unparsed)
        self.shown: dict[int, Room] = {}

    def ask(self) -> Single[Me]:
        """Check the account and read the counters of all rooms: the whole cost of a quiet run."""
        me = self.client.me()
        check_account(me.model.account_id, self.held.owner, self.archive)
        self.shown = {one.model.room_id: one.model for one in self.client.rooms().items}
        return me

    def steps(self, rooms: list[Room]) -> list[plan.PlanStep]:
        """What is to be read in these rooms."""
        with self.archive.reading() as reading:
            last_visits = visits.last_visits(reading)
        return plan.steps(
            rooms, last_visits, now=self.started, full_every=self.options.full_every, full=self.options.full
        )

    def go(self) -> SyncReport:
        """Every step in order; then the record of the run."""
        try:
            me = self.ask()
        except (errors.ChatworkError, errors.TokenRefused) as error:
            if not isinstance(error, errors.BudgetSpent) or self.held.owner is None:
                self._keep_budget()
                raise
            self._set_out(AccountId(self.held.owner["account_id"]))
            self.report.calls_spent = True
            self.walk.leave_all_over()
            return self._end(None, None)
        self._set_out(me.model.account_id)
        self.report.listed = True
        keep_owner(self.archive, me, self.held.owner)
        before = self._unread(self.shown.values())
        try:
            self._read()
        except errors.TokenRefused:
            self.desk.troubles.add("token")
            self._end(before, None)
            raise
        return self._end(before, self._unread_after())

    def _keep_budget(self) -> None:
        """Leave word of the calls that were made for nothing."""
        with self.archive.writing() as writing:
            finish.keep_budget(writing, self.client.transport.budget)

    def _set_out(self, account: AccountId) -> None:
        self.desk = PullContext(self.archive, self.client, self.now, account)
        rooms = [
            RoomReport(room, self.shown[room].name if room in self.shown else self.held.names.get(room, ""))
            for room in self.held.wanted
        ]
        self.report = SyncReport(account, self.started, rooms=rooms)
        self.walk = RoomSteps(self.desk, self.report, self.shown, held=self.held, until=self.until, talk=self.talk)

    # --- the order -------------------------------------------------------------------------------

    def _read(self) -> None:
        """Lists of every room, small files, people, large files; whoever is going comes before all of that."""
        walk, limits, lookout = self.walk, self.options.limits, DepartureWatch(self.archive, self.options.watch)
        fetcher = FileDownloads(self.desk, self.over, limits, walk.reports, walk.seconds_left, self.talk.file)
        urgency = DeparturePriority(lookout, fetcher, walk.take, self._fetch, walk.reach, self.options.seal)
        steps, failing_steps = failed_rooms.apart(self.steps(walk.accessible()), self.held.failures)
        walk.look = urgency.look
        urgency.look()
        walk.take(step for step in steps if step.early or step.kind != plan.PEOPLE)
        self._fetch(fetcher.small)
        walk.take(step for step in steps if step.kind == plan.PEOPLE and not step.early)
        failing_steps += self.steps(walk.late())
        if failing_steps:
            walk.take(failing_steps)
            self._fetch(fetcher.small)
        self._contacts()
        self._read_singly()
        urgency.look()
        self._fetch(fetcher.large)

    def _contacts(self) -> None:
        """Once a day, and when a room was shut; while no room can be read, nobody is looked for."""
        reports = self.walk.reports.values()
        shut = any(report.news and report.outcome is RoomOutcome.INACCESSIBLE for report in reports)
        if not self.walk.is_over() and (shut or any(report.is_open for report in reports)):
            self.report.contacts = contacts(self.desk, self.held.contracted, self.shown, full=self.options.full or shut)
            self.walk.look()

    def _read_singly(self) -> None:
        seeker = BackfillReader(self.desk, self.walk.reports, self.walk.is_over, self.walk.not_visible)
        singly(seeker, self.walk.open_rooms(), contracted=self.held.contracted, options=self.options)

    # --- files -----------------------------------------------------------------------------------

    def _fetch(self, take: Callable[[list[WantedFile]], None], people: Collection[int] = ()) -> None:
        """Files whose time has come, of rooms that can be opened; of these people all files, and no others."""
        reports = self.walk.reports
        frozen = {room for room, report in reports.items() if report.outcome is RoomOutcome.INACCESSIBLE}
        with self.archive.reading() as reading:
            most, again = self.options.limits.most, self.options.full
            pending = files.wanted(reading, set(reports) - frozen, most=most, again=again)
        try:
            take([one for one in pending if self._is_meant(one, people)])
        except errors.BudgetSpent:
            self.walk.spent()

    def _is_meant(self, file: WantedFile, people: Collection[int]) -> bool:
        if people:
            return file.account_id in people
        return self.options.full or files.is_due(file, self.started)

    # --- the end ---------------------------------------------------------------------------------

    def _unread(self, rooms: Iterable[Room]) -> int:
        return sum(room.unread_num for room in rooms if room.room_id in self.walk.reports)

    def _unread_after(self) -> int | None:
        """The own unread counters once more, if anything was read: does reading change them?"""
        if self.client.transport.requests - self.counters.requests <= 2 or self.walk.is_over():
            return None
        try:
            return self._unread([one.model for one in self.client.rooms().items])
        except (errors.ChatworkError, errors.TokenRefused):
            return None

    def _end(self, before: int | None, after: int | None) -> SyncReport:
        return finish.finish(
            self.desk,
            self.report,
            held=self.held,
            shown=self.shown,
            full_every=self.options.full_every,
            most=self.options.limits.most,
            before=self.counters,
            unread=(before, after),
            settings=self.options.settings,
        )
