"""The report of a run: counts per room, troubles, their JSON document, and whether a clock is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from archiver.store.time_text import to_text
from archiver.sync import plan
from archiver.wording import gettext as _
from archiver.wording import ngettext


class RoomOutcome(StrEnum):
    """How the run left a room."""

    ARCHIVED = "archived"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    EMPTIED = "emptied"
    """Its list of messages came empty though messages of the room are known."""
    INACCESSIBLE = "inaccessible"
    FAILED = "failed"


@dataclass(slots=True)
class RoomReport:
    """The changes seen in one room in a run; a message first seen edited or deleted counts only as new."""

    room_id: int
    name: str = ""
    outcome: RoomOutcome = RoomOutcome.UNCHANGED
    new: int = 0
    edited: int = 0
    deleted: int = 0
    missing: int = 0
    files_new: int = 0
    files_saved: int = 0
    files_pending: int = 0
    files_lost: int = 0
    tasks_new: int = 0
    tasks_changed: int = 0
    backfilled: int = 0
    """New messages that no list showed, read singly because something named them."""
    hidden_by_plan: int = 0
    not_readable: int = 0
    """Ids that something named and that a single read did not show; their messages were never seen."""
    reread: int = 0
    """Messages older than the list that were read again."""
    changed: set[int] = field(default_factory=set)
    """Positions of the messages seen edited, deleted or missing."""
    gaps: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    news: bool = False
    """Whether anything became an entry."""
    disappeared: bool = False
    """Whether anything that was shown is not shown any more."""
    failed: str | None = None
    """The kind of reading that failed in this run (`run_start.ROOM`, or a kind of visits)."""
    read_kinds: set[str] = field(default_factory=set)
    """The kinds of reading that this run has done."""
    left_over: set[str] = field(default_factory=set)
    """The kinds of reading that the run did not reach though they were overdue."""

    @property
    def is_open(self) -> bool:
        """Whether more of the room can be read in this run."""
        return self.outcome not in (RoomOutcome.FAILED, RoomOutcome.INACCESSIBLE)

    @property
    def has_read_list(self) -> bool:
        """Whether this run read the room's list of messages."""
        return plan.MESSAGES in self.read_kinds

    @property
    def is_unreached(self) -> bool:
        """Whether the run ended before it read the room's messages."""
        return "messages" in self.left_over and self.failed is None

    def after(self, earlier: RoomReport) -> RoomReport:
        """The report of two parts of one run, of which this is the later."""
        counts = {name: getattr(self, name) + getattr(earlier, name) for name in COUNTS}
        merged = {name: getattr(self, name) | getattr(earlier, name) for name in _MERGED}
        has_news = earlier.outcome is RoomOutcome.ARCHIVED and self.is_open
        is_read = earlier.outcome is RoomOutcome.UNCHANGED and self.outcome is RoomOutcome.WAITING
        outcome = earlier.outcome if has_news or is_read else self.outcome
        return replace(self, **counts, **merged, outcome=outcome, gaps=[*earlier.gaps, *self.gaps])

    def count(self, what: str | None, position: int | None = None) -> None:
        """Add one to `new`, `edited`, `deleted` or `missing` (None: nothing) for the message at a position."""
        if what is not None:
            setattr(self, what, getattr(self, what) + 1)
        if position is not None and what not in (None, "new"):
            self.changed.add(position)
        self.disappeared |= what in ("deleted", "missing")

    def document(self) -> dict[str, Any]:
        """The room's part of the JSON document."""
        head = {"room_id": self.room_id, "name": self.name, "outcome": self.outcome.value}
        counts = {name: getattr(self, name) for name in _DOCUMENTED}
        return {**head, **counts, "gaps": self.gaps, "error": self.error}


COUNTS = (
    *("new", "edited", "deleted", "missing", "files_new", "files_saved", "files_lost", "tasks_new", "tasks_changed"),
    *("backfilled", "hidden_by_plan", "not_readable", "reread"),
)
"""What is added up over the rooms and parts of a run."""
_DOCUMENTED = (*COUNTS[:6], "files_pending", *COUNTS[6:])
_MERGED = ("changed", "news", "disappeared", "read_kinds")


@dataclass(slots=True)
class SyncReport:
    """The report of a whole run."""

    account_id: int
    started_at: datetime
    finished_at: datetime | None = None
    requests: int = 0
    complete: bool = True
    """Whether everything that should be saved is."""
    rooms: list[RoomReport] = field(default_factory=list)
    sealed: int | None = None
    """The number of the last seal made in this run."""
    reported: tuple[str, ...] = ()
    """Keys of the troubles that this run must report; empty means exit 0."""
    left_over: bool = False
    has_room_list: bool = False
    """Whether the list of rooms could be read."""
    calls_spent: bool = False
    """Whether Chatwork's calls were used up before everything was read."""
    troubles: tuple[str, ...] = ()
    """Keys of everything that went wrong, also of what an earlier run reported."""
    unread_dropped: bool = False
    """Whether the account's unread counter fell during the run without an explanation."""
    clock_offset_ms: int | None = None
    """Chatwork's clock minus this computer's, the largest of the run; None: no reply had a `Date` that counts."""
    undated: int = 0
    """Replies without a `Date` that counts: what they showed has this computer's time, corrected by the others."""
    doubtful: timedelta | None = None
    """A `Date` minus this computer's time, where one of the two is wrong and it does not count or nothing decides."""
    is_undecided: bool = False
    """Whether nothing shows which of these two times is wrong: then neither of them rules anything."""
    complaints: tuple[str, ...] = ()
    """Sentences about daily copies that could not be written."""
    contacts: bool = False
    """Whether somebody of the contracted rooms became a contact or is one no more, or another has their name."""
    alerts: tuple[dict[str, Any], ...] = ()
    """The alerts opened in this run, as in the JSON documents."""
    has_rest: bool = True
    """Whether another save may bring more."""
    has_losses: bool = False
    """Whether anything is known to be missing that no run can fetch, such as messages before the first list."""

    @property
    def disappeared(self) -> bool:
        """Whether anything that was shown is not shown any more."""
        return any(room.disappeared for room in self.rooms)

    @property
    def news(self) -> bool:
        """Whether anything became an entry."""
        return self.contacts or any(room.news for room in self.rooms)

    def after(self, earlier: SyncReport | None) -> SyncReport:
        """The report of two parts of one run, of which this is the later."""
        if earlier is None:
            return self
        rooms = {room.room_id: room for room in earlier.rooms}
        sealed = [number for number in (earlier.sealed, self.sealed) if number is not None]
        offsets = [offset for offset in (earlier.clock_offset_ms, self.clock_offset_ms) if offset is not None]
        open_troubles = {*self.reported, *(trouble for trouble in earlier.reported if trouble in self.troubles)}
        either = ("has_room_list", "unread_dropped", "is_undecided", "contacts", "doubtful")
        return replace(
            self,
            **{name: getattr(self, name) or getattr(earlier, name) for name in either},
            **{name: getattr(earlier, name) + getattr(self, name) for name in ("requests", "undated", "alerts")},
            started_at=earlier.started_at,
            rooms=[room.after(rooms[room.room_id]) if room.room_id in rooms else room for room in self.rooms],
            sealed=max(sealed, default=None),
            reported=tuple(sorted(open_troubles)),
            clock_offset_ms=max(offsets, key=abs, default=None),
            complaints=tuple(dict.fromkeys((*earlier.complaints, *self.complaints))),
        )

    def document(self) -> dict[str, Any]:
        """The JSON document of `archive save --json`."""
        return {
            "account_id": self.account_id,
            "started_at": to_text(self.started_at),
            "finished_at": to_text(self.finished_at or self.started_at),
            "requests": self.requests,
            "complete": self.complete,
            "rooms": [room.document() for room in self.rooms],
            "alerts": list(self.alerts),
            "sealed": self.sealed,
            "clock_offset_ms": self.clock_offset_ms,
            "unread_dropped": self.unread_dropped,
        }


WRONG_CLOCK_MS = 60_000


def is_clock_wrong(offset_ms: int) -> bool:
    """Whether an offset to Chatwork's clock, in milliseconds, must be told."""
    return abs(offset_ms) > WRONG_CLOCK_MS


def apart_words(span: timedelta) -> str:
    """How far two clocks are apart: in minutes, from two hours on in hours, from three days on in days."""
    minutes = round(abs(span) / timedelta(minutes=1))
    hours = round(minutes / 60)
    if hours < 2:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    if hours < 72:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    return ngettext("{n} day", "{n} days", round(hours / 24)).format(n=f"{round(hours / 24):,}")


def doubtful_sentence(hours: float) -> str:
    """What is said of a run in which Chatwork's replies were so many hours ahead of this computer's clock."""
    text = _(
        "In the last save, Chatwork's replies were dated {span} behind this computer's clock. One of the two "
        "is wrong: the time of that save is doubtful, and the records say so."
    )
    if hours > 0:
        text = _(
            "In the last save, Chatwork's replies were dated {span} ahead of this computer's clock. One of the "
            "two is wrong: the time of that save is doubtful, and the records say so."
        )
    return text.format(span=apart_words(timedelta(hours=hours)))
