"""Runs a sync: checks the token's owner, plans and reads the rooms in order, and records the run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from archiver import errors
from archiver.chatwork.client import Client
from archiver.chatwork.models import Room
from archiver.chatwork.reply_headers import FALLBACK_WINDOW
from archiver.chatwork.transport import Transport
from archiver.records import AccountId
from archiver.store.archive import Archive
from archiver.store.queries import entries, room_holdings
from archiver.store.queries.contracts import contracted_rooms_of
from archiver.store.queries.room_holdings import WantedFile
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import WindowRequests
from archiver.sync import plan, run_end, run_start, transfer
from archiver.sync.backfill_and_rereads import forecast_single_reads, read_single_messages
from archiver.sync.download import FileDownloads
from archiver.sync.plan_execution import RoomSteps
from archiver.sync.pull.contacts_and_namesakes import note_twins, read_contacts
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.single_messages import BackfillReader
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.run_start import EVERYTHING, SILENT, Options, ProgressCallbacks


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
    start = run_start.start_run(archive, client.transport, options, at=now())
    owner, me, rooms = start.inputs.owner, None, dict[int, Room]()
    try:
        me, rooms = run_start.first_replies(archive, client, owner, at=start.at)
    except (errors.ChatworkError, errors.TokenRefused) as error:
        if not isinstance(error, errors.BudgetSpent) or owner is None:
            archive.write(run_end.keep_budget, client.transport)  # the calls of a failed run count too
            raise
    account = AccountId((owner or {})["account_id"]) if me is None else me.model.account_id
    options.after_first_replies()
    at = now()  # as of the first replies, which have shown how far this computer's clock is off
    start = replace(start, at=at, inputs=run_start.read_inputs(archive, at=at, chosen=options.rooms))
    if me is not None:
        run_start.keep_owner(archive, me, start.inputs.owner, at=start.at)
    run_start.keep_service(archive, client.transport.service, account=account, at=start.at)
    context = PullContext(archive, client, now, account, looks=client.transport.requests)
    downloads = transfer.harden(downloads, local=client.transport.is_local)
    return _Run(context, start, rooms, downloads, progress).execute(is_listed=me is not None)


def dry_run(
    archive: Archive, client: Client, *, now: Callable[[], datetime], options: Options = EVERYTHING
) -> list[tuple[plan.PlanStep, str]]:
    """The steps that a run would take now, with the rooms' names; two requests, nothing written. Raises as `run_sync`.

    Single messages come last, as far as they are known now.
    """
    start = run_start.start_run(archive, client.transport, options, at=now())
    me, listed = run_start.first_replies(archive, client, start.inputs.owner, at=start.at)
    rooms = [room for room in start.inputs.requested if room in listed]
    planned = _plan_steps(archive, start, client.transport, [listed[room] for room in rooms])
    first, last = run_start.split_steps(planned, start.inputs.failures)
    steps, context = first + last, PullContext(archive, client, now, me.model.account_id)
    reader = BackfillReader(context, {}, lambda: False, lambda _room, _unseen: None)
    steps += forecast_single_reads(reader, rooms, options, before=plan.count_requests(steps) - plan.RUN_REQUESTS)
    return [(step, listed[step.room_id].name) for step in steps]


def _plan_steps(
    archive: Archive, start: run_start.RunStart, transport: Transport, rooms: list[Room]
) -> list[plan.PlanStep]:
    """The planned steps for these rooms, with as many lists in turn as the share of the allowance has room for."""
    if not rooms:
        return []
    with archive.reading() as reading:
        last_visits = remembered_values.last_visits(reading)
        remembered = remembered_values.WINDOW_REQUESTS.recall(reading)
    options = start.options
    turns = None if options.window_share is None else _turns(start, transport, remembered, len(rooms))
    return plan.plan_steps(
        rooms,
        last_visits,
        now=start.at,
        full_every=options.full_every,
        full=options.full,
        every_list=options.every_list,
        read_before=options.read_before,
        turns=turns,
    )


def _turns(
    start: run_start.RunStart, transport: Transport, remembered: WindowRequests | None, rooms: int
) -> plan.Turns:
    """What this run may read in turn of so many rooms."""
    end, requests = transport.window_end, transport.requests
    ours = plan.window_requests(remembered, end, WindowRequests(end or start.at, requests, requests))
    requests_left = plan.requests_in_share(
        transport.budget,
        spent=ours.spent,
        looks=ours.looks,
        reserve=transport.reserve,
        share=start.options.window_share or 0,
    )
    left = FALLBACK_WINDOW if end is None else end - start.at
    later = plan.rounds_to_come(left, start.options.pace)
    lists = plan.lists_of_round(rooms, requests_left, later=later)
    return plan.Turns(lists, 0 if later else requests_left)


URGENT = "urgent"
"""The reason of a step that is not in the plan."""


class _Run:
    """One run after its first requests."""

    def __init__(
        self,
        context: PullContext,
        start: run_start.RunStart,
        listed_rooms: dict[int, Room],
        session: transfer.Session,
        progress: ProgressCallbacks,
    ) -> None:
        self.context, self.start, self.listed_rooms = context, start, listed_rooms
        self.options, self.inputs = start.options, start.inputs
        names = start.inputs.names | {room: listed.name for room, listed in listed_rooms.items()}
        read = self.options.read_before
        rooms = [
            RoomReport(room, names.get(room, ""), read_kinds=set(read.get(room, ()))) for room in start.inputs.requested
        ]
        self.report = SyncReport(context.account_id, start.at, rooms=rooms)
        self.room_steps = RoomSteps(
            context,
            self.report,
            start,
            self.listed_rooms,
            progress=progress,
            after_step=self._prioritize,
        )
        room_steps, limits = self.room_steps, self.options.limits
        self.downloads = FileDownloads(
            context, session, limits, room_steps.reports, room_steps.seconds_left, progress.on_file
        )
        self._last_judged = context.archive.read(entries.last_seq)
        self._departing: set[int] = set()

    def execute(self, *, is_listed: bool) -> SyncReport:
        """Take every step in order, then record the run; if the rooms could not be listed, none is taken."""
        if not is_listed:
            self.report.calls_spent = True
            self.room_steps.report_all_left_over()
            return self._finish(None, None)
        self.report.has_room_list = True
        before = self._count_unread(self.listed_rooms.values())
        try:
            self._read_rooms()
        except errors.TokenRefused:
            self.context.troubles.add("token")
            self._finish(before, None)
            raise
        return self._finish(before, self._count_unread_again())

    # --- the order -------------------------------------------------------------------------------

    def _read_rooms(self) -> None:
        """Read the lists of every room, small files, people, large files; departing people come before all of that."""
        room_steps, downloads = self.room_steps, self.downloads
        rooms = room_steps.accessible_rooms()
        planned = self._plan_steps(rooms)
        steps, failing_steps = run_start.split_steps(planned, self.inputs.failures)
        self._prioritize()
        room_steps.take_steps(step for step in steps if step.early or step.kind == plan.MESSAGES)
        announced, failing = run_start.split_steps(self._announced_steps(rooms, planned), self.inputs.failures)
        steps, failing_steps = [*announced, *steps], [*failing_steps, *failing]
        room_steps.take_steps(step for step in steps if step.kind == plan.FILES)
        self._download_files(downloads.download_small)
        room_steps.take_steps(step for step in steps if step.kind == plan.PEOPLE and not step.early)
        failing_steps += self._plan_steps(room_steps.late_rooms())
        if failing_steps:
            room_steps.take_steps(failing_steps)
            self._download_files(downloads.download_small)
        self._read_contacts()
        self._read_singly()
        self._prioritize()
        self._download_files(downloads.download_large)

    def _plan_steps(self, rooms: list[Room]) -> list[plan.PlanStep]:
        return _plan_steps(self.context.archive, self.start, self.context.client.transport, rooms)

    def _announced_steps(self, rooms: list[Room], planned: Collection[plan.PlanStep]) -> list[plan.PlanStep]:
        """The steps beyond those planned that the messages just read gave reason for."""
        before = {(step.room_id, step.kind) for step in planned}
        moved = (step for step in self._plan_steps(rooms) if step.reason == "moved" and step.kind != plan.MESSAGES)
        return [step for step in moved if (step.room_id, step.kind) not in before]

    def _read_contacts(self) -> None:
        """Read the contacts once a day, and when a room became inaccessible; not while no room can be read.

        Names of people are compared after it.
        """
        reports = self.room_steps.reports.values()
        became_inaccessible = any(report.news and report.outcome is RoomOutcome.INACCESSIBLE for report in reports)
        if not self.room_steps.is_over() and (became_inaccessible or any(report.is_open for report in reports)):
            self.report.contacts = read_contacts(
                self.context, self.inputs.contracted, self.listed_rooms, full=self.options.full or became_inaccessible
            )
            self.report.contacts |= note_twins(
                self.context, self.inputs.contracted, self.downloads.session, full=self.options.full
            )
            self._prioritize()

    def _read_singly(self) -> None:
        reader = BackfillReader(
            self.context, self.room_steps.reports, self.room_steps.is_over, self.room_steps.handle_not_visible
        )
        read_single_messages(
            reader, self.room_steps.open_rooms(), contracted=self.inputs.contracted, options=self.options
        )

    # --- departing people ------------------------------------------------------------------------

    def _prioritize(self) -> None:
        """Check what is new, and read what departing people have before all else, each person once.

        First their small files, then the rooms shared with them and a seal; large files wait for the texts.
        """
        departing = self._newly_departing()
        if not departing:
            return
        rooms = self.room_steps.reachable_rooms(self.context.archive.read(contracted_rooms_of, departing))
        small, large = self.downloads.download_small, self.downloads.download_large
        self._download_files(small, departing)
        for kind in (plan.FILES, plan.MESSAGES, plan.PEOPLE):
            self.room_steps.take_steps([plan.PlanStep(room, kind, URGENT, overdue=True) for room in rooms])
            if kind == plan.FILES:
                self._download_files(small, departing)
        self.options.seal()
        self._download_files(large, departing)

    def _newly_departing(self) -> frozenset[int]:
        """The accounts that are departing by the entries since the last call."""
        departing = frozenset[int]()
        with self.context.archive.reading() as reading:
            last = entries.last_seq(reading)
            if last > self._last_judged:
                departing = self.options.find_departing(reading, self._last_judged) - self._departing
        self._last_judged = last
        self._departing |= departing
        return departing

    # --- files -----------------------------------------------------------------------------------

    def _download_files(self, download: Callable[[list[WantedFile]], None], people: Collection[int] = ()) -> None:
        """Download the due files of accessible rooms; if `people` are given, all their files and no others."""
        reports = self.room_steps.reports
        frozen = {room for room, report in reports.items() if report.outcome is RoomOutcome.INACCESSIBLE}
        with self.context.archive.reading() as reading:
            limit, again = self.options.limits.size_limit, self.options.full
            pending = room_holdings.wanted_files(reading, set(reports) - frozen, size_limit=limit, again=again)
        try:
            download([file for file in pending if self._is_wanted(file, people)])
        except errors.BudgetSpent:
            self.room_steps.end_without_calls()

    def _is_wanted(self, file: WantedFile, people: Collection[int]) -> bool:
        if people:
            return file.account_id in people
        return self.options.full or room_holdings.is_due(file, self.start.at)

    # --- the end ---------------------------------------------------------------------------------

    def _count_unread(self, rooms: Iterable[Room]) -> int:
        return sum(room.unread_num for room in rooms if room.room_id in self.room_steps.reports)

    def _count_unread_again(self) -> int | None:
        """The own unread counters once more, if there was news, to see whether reading changes them."""
        if not self.report.news or self.room_steps.is_over():
            return None
        try:
            return self._count_unread([item.model for item in self.context.client.rooms().items])
        except (errors.ChatworkError, errors.TokenRefused):
            return None

    def _finish(self, before: int | None, after: int | None) -> SyncReport:
        return run_end.finish_run(
            self.context, self.report, self.start, listed_rooms=self.listed_rooms, unread=(before, after)
        )
