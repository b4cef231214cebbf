"""Runs a sync: checks the token's owner, plans and reads the rooms in order, and records the run."""

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
from archiver.sync.preflight import check_account, keep_owner, owner_payload, read_inputs
from archiver.sync.pull.contacts import read_contacts
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.room_steps import RoomSteps
from archiver.sync.singles.backfill import BackfillReader
from archiver.sync.singles.single_reads import forecast_single_reads, read_single_messages

__all__ = ["Options", "ProgressCallbacks", "check_account", "dry_run", "owner_payload", "run_sync"]


def run_sync(
    archive: Archive,
    client: Client,
    downloads: transfer.Session,
    *,
    now: Callable[[], datetime],
    options: Options = EVERYTHING,
    progress: ProgressCallbacks = SILENT,
) -> SyncReport:
    """Save what is new and changed in Chatwork.

    Raises NoContract, UnknownRoom, TokenRefused (what was saved before it is kept), WrongAccount (nothing
    written), StorageError, and Unreachable, NotUnderstood or Refused if not even the list of rooms could be read;
    BudgetSpent only in an archive that was never synced. Errors after that are in the report.
    """
    return _Run(archive, client, transfer.harden(downloads), now, options, progress).execute()


def dry_run(
    archive: Archive, client: Client, *, now: Callable[[], datetime], options: Options = EVERYTHING
) -> list[tuple[plan.PlanStep, str]]:
    """The steps that a run would take now, with the rooms' names; two requests, nothing written. Raises as `run_sync`.

    Single messages come last, as far as they are known now.
    """
    run = _Run(archive, client, transfer.make_session(), now, options, SILENT)
    me = run.request_rooms()
    rooms = [room for room in run.inputs.requested if room in run.listed_rooms]
    first, last = failed_rooms.split_steps(
        run.plan_steps([run.listed_rooms[room] for room in rooms]), run.inputs.failures
    )
    steps = first + last
    reader = BackfillReader(
        PullContext(archive, client, now, me.model.account_id), {}, lambda: False, lambda _room, _unseen: None
    )
    steps += forecast_single_reads(reader, rooms, options, before=plan.count_requests(steps) - plan.RUN_REQUESTS)
    return [(step, run.listed_rooms[step.room_id].name) for step in steps]


class _Run:
    """The state of one run."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        session: transfer.Session,
        now: Callable[[], datetime],
        options: Options,
        progress: ProgressCallbacks,
    ) -> None:
        self.archive, self.client, self.session, self.now = archive, client, session, now
        self.options, self.progress = options, progress
        self.started_at = now()
        self.deadline = None if options.max_seconds is None else time.monotonic() + options.max_seconds
        self.inputs = read_inputs(archive, at=self.started_at, chosen=options.rooms)
        transport, max_seconds = client.transport, options.max_seconds
        transport.deadline = None if max_seconds is None else self.started_at + timedelta(seconds=max_seconds)
        transport.budget = self.inputs.budget or transport.budget
        transport.clock_offset = None  # each run tells its own
        transport.tally = OtherCalls()  # between two runs another command of ours may have called
        self.counters = finish.Counters(transport.requests, transport.unparsed)
        self.listed_rooms: dict[int, Room] = {}

    def request_rooms(self) -> Single[Me]:
        """Check the account and read the counters of all rooms, which is all that a quiet run requests."""
        me = self.client.me()
        check_account(me.model.account_id, self.inputs.owner, self.archive)
        self.listed_rooms = {item.model.room_id: item.model for item in self.client.rooms().items}
        return me

    def plan_steps(self, rooms: list[Room]) -> list[plan.PlanStep]:
        """The planned steps for these rooms."""
        with self.archive.reading() as reading:
            last_visits = visits.last_visits(reading)
        return plan.plan_steps(
            rooms, last_visits, now=self.started_at, full_every=self.options.full_every, full=self.options.full
        )

    def execute(self) -> SyncReport:
        """Take every step in order, then record the run."""
        try:
            me = self.request_rooms()
        except (errors.ChatworkError, errors.TokenRefused) as error:
            if not isinstance(error, errors.BudgetSpent) or self.inputs.owner is None:
                self._keep_budget()
                raise
            self._prepare(AccountId(self.inputs.owner["account_id"]))
            self.report.calls_spent = True
            self.room_steps.report_all_left_over()
            return self._finish(None, None)
        self._prepare(me.model.account_id)
        self.report.has_room_list = True
        keep_owner(self.archive, me, self.inputs.owner)
        before = self._count_unread(self.listed_rooms.values())
        try:
            self._read_rooms()
        except errors.TokenRefused:
            self.context.troubles.add("token")
            self._finish(before, None)
            raise
        return self._finish(before, self._count_unread_again())

    def _keep_budget(self) -> None:
        """Remember the budget, as the calls of this failed run count too."""
        with self.archive.writing() as writing:
            finish.keep_budget(writing, self.client.transport.budget)

    def _prepare(self, account: AccountId) -> None:
        self.context = PullContext(self.archive, self.client, self.now, account)
        rooms = [
            RoomReport(
                room, self.listed_rooms[room].name if room in self.listed_rooms else self.inputs.names.get(room, "")
            )
            for room in self.inputs.requested
        ]
        self.report = SyncReport(account, self.started_at, rooms=rooms)
        self.room_steps = RoomSteps(
            self.context,
            self.report,
            self.listed_rooms,
            inputs=self.inputs,
            deadline=self.deadline,
            progress=self.progress,
        )

    # --- the order -------------------------------------------------------------------------------

    def _read_rooms(self) -> None:
        """Read the lists of every room, small files, people, large files; departing people come before all of that."""
        room_steps, limits, departure_watch = (
            self.room_steps,
            self.options.limits,
            DepartureWatch(self.archive, self.options.find_departing),
        )
        downloads = FileDownloads(
            self.context, self.session, limits, room_steps.reports, room_steps.seconds_left, self.progress.on_file
        )
        priority = DeparturePriority(
            departure_watch,
            downloads,
            room_steps.take_steps,
            self._download_files,
            room_steps.reachable_rooms,
            self.options.seal,
        )
        steps, failing_steps = failed_rooms.split_steps(
            self.plan_steps(room_steps.accessible_rooms()), self.inputs.failures
        )
        room_steps.after_step = priority.prioritize
        priority.prioritize()
        room_steps.take_steps(step for step in steps if step.early or step.kind != plan.PEOPLE)
        self._download_files(downloads.download_small)
        room_steps.take_steps(step for step in steps if step.kind == plan.PEOPLE and not step.early)
        failing_steps += self.plan_steps(room_steps.late_rooms())
        if failing_steps:
            room_steps.take_steps(failing_steps)
            self._download_files(downloads.download_small)
        self._read_contacts()
        self._read_singly()
        priority.prioritize()
        self._download_files(downloads.download_large)

    def _read_contacts(self) -> None:
        """Read the contacts once a day, and when a room became inaccessible; not while no room can be read."""
        reports = self.room_steps.reports.values()
        became_inaccessible = any(report.news and report.outcome is RoomOutcome.INACCESSIBLE for report in reports)
        if not self.room_steps.is_over() and (became_inaccessible or any(report.is_open for report in reports)):
            self.report.contacts = read_contacts(
                self.context, self.inputs.contracted, self.listed_rooms, full=self.options.full or became_inaccessible
            )
            self.room_steps.after_step()

    def _read_singly(self) -> None:
        reader = BackfillReader(
            self.context, self.room_steps.reports, self.room_steps.is_over, self.room_steps.handle_not_visible
        )
        read_single_messages(
            reader, self.room_steps.open_rooms(), contracted=self.inputs.contracted, options=self.options
        )

    # --- files -----------------------------------------------------------------------------------

    def _download_files(self, download: Callable[[list[WantedFile]], None], people: Collection[int] = ()) -> None:
        """Download the due files of accessible rooms; if `people` are given, all their files and no others."""
        reports = self.room_steps.reports
        frozen = {room for room, report in reports.items() if report.outcome is RoomOutcome.INACCESSIBLE}
        with self.archive.reading() as reading:
            limit, again = self.options.limits.size_limit, self.options.full
            pending = files.wanted_files(reading, set(reports) - frozen, size_limit=limit, again=again)
        try:
            download([file for file in pending if self._is_wanted(file, people)])
        except errors.BudgetSpent:
            self.room_steps.end_without_calls()

    def _is_wanted(self, file: WantedFile, people: Collection[int]) -> bool:
        if people:
            return file.account_id in people
        return self.options.full or files.is_due(file, self.started_at)

    # --- the end ---------------------------------------------------------------------------------

    def _count_unread(self, rooms: Iterable[Room]) -> int:
        return sum(room.unread_num for room in rooms if room.room_id in self.room_steps.reports)

    def _count_unread_again(self) -> int | None:
        """The own unread counters once more, if anything was read, to see whether reading changes them."""
        if self.client.transport.requests - self.counters.requests <= 2 or self.room_steps.is_over():
            return None
        try:
            return self._count_unread([item.model for item in self.client.rooms().items])
        except (errors.ChatworkError, errors.TokenRefused):
            return None

    def _finish(self, before: int | None, after: int | None) -> SyncReport:
        return finish.finish_run(
            self.context,
            self.report,
            inputs=self.inputs,
            listed_rooms=self.listed_rooms,
            full_every=self.options.full_every,
            limit=self.options.limits.size_limit,
            before=self.counters,
            unread=(before, after),
            settings=self.options.settings,
        )
