"""A walk over the rooms of a run: which can be read now, step by step, and what ends the walk early.

One failing room never stops the rest; two that fail for good, the budget or the time do. A room that failed in the
run before too tells nothing new of Chatwork: after two of these only the others of their kind wait. What to read and
in which order is decided by `plan` and `run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from gettext import gettext as _

from archiver import errors
from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.store.queries import current_state
from archiver.sync import failed_rooms, plan
from archiver.sync.options import ProgressCallbacks
from archiver.sync.preflight import RunInputs
from archiver.sync.pull import access
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.files import files
from archiver.sync.pull.messages import messages
from archiver.sync.pull.people import people
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport

MOST_FAILURES = 2
"""Rooms in a row that fail for good before the round ends with what it has; of known ones, before these wait."""

PULLS: dict[str, Callable[[PullContext, Room, RoomReport], None]] = {
    plan.MESSAGES: messages,
    plan.FILES: files,
    plan.PEOPLE: people,
}
"""What each kind of step does."""


class RoomSteps:
    """The rooms of one run with their reports, and whether more may be asked.

    `shown` are the rooms Chatwork lists for the token; `until` is a time of the monotonic clock, None for no end;
    `look` is called after each step (a counterpart may be going).
    """

    def __init__(
        self,
        desk: PullContext,
        report: SyncReport,
        shown: dict[int, Room],
        *,
        held: RunInputs,
        until: float | None,
        talk: ProgressCallbacks,
    ) -> None:
        self.desk, self.report, self.shown = desk, report, shown
        self.held, self.until, self.talk = held, until, talk
        self.reports: dict[int, RoomReport] = {room.room_id: room for room in report.rooms}
        self.look: Callable[[], None] = lambda: None
        self._failures = self._failures_again = 0
        self._late: list[RoomId] = []
        self._stopped = False
        self._taken: set[tuple[int, str]] = set()

    # --- how long --------------------------------------------------------------------------------

    def seconds_left(self) -> float | None:
        """Seconds that may still be spent; None if nothing limits them."""
        if self._stopped:
            return 0
        return None if self.until is None else max(0.0, self.until - time.monotonic())

    def is_over(self) -> bool:
        """Whether nothing more may be asked in this run."""
        return self.seconds_left() == 0

    def leave_over(self, room: int | None = None, kind: str = plan.MESSAGES) -> None:
        """Say that something overdue was not read, and in which room, if it is known."""
        self.report.left_over = True
        self.desk.troubles.add("left-over")
        if room is not None:
            self.reports[room].left.add(kind)

    def leave_all_over(self) -> None:
        """Nothing could be asked at all."""
        self.stop()
        with self.desk.archive.reading() as reading:
            shut = current_state.inaccessible(reading)
        for room, report in self.reports.items():
            if room in shut:
                report.outcome = RoomOutcome.INACCESSIBLE
            else:
                self.leave_over(room)

    def spent(self, *, say: bool = True) -> None:
        """No call is left in the time that the run may take."""
        self.report.calls_spent = True
        self.stop(say=say)

    def stop(self, *, say: bool = True) -> None:
        """Ask no more in this run; a reading that was merely due can wait without a word."""
        self._stopped = True
        if say:
            self.leave_over()

    # --- which rooms -----------------------------------------------------------------------------

    def accessible(self) -> list[Room]:
        """The contracted rooms that can be read now; one that is absent from the list is asked for once.

        One that could not be asked for in the run before waits for `late`.
        """
        with self.desk.archive.reading() as reading:
            shut = current_state.inaccessible(reading)
        found: list[Room] = []
        for room in self.held.wanted:
            if room in self.shown:
                if room in shut:
                    access.opened(self.desk, self.reports[room])
                self.reports[room].read.add(failed_rooms.ROOM)
                found.append(self.shown[room])
            elif room in shut:
                self.reports[room].outcome = RoomOutcome.INACCESSIBLE
            elif room in self.held.failures and self.held.failures[room].kind == failed_rooms.ROOM:
                self._late.append(room)
            else:
                found += self._asked(room)
        return found

    def late(self) -> list[Room]:
        """Rooms that are absent from the list and could not be asked for in the run before, as far as they can now."""
        waiting = sorted(self._late, key=lambda room: self.held.failures[room].at)
        self._late = []
        return [single for room in waiting for single in self._asked(room)]

    def _asked(self, room: RoomId) -> list[Room]:
        """A room that is not listed, if it can be read and there is time to ask."""
        if self.is_over():
            self.leave_over(room)
            return []
        if self._waits(room):
            self._put_off(room, failed_rooms.ROOM)
            return []
        single = self._ask_for(room)
        if single is None:
            return []
        self.shown[room] = single
        return [single]

    def open_rooms(self) -> list[int]:
        """Those of this run's rooms that are there and have not failed."""
        return [room for room, report in self.reports.items() if room in self.shown and report.is_open]

    def reach(self, rooms: set[int]) -> list[int]:
        """Those of these rooms that can be read now, also where the run was not asked for them; failing ones last."""
        for room in self.held.contracted:
            if room in rooms and room in self.shown and room not in self.reports:
                self.reports[room] = RoomReport(room, self.shown[room].name)
                self.report.rooms.append(self.reports[room])
        return sorted((room for room in self.open_rooms() if room in rooms), key=self.held.failures.__contains__)

    def _ask_for(self, room: RoomId) -> Room | None:
        try:
            single = self.desk.client.room(room)
        except errors.NotVisible as error:
            access.shut(self.desk, error, self.reports[room])
        except errors.BudgetSpent:
            self.spent()
            self.leave_over(room)
        except errors.ChatworkError as fault:
            self._failed(room, failed_rooms.ROOM, fault)
        else:
            self._worked(room, failed_rooms.ROOM)
            return single.model
        return None

    # --- step by step ----------------------------------------------------------------------------

    def take(self, steps: Iterable[plan.PlanStep]) -> None:
        """Take each step once, as long as its room can be read and the run is not over."""
        for step in steps:
            if (step.room_id, step.kind) in self._taken:
                continue
            if self.is_over():
                if step.overdue and self.reports[step.room_id].is_open:
                    self.leave_over(step.room_id, step.kind)
            elif self._waits(step.room_id):
                if step.overdue and self.reports[step.room_id].is_open:
                    self._put_off(step.room_id, step.kind)
            elif self.reports[step.room_id].is_open:
                self._take(step)

    def _take(self, step: plan.PlanStep) -> None:
        report, room = self.reports[step.room_id], self.shown[step.room_id]
        self._taken.add((step.room_id, step.kind))
        self.talk.step(step, report.name)
        try:
            PULLS[step.kind](self.desk, room, report)
        except errors.BudgetSpent:
            self.spent(say=step.overdue)
            if step.overdue:
                self.leave_over(step.room_id, step.kind)
        except errors.NotVisible as error:
            self.not_visible(step.room_id, error, kind=step.kind)
        except errors.ChatworkError as fault:
            self._failed(step.room_id, step.kind, fault)
        else:
            self._worked(step.room_id, step.kind)
            self.desk.cleared.add(f"room/{step.room_id}/{step.kind}/")
        self.look()

    def not_visible(self, room: int, unseen: errors.NotVisible, *, kind: str | None = None) -> None:
        """A part of a listed room was refused: is it the room that went? `kind` None: a single message was."""
        try:
            self.desk.client.room(RoomId(room))
        except errors.NotVisible as error:
            access.shut(self.desk, error, self.reports[room])
        except errors.BudgetSpent:
            self.spent()
            self.leave_over(room, kind or plan.MESSAGES)
        except errors.ChatworkError as fault:
            self._failed(room, kind, fault)
        else:
            self._failed(room, kind, unseen)

    def _waits(self, room: int) -> bool:
        """Whether a room that failed before waits for the next run, as others like it have failed again."""
        return room in self.held.failures and self._failures_again >= MOST_FAILURES

    def _put_off(self, room: int, kind: str) -> None:
        """A room that failed before is not tried in this run; nothing else is left over for that."""
        report = self.reports[room]
        report.outcome = RoomOutcome.FAILED
        report.error = _("could not be read in earlier runs; tried again in a later one")
        self.desk.troubles.add(f"room/{room}/{kind if kind in PULLS else plan.MESSAGES}/failed")

    def _worked(self, room: int, kind: str) -> None:
        self.reports[room].read.add(kind)
        self._failures = 0
        if room in self.held.failures and kind == self.held.failures[room].kind:
            self._failures_again = 0

    def _failed(self, room: int, kind: str | None, fault: errors.ChatworkError) -> None:
        report = self.reports[room]
        report.outcome, report.error = RoomOutcome.FAILED, str(fault)
        report.failed = kind or report.failed  # a single message that is refused is no list that fails
        self.desk.troubles.add(f"room/{room}/{kind if kind in PULLS else plan.MESSAGES}/failed")
        if room in self.held.failures:
            self._failures_again += 1
            return
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self.stop()
