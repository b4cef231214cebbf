"""Takes the steps of the plan room by room: which rooms can be read now, and what ends the run early.

One failing room never stops the rest; two failing rooms in a row do, as do the budget and the time. A room that failed
in the run before too says nothing new about Chatwork: after two of these only others of their kind wait. What to read
and in which order is decided by `plan` and `run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from gettext import gettext as _

from archiver import errors
from archiver.chatwork.client import Single
from archiver.chatwork.models import Room
from archiver.errors import NotVisible
from archiver.records import Observation, RoomId
from archiver.store import writer
from archiver.store.queries import current_state
from archiver.store.working import remembered_values
from archiver.sync import plan, run_start
from archiver.sync.pull.context import PullContext, write_steady_visits
from archiver.sync.pull.messages import pull_messages
from archiver.sync.pull.room_lists import pull_files, pull_people
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport
from archiver.sync.run_start import ProgressCallbacks, RunStart


def record_inaccessible(context: PullContext, refusal: NotVisible, report: RoomReport) -> None:
    """Record that a room cannot be opened any more: left, removed and deleted look alike (chatwork-api §5)."""
    room = report.room_id
    payload = {"status": refusal.status}
    observation = Observation("room.inaccessible", f"room/{room}", payload, room, refusal.reply.digest)
    with context.archive.writing() as writing:
        write_steady_visits(context, writing)
        writer.keep_reply(writing, refusal.reply, room_id=room)
        writer.append_dated(writing, [observation], refusal.reply, account_id=context.account_id)
    report.outcome, report.news, report.disappeared = RoomOutcome.INACCESSIBLE, True, True
    context.troubles.add(f"event/{room}/inaccessible")


def record_accessible(context: PullContext, report: RoomReport) -> None:
    """Record that a room is listed again, and let everything in it be read anew."""
    room, at = report.room_id, context.now()
    observation = Observation("room.accessible", f"room/{room}", {}, room)
    with context.archive.writing() as writing:
        writer.append(writing, [observation], account_id=context.account_id, at=at)
        for kind in plan.KINDS:
            remembered_values.put_visit(writing, room, kind, at=at, counters="")
    report.outcome, report.news = RoomOutcome.ARCHIVED, True


FAILURES_LIMIT = 2
"""After so many failing rooms in a row the run ends; after so many that failed before, others like them wait."""

PULLS: dict[str, Callable[[PullContext, Room, RoomReport], None]] = {
    plan.MESSAGES: pull_messages,
    plan.FILES: pull_files,
    plan.PEOPLE: pull_people,
}
"""The function that reads each kind of step."""


class RoomSteps:
    """Takes steps in the rooms of one run, with their reports, as long as more requests may be made.

    `listed_rooms` are the rooms Chatwork lists for the token; `after_step` is called after each step (a counterpart may
    be departing).
    """

    def __init__(
        self,
        context: PullContext,
        report: SyncReport,
        start: RunStart,
        listed_rooms: dict[int, Room],
        *,
        progress: ProgressCallbacks,
        after_step: Callable[[], None],
    ) -> None:
        self.context, self.report, self.listed_rooms = context, report, listed_rooms
        self.inputs, self.deadline, self.progress, self.after_step = start.inputs, start.deadline, progress, after_step
        self.reports: dict[int, RoomReport] = {room.room_id: room for room in report.rooms}
        self._failures = self._repeated_failures = 0
        self._late_ids: list[RoomId] = []
        self._stopped = False
        self._taken_steps: set[tuple[int, str]] = set()

    # --- how long --------------------------------------------------------------------------------

    def seconds_left(self) -> float | None:
        """The seconds left for the run; None if nothing limits them."""
        if self._stopped:
            return 0
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def is_over(self) -> bool:
        """Whether no more requests may be made in this run."""
        return self.seconds_left() == 0

    def report_left_over(self, room: int | None = None, kind: str = plan.MESSAGES) -> None:
        """Report that something overdue was not read, and in which room, if it is known."""
        self.report.left_over = True
        self.context.troubles.add("left-over")
        if room is not None:
            self.reports[room].left_over.add(kind)

    def report_all_left_over(self) -> None:
        """Report all rooms as left over, as no request could be made at all."""
        self.stop()
        inaccessible = self.context.archive.read(current_state.inaccessible_rooms)
        for room, report in self.reports.items():
            if room in inaccessible:
                report.outcome = RoomOutcome.INACCESSIBLE
            else:
                self.report_left_over(room)

    def end_without_calls(self, *, say: bool = True) -> None:
        """End the run because no call is left in its time."""
        self.report.calls_spent = True
        self.stop(say=say)

    def stop(self, *, say: bool = True) -> None:
        """Make no more requests in this run; a reading that was merely due waits without a report."""
        self._stopped = True
        if say:
            self.report_left_over()

    # --- which rooms -----------------------------------------------------------------------------

    def accessible_rooms(self) -> list[Room]:
        """The contracted rooms that can be read now; one that is absent from the list is requested once.

        One whose request failed in the run before waits for `late_rooms`.
        """
        inaccessible = self.context.archive.read(current_state.inaccessible_rooms)
        found: list[Room] = []
        for room in self.inputs.requested:
            if room in self.listed_rooms:
                if room in inaccessible:
                    record_accessible(self.context, self.reports[room])
                self.reports[room].read_kinds.add(run_start.ROOM)
                found.append(self.listed_rooms[room])
            elif room in inaccessible:
                self.reports[room].outcome = RoomOutcome.INACCESSIBLE
            elif room in self.inputs.failures and self.inputs.failures[room].kind == run_start.ROOM:
                self._late_ids.append(room)
            else:
                found += self._request_in_time(room)
        return found

    def late_rooms(self) -> list[Room]:
        """The unlisted rooms whose request failed in the run before, as far as they can be read now."""
        waiting = sorted(self._late_ids, key=lambda room: self.inputs.failures[room].at)
        self._late_ids = []
        return [single for room in waiting for single in self._request_in_time(room)]

    def _request_in_time(self, room: RoomId) -> list[Room]:
        """An unlisted room, if it can be read and there is time for the request."""
        if self.is_over():
            self.report_left_over(room)
            return []
        if self._must_wait(room):
            self._postpone(room, run_start.ROOM)
            return []
        single = self._ask_room(room, run_start.ROOM)
        if single is None:
            return []
        self._note_success(room, run_start.ROOM)
        self.listed_rooms[room] = single.model
        return [single.model]

    def open_rooms(self) -> list[int]:
        """The rooms of this run that are listed and have not failed."""
        return [room for room, report in self.reports.items() if room in self.listed_rooms and report.is_open]

    def reachable_rooms(self, rooms: set[int]) -> list[int]:
        """Those of these rooms that can be read now, also if the run was not asked for them; failing ones last."""
        for room in self.inputs.contracted:
            if room in rooms and room in self.listed_rooms and room not in self.reports:
                self.reports[room] = RoomReport(room, self.listed_rooms[room].name)
                self.report.rooms.append(self.reports[room])
        return sorted((room for room in self.open_rooms() if room in rooms), key=self.inputs.failures.__contains__)

    def _ask_room(self, room: int, kind: str | None) -> Single[Room] | None:
        """Ask for a room by itself; what else comes of it is noted."""
        try:
            return self.context.client.room(RoomId(room))
        except errors.NotVisible as error:
            record_inaccessible(self.context, error, self.reports[room])
        except errors.BudgetSpent:
            self.end_without_calls()
            self.report_left_over(room, kind if kind in PULLS else plan.MESSAGES)
        except errors.ChatworkError as error:
            self._note_failure(room, kind, error)
        return None

    # --- step by step ----------------------------------------------------------------------------

    def take_steps(self, steps: Iterable[plan.PlanStep]) -> None:
        """Take each step once, as long as its room can be read and the run is not over."""
        for step in steps:
            if (step.room_id, step.kind) in self._taken_steps:
                continue
            if self.is_over():
                if step.overdue and self.reports[step.room_id].is_open:
                    self.report_left_over(step.room_id, step.kind)
            elif self._must_wait(step.room_id):
                if step.overdue and self.reports[step.room_id].is_open:
                    self._postpone(step.room_id, step.kind)
            elif self.reports[step.room_id].is_open:
                self._take_step(step)

    def _take_step(self, step: plan.PlanStep) -> None:
        report, room = self.reports[step.room_id], self.listed_rooms[step.room_id]
        self._taken_steps.add((step.room_id, step.kind))
        self.progress.on_step(step, report.name)
        before = self.context.client.transport.requests
        try:
            PULLS[step.kind](self.context, room, report)
        except errors.BudgetSpent:
            self.end_without_calls(say=step.overdue)
            if step.overdue:
                self.report_left_over(step.room_id, step.kind)
        except errors.NotVisible as error:
            self.handle_not_visible(step.room_id, error, kind=step.kind)
        except errors.ChatworkError as error:
            self._note_failure(step.room_id, step.kind, error)
        else:
            self._note_success(step.room_id, step.kind)
            self.context.cleared_prefixes.add(f"room/{step.room_id}/{step.kind}/")
        if step.kind == plan.MESSAGES or step.reason == "due":  # what is new or moved is no looking for changes
            self.context.looks += self.context.client.transport.requests - before
        self.after_step()

    def handle_not_visible(self, room: int, refusal: errors.NotVisible, *, kind: str | None = None) -> None:
        """Find out whether a refusal means that the room is inaccessible; `kind` None: a single message was refused."""
        if self._ask_room(room, kind) is not None:
            self._note_failure(room, kind, refusal)

    def _must_wait(self, room: int) -> bool:
        """Whether a room that failed before must wait for the next run, as others like it have failed again."""
        return room in self.inputs.failures and self._repeated_failures >= FAILURES_LIMIT

    def _postpone(self, room: int, kind: str) -> None:
        """Do not try a room that failed before in this run; the other rooms are read all the same."""
        report = self.reports[room]
        report.outcome = RoomOutcome.FAILED
        report.error = _("could not be read in earlier saves; tried again in a later one")
        self.context.troubles.add(f"room/{room}/{kind if kind in PULLS else plan.MESSAGES}/failed")

    def _note_success(self, room: int, kind: str) -> None:
        self.reports[room].read_kinds.add(kind)
        self._failures = 0
        if room in self.inputs.failures and kind == self.inputs.failures[room].kind:
            self._repeated_failures = 0

    def _note_failure(self, room: int, kind: str | None, error: errors.ChatworkError) -> None:
        report = self.reports[room]
        detail = error.data.get("detail")
        report.outcome, report.error = RoomOutcome.FAILED, f"{error} ({detail})" if detail else str(error)
        report.failed = kind or report.failed  # a refused single message is no failed list
        self.context.troubles.add(f"room/{room}/{kind if kind in PULLS else plan.MESSAGES}/failed")
        if room in self.inputs.failures:
            self._repeated_failures += 1
            return
        self._failures += 1
        if self._failures >= FAILURES_LIMIT:
            self.stop()
