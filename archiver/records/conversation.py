"""A room as it is shown: its messages with every version, files, tasks, people, gaps and pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from archiver.records.evidence import AccountId, FileId, MessageId, RoomId, TaskId


class State(StrEnum):
    """What is known of a message's presence on Chatwork."""

    PRESENT = "present"
    EDITED = "edited"
    DELETED = "deleted"
    MISSING = "missing"
    HIDDEN = "hidden"


class MessageKind(StrEnum):
    """Whether a message is a person's own, or has the form of a post that Chatwork's system makes in their name."""

    SPEECH = "speech"
    NOTICE = "notice"
    UNKNOWN = "unknown"
    """No text of it was ever seen: it was first seen as deleted."""


def notable_states(state: State, *, was_edited: bool, was_deleted: bool) -> tuple[State, ...]:
    """The states of a message worth telling: an edit or deletion while it was still shown, then its present state."""
    before = State.DELETED if was_deleted else State.EDITED if was_edited else State.PRESENT
    states = (before, state) if state in (State.MISSING, State.HIDDEN) else (state,)
    return tuple(one for one in states if one is not State.PRESENT)


def last_shown(state: State, *, was_deleted: bool) -> State:
    """The state of a message, or the one before the plan hid it, which takes nothing back."""
    return State.DELETED if state is State.HIDDEN and was_deleted else state


class ObservedBy(StrEnum):
    """By which kind of reading a message, task, file or member was received."""

    LIST = "list"
    SINGLE = "single"
    RECOVERED = "recovered"
    COPY = "copy"


class KnownMessage(NamedTuple):
    """What the archive holds of a message, as far as a comparison needs it."""

    state: State
    fingerprint: str
    """The fingerprint of author, body, send_time and update_time, made in `received_facts_and_record_forms`."""
    text_digest: str
    """The digest of the last text that was not the deletion mark; empty if none was ever seen."""
    was_edited: bool


class Version(NamedTuple):
    """A text that a message had, with the interval in which it was seen."""

    body: str
    update_time: int
    first_seen: datetime
    last_seen: datetime
    """The last reading that still showed it."""


class Message(NamedTuple):
    """A message with every text that it had."""

    no: int
    """Its number within one package or page; citations carry the message id too."""
    room_id: RoomId
    message_id: MessageId
    account_id: AccountId
    name: str
    """The display name as last received with this message."""
    send_time: datetime
    update_time: int
    state: State
    body: str
    """The current text; `[deleted]` once deleted; the last one shown for missing and hidden."""
    versions: tuple[Version, ...]
    """Oldest first, the current one included."""
    first_seen: datetime
    changed_at: datetime
    """When the present state was first observed."""
    entry_seq: int
    source: ObservedBy
    kind: MessageKind = MessageKind.SPEECH

    @property
    def is_notice(self) -> bool:
        """Whether it has the form of a post of Chatwork's own system, which anybody can type."""
        return self.kind is MessageKind.NOTICE

    @property
    def texts(self) -> tuple[Version, ...]:
        """The versions without the deletion mark."""
        return tuple([version for version in self.versions if version.body != "[deleted]"])

    @property
    def shown_text(self) -> str:
        """The text that stands for it: that before a deletion, or else the present one; empty if none was ever seen."""
        return self.body if self.body != "[deleted]" else next((one.body for one in reversed(self.texts)), "")

    @property
    def was_deleted(self) -> bool:
        """Whether it was ever shown as deleted."""
        return len(self.texts) < len(self.versions)

    @property
    def last_shown(self) -> State:
        """Its state, or the one before the plan hid it."""
        return last_shown(self.state, was_deleted=self.was_deleted)

    @property
    def was_edited(self) -> bool:
        """Whether it ever had another text, or Chatwork's mark of an edit.

        A present one only lost its file: Chatwork's box in it changed, and nobody edited it.
        """
        if self.state is State.PRESENT:
            return False
        return len({one.body for one in self.texts}) > 1 or any(one.update_time > 0 for one in self.texts)

    @property
    def notable_states(self) -> tuple[State, ...]:
        """The states worth telling; empty for a message that is present and was never changed."""
        if self.state is State.PRESENT:
            return ()  # the case of nearly all messages
        return notable_states(self.state, was_edited=self.was_edited, was_deleted=self.was_deleted)


class Attachment(NamedTuple):
    """A file of a room, and whether its bytes are saved."""

    number: str
    """The number within a package: `F-0001`."""
    room_id: RoomId
    file_id: FileId
    message_id: MessageId
    account_id: AccountId
    account_name: str
    name: str
    """The name that the sender gave it: untrusted text, never a path."""
    size: int
    uploaded_at: datetime
    gone_since: datetime | None
    """When Chatwork was first seen to show it no more."""
    sha256: str | None
    saved_at: datetime | None
    reason: str | None
    """Why the bytes are not saved, if they are not."""
    stored_as: str | None
    """The path of the bytes below the package's `data/` folder, with `/`; None if they are not in the package."""
    replaced_at: datetime | None = None
    """When these bytes were first listed in the place of others that were sent at `uploaded_at`."""


class Gap(NamedTuple):
    """A range of messages of a room that no reading has shown."""

    room_id: RoomId
    number: int
    after: MessageId | None
    """The last saved message before the gap; None = the room's beginning."""
    before: MessageId
    start: datetime | None
    end: datetime | None
    missing: int | None
    """An estimate from Chatwork's counter; None = not known."""
    reason: str
    """`window` (more than 100 messages between readings), `inaccessible`, `list`, `first_sync`, `plan`, `erased`."""
    is_partly_outside: bool = False
    """Whether a message at one of its ends lies outside what is shown, so that its id is not printed."""

    @property
    def is_erased(self) -> bool:
        """Whether the owner erased what was saved of it; then `missing` is exact."""
        return self.reason == "erased"


class Post(NamedTuple):
    """A saved message's place, author and time."""

    room_id: RoomId
    message_id: MessageId
    account_id: AccountId
    at: datetime
    seq: int = 0
    """The number of its last entry."""
    no: int | None = None
    """Its number in the package; None: it is not in one."""


class EarlierJobs(NamedTuple):
    """Other jobs of the archive to which the messages of a room before a job's first one belong."""

    since: datetime
    """When the room's first saved message was sent."""
    jobs: tuple[tuple[str, str | None], ...]
    """What each is called on the screen, and its stated permission for contact outside."""


class RoomBeginning(NamedTuple):
    """The first saved message of a room that belongs to no earlier job, whatever period is told of it."""

    first: Post | None
    gaps: tuple[Gap, ...]
    """All that is known to be missing in it."""
    earlier: EarlierJobs | None = None
    shared: tuple[str, ...] = ()
    """What the other jobs are called that have the room in the same time."""
    """None: no message before the first one."""


class Pause(NamedTuple):
    """A time without a list of a room's messages; nothing posted was lost unless a gap says so."""

    start: datetime
    end: datetime
    is_refused: bool = False
    """Whether the chat could not be opened at its start; otherwise nobody looked."""


class WrongClock(NamedTuple):
    """A time in which this computer's clock was wrong by more than a minute, as the runs recorded it."""

    start: datetime
    end: datetime
    ahead: timedelta
    """How far it was ahead of Chatwork's, the largest difference; below zero: behind."""


class Watch(NamedTuple):
    """When a room was looked at: when its list of messages was read."""

    begun: datetime | None = None
    """The first look; None: there was none."""
    last: datetime | None = None
    """The last look; what was posted later is not known."""
    looks: int = 0
    """Number of looks."""
    pauses: tuple[Pause, ...] = ()
    """Times between two looks that are longer than `limit`, oldest first."""
    usual: timedelta | None = None
    """The usual time between two looks; None: there were less than two."""
    limit: timedelta = timedelta(hours=1)
    """The longest time without a look that is no pause."""
    longest: timedelta = timedelta()
    """The longest time between two looks that is no pause: so late a change was seen at most, outside pauses."""
    outstanding: timedelta = timedelta()
    """A pause that is longer than this stands out; below it lie the usual intervals of a room that is rarely read."""


class Task(NamedTuple):
    """A task as last seen."""

    task_id: TaskId
    room_id: RoomId
    message_id: MessageId
    assignee: str
    assigned_by: str
    body: str
    limit: datetime | None
    status: str
    gone_since: datetime | None
    first_seen: datetime
    unread_limit: str = ""
    """What Chatwork returned as its limit, where that is no time."""
    limit_type: str = ""
    """`none`, `date`, which names a day alone, or `time`."""


class PersonName(NamedTuple):
    """A name or other text about a person, and when it was first seen."""

    text: str
    at: datetime | None
    """None: not known."""


class MembershipPeriod(NamedTuple):
    """A period in which the list of members showed a person; None: it began before the first list, or has not ended."""

    since: datetime | None
    until: datetime | None
    """When the list was first seen to show them no more."""
    is_from_before: bool = False
    """Whether it began before the period that is shown."""


class Membership(NamedTuple):
    """What the lists of a room's members said about a person, oldest first."""

    chatwork_ids: tuple[PersonName, ...] = ()
    organisations: tuple[PersonName, ...] = ()
    """Names of organisation and department."""
    stays: tuple[MembershipPeriod, ...] = ()


class Person(NamedTuple):
    """A person seen in a room, with every name shown, oldest first."""

    account_id: AccountId
    names: tuple[str, ...]
    named_at: tuple[datetime | None, ...] = ()
    """When each of the names was first seen; None, or none at all: not known."""
    membership: Membership = Membership()
    is_from_before: bool = False
    """Whether the first name was shown already before the period that is shown."""

    def name_at(self, at: datetime) -> str:
        """The name that was last seen by then, or the first one; empty if none was ever seen."""
        dated = zip(self.names, self.named_at or (None,) * len(self.names), strict=False)
        shown = [name for name, seen in dated if seen is None or seen <= at]
        return (shown or list(self.names[:1]) or [""])[-1]


class Period(NamedTuple):
    """A period in which everything that a room showed was seen."""

    start: datetime
    end: datetime


class OtherChat(NamedTuple):
    """A direct chat with a person of a contracted room that no contract names: nothing else is known of it."""

    account_id: AccountId
    room_id: RoomId


@dataclass(frozen=True)
class Conversation:
    """A room as a package or page shows it. Its messages can be iterated repeatedly."""

    contract: str
    """The name of the contract: its number on the platform if known, else its id."""
    room_id: RoomId
    room_name: str
    description: str
    owner_id: AccountId
    """The account whose token read it; shown as 報告者."""
    read_at: datetime
    """The time of the state shown."""
    messages: Callable[..., Iterator[Message]]
    """A fresh iterator each call, by numeric message id; from a place on if one is given, the first being 0."""
    count: int
    people: Mapping[int, Person]
    attachments: tuple[Attachment, ...]
    tasks: tuple[Task, ...]
    gaps: tuple[Gap, ...]
    pauses: tuple[Pause, ...]
    """The pauses of `watch` that touch the period."""
    covered: tuple[Period, ...]
    watch: Watch = field(default_factory=Watch)
    inaccessible_since: datetime | None = None
    other_chats: tuple[OtherChat, ...] = ()
    """Direct chats with people of this room."""
    beginning: RoomBeginning | None = None
    """Where the room begins, whatever period is shown; None: at its first message here."""


EPOCH = datetime(2010, 6, 14, tzinfo=UTC)
LOW_BITS = 22

FIRST_TIMED_ID = 2**32
"""Ids below this are of the old kind; the highest known one, of January 2016, is about 1.03 thousand million."""

FIRST_DAY = datetime(2011, 3, 1, tzinfo=UTC)
"""Chatwork's first day: no id holds an earlier time."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the local clock may be behind."""


def posted_at(number: int) -> datetime | None:
    """The time derived from an id; None for the old kind, which holds no time, and for impossible dates."""
    if number < FIRST_TIMED_ID:
        return None
    try:
        return EPOCH + timedelta(milliseconds=number >> LOW_BITS)
    except OverflowError:
        return None


def first_id_after(at: datetime) -> int:
    """The smallest id that holds this time or a later one."""
    return ((at - EPOCH) // timedelta(milliseconds=1)) << LOW_BITS


def is_plausible(number: int, now: datetime) -> bool:
    """Whether a message can have this id: of the old kind, or of a time between Chatwork's first day and now."""
    if 0 < number < FIRST_TIMED_ID:
        return True
    at = posted_at(number) if 0 < number < 2**63 else None
    return at is not None and FIRST_DAY <= at <= now + CLOCK_TOLERANCE
