"""The facts of a case from which every claim about it is made (`claims`), whether for a screen or for a package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from archiver.records.contract import Contract
from archiver.records.conversation import Gap, MessageKind, ObservedBy, Post, RoomBeginning, State
from archiver.records.evidence import AccountId


class ChangeKind(StrEnum):
    """What became of a message after it was sent, told apart by what the archive itself saw."""

    EDITED = "edited"
    """Its text before and after the edit is saved."""
    EDITED_BEFORE = "edited_before"
    """It was first seen with Chatwork's mark of an edit; the text before is unknown."""
    DELETED = "deleted"
    """It was seen with its text, and later shown as deleted."""
    EDITED_DELETED = "edited_deleted"
    """The same, edited before that."""
    DELETED_BEFORE = "deleted_before"
    """It was first seen as deleted; its text is unknown."""
    MISSING = "missing"
    """It is no longer shown, for an unknown reason."""
    HIDDEN = "hidden"
    """It is no longer shown, because of the plan's limit."""


LONG_AGO = timedelta(hours=36)
"""A last look so long before something is told is part of it: no daily save is that late."""

CLOSED_ENDING = "(解約済)"
"""What Chatwork adds to the display name of a closed account."""

_CLOSED_MARK = re.compile(r"(?:[(\uff08](?:解約済み?|Cancelled|Canceled)[)\uff09]|\A解約済みユーザー)(?=\s*\Z)")
"""The endings seen so far (chatwork-api §10: 解約済みユーザー alone before 2016-03-09)."""


def closed_mark(name: str) -> str:
    """The mark of a closed account at the end of a display name, as it stands there; empty if there is none."""
    found = _CLOSED_MARK.search(name)
    return "" if found is None else found[0]


class ClosingSign(StrEnum):
    """What Chatwork's API itself shows of an account that may be closed."""

    SUFFIX = "suffix"
    """The display name got the ending that Chatwork adds to closed accounts."""
    GONE = "gone"
    """The list of members shows the person no more, which alone says nothing of the account."""
    GROUP = "group"
    """The direct chat with the person became a group chat, which alone says nothing either."""


class AccountClosing(NamedTuple):
    """A sign that an account was closed, whatever period is told."""

    account_id: AccountId
    at: datetime
    """When a reply first showed it."""
    seq: int
    """The number of that entry."""
    sign: ClosingSign = ClosingSign.SUFFIX
    room_id: int = 0
    mark: str = CLOSED_ENDING
    """The ending of the name, as it was seen."""


class CancellationPost(NamedTuple):
    """A post of the form with which Chatwork tells that an account was cancelled; anybody can write one."""

    room_id: int
    about: int
    """The account that it names; 0: it names nobody."""
    author: int
    at: datetime
    """Chatwork's own time."""
    seq: int
    no: int


class ActKind(StrEnum):
    """What a person did, as a message or as Chatwork's lists of files and tasks show it."""

    MESSAGE = "message"
    EDIT = "edit"
    FILE = "file"
    TASK_GIVEN = "task_given"
    TASK_CHANGED = "task_changed"
    TASK_DONE = "task_done"
    TASK_REOPENED = "task_reopened"


class Act(NamedTuple):
    """What a person did, with its place, and the name of the file or the text of the task."""

    kind: ActKind
    post: Post
    """Its author 0: no reply tells who did it."""
    what: str = ""
    is_noticed: bool = False
    """Whether the time is that at which it was noticed, as no post of it is saved."""
    is_courtesy: bool = False
    """Whether it is a message of thanks, a yes or a greeting, which waits for no answer."""
    before: str = ""
    """The text that the task had, if it has another now."""


def first_asking(own: Iterable[Act]) -> Act | None:
    """The first of the reporter's acts that is more than a courtesy, or else the first; None if there is none."""
    acts = iter(own)
    first = next(acts, None)
    return next((one for one in acts if not one.is_courtesy), first) if first and first.is_courtesy else first


@dataclass(slots=True)
class AuthorFacts:
    """One person's messages within what is told."""

    posts: Counter[MessageKind] = field(default_factory=Counter)
    last: dict[MessageKind, Post] = field(default_factory=dict)
    changes: Counter[ChangeKind] = field(default_factory=Counter)
    """What became of their speech, and of posts of which no text was ever seen; files and tasks tell of notices."""

    def add_changes(self, kind: MessageKind, became: Iterable[ChangeKind], times: int = 1) -> None:
        """Count what became of messages of one kind."""
        if kind is not MessageKind.NOTICE:
            self.changes.update(dict.fromkeys(became, times))


class RoomFacts(NamedTuple):
    """What a room's readings say of how much of it is saved."""

    is_read: bool
    """Whether its list was ever read."""
    beginning: RoomBeginning
    gaps: tuple[Gap, ...]
    """The gaps that touch the period told."""
    is_closed: bool = False
    """Whether it cannot be opened any more, since before the end of the period told."""


class Basis(StrEnum):
    """Whose statement a fact is."""

    REPLY = "reply"
    """Chatwork's reply."""
    ENTERED = "entered"
    """The user entered it."""
    NAME = "name"
    """The name is that of the stated client."""
    ONLY_TWO = "only_two"
    """In all rooms there is nobody else but the user and third persons."""
    TOKEN = "token"  # noqa: S105 - no secret
    """The account is that of the API token."""
    NONE = "none"


class CaseSide(StrEnum):
    """On which side of a case a person stands, in the word that reports print."""

    COUNTERPART = "相手"
    REPORTER = "報告者"
    OTHER = "参加者"


class CaseSides(NamedTuple):
    """Who stands on which side of a case."""

    reporters: frozenset[int]
    """The owner's accounts."""
    bases: Mapping[int, Basis]
    """The accounts known as the other side, and whose statement that is; empty: nobody is."""

    def side(self, account: int) -> CaseSide:
        """On which side of the case an account stands."""
        if account in self.reporters:
            return CaseSide.REPORTER
        return CaseSide.COUNTERPART if account in self.bases else CaseSide.OTHER


class ChangedMessages(NamedTuple):
    """The messages that changed after they were sent, by author, with the sides of the authors."""

    sides: CaseSides
    authors: Mapping[int, AuthorFacts]
    """Of their facts only the changes are told."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A contract with what its rooms show; every claim is a function of it."""

    contract: Contract
    reporters: frozenset[int]
    """The owner's accounts."""
    bases: Mapping[int, Basis]
    """The accounts known as the other side, and whose statement that is; empty: nobody is."""
    rooms: tuple[RoomFacts, ...]
    authors: Mapping[int, AuthorFacts]
    known_until: datetime | None
    """Up to when it is known what was posted in every room; None: the period ends earlier, or one was never read."""

    open_until: datetime | None = None
    """The same of the rooms that still open."""
    closings: tuple[AccountClosing, ...] = ()
    cancellations: tuple[CancellationPost, ...] = ()
    sources: Counter[ObservedBy] = field(default_factory=Counter)
    """How many of the messages were received by which kind of reading."""
    acts: tuple[Act, ...] = ()
    """What the lists of files and tasks show after the other side's last speech, and the reporter's first message after
    their last act."""
    strangers: Counter[int] = field(default_factory=Counter)
    """Account → its messages after the other side's last act, of those whose side nobody entered, and of twins."""
    twins: Mapping[int, tuple[str, datetime]] = field(default_factory=dict)
    """The accounts that came later with a name of the other side, or one like it: the id in words, and since when."""
    told_at: datetime | None = None
    """When this is told; None: at once."""

    @property
    def behind_since(self) -> datetime | None:
        """The last look, where it is long ago when this is told; None too where a closed room tells it."""
        until, is_closed = self.known_until, any(room.is_closed for room in self.rooms)
        is_old = until is not None and self.told_at is not None and self.told_at - until > LONG_AGO
        return until if is_old and not is_closed else None

    @property
    def sides(self) -> CaseSides:
        """Who stands on which side."""
        return CaseSides(self.reporters, self.bases)

    @property
    def changed(self) -> ChangedMessages:
        """The messages that changed after they were sent."""
        return ChangedMessages(self.sides, self.authors)


def change_kinds(state: State, *, was_edited: bool, was_deleted: bool, knows_text: bool, texts: int) -> set[ChangeKind]:
    """What became of a message: its state, whether it was ever shown edited or deleted, how many texts are known."""
    found = {ChangeKind(state.value)} if state in (State.MISSING, State.HIDDEN) else set()
    is_edited = was_edited or state is State.EDITED
    if was_deleted or state is State.DELETED:
        known = ChangeKind.EDITED_DELETED if is_edited else ChangeKind.DELETED
        found.add(known if knows_text else ChangeKind.DELETED_BEFORE)
    elif is_edited:
        found.add(ChangeKind.EDITED if texts > 1 else ChangeKind.EDITED_BEFORE)
    return found
