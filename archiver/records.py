"""What the archive holds, as frozen values that every part may pass on.

Times are aware UTC; message ids are decimal text; texts are exactly as Chatwork gave them. Nothing here
reads, writes or decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, NewType

AccountId = NewType("AccountId", int)
RoomId = NewType("RoomId", int)
FileId = NewType("FileId", int)
TaskId = NewType("TaskId", int)
MessageId = NewType("MessageId", str)
"""Decimal digits without leading zeros; up to 64 bits, so never a float and never cut."""

JsonObject = dict[str, Any]
"""An object exactly as `json.loads` gave it, unknown fields included."""

JST = timezone(timedelta(hours=9), "JST")
"""Asia/Tokyo: without summer time since 1952, so no time-zone database is needed."""


@dataclass(frozen=True)
class Reply:
    """One HTTP reply of the API, kept as it came."""

    path: str
    """Path below the base URL with its query, as sent: `/rooms/1/messages?force=1`."""
    status: int
    body: bytes
    """After HTTP content decoding; empty for 204."""
    headers: Mapping[str, str]
    """Names in lower case; only those worth keeping (`records.KEPT_HEADERS`)."""
    received_at: datetime
    """When the last byte had come, by this machine's clock."""

    @cached_property
    def digest(self) -> str:
        """Lower-case hex SHA-256 of the body."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def limited(self) -> bool:
        """Whether the free plan hides something here (chatwork-message-limitation, Chatwork 2022-09-06)."""
        return self.headers.get("chatwork-message-limitation", "").strip().lower() == "true"


KEPT_HEADERS = frozenset(
    {
        "date",
        "content-type",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "chatwork-message-limitation",
        "chatwork-message-limitation-summary",
    }
)


class State(StrEnum):
    """What we know of a message's presence (design §3)."""

    PRESENT = "present"
    EDITED = "edited"
    DELETED = "deleted"
    MISSING = "missing"
    HIDDEN = "hidden"


class Source(StrEnum):
    """How a message, task, file or member came to us."""

    LIST = "list"
    SINGLE = "single"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing observed or stated, as it stands in the archive; `line` is what was hashed."""

    seq: int
    observed_at: str
    kind: str
    account_id: int | None
    room_id: int | None
    key: str
    line: str
    digest: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What is to become an entry: the writer gives it a number, a salt and a digest."""

    kind: str
    key: str
    payload: JsonObject
    room_id: int | None = None
    reply: str | None = None
    """SHA-256 of the body of the HTTP reply it came from."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive holds of one message, as far as a comparison needs it."""

    message_id: MessageId
    state: State
    fingerprint: str
    """Of author, body, send_time and update_time, as `store.project` makes it."""
    text_digest: str
    """Of the last text that was not the deletion mark; empty if none was ever seen."""
    was_edited: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One text that a message had, with the interval in which it was seen."""

    body: str
    update_time: int
    first_seen: datetime
    last_seen: datetime
    """The last reading that still showed it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message with everything it ever said."""

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
    source: Source

    @property
    def texts(self) -> tuple[Version, ...]:
        """The versions that are texts, the deletion mark left out."""
        return tuple(version for version in self.versions if version.body != "[deleted]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a room and what became of its bytes."""

    number: str
    """`F-0001`, within one package."""
    room_id: RoomId
    file_id: FileId
    message_id: MessageId
    account_id: AccountId
    account_name: str
    name: str
    """As the sender named it: hostile text, never a path."""
    size: int
    uploaded_at: datetime
    gone_since: datetime | None
    """When Chatwork was first seen not to show it any more."""
    sha256: str | None
    saved_at: datetime | None
    reason: str | None
    """Why the bytes are not held, if they are not."""
    stored_as: str | None
    """Where the bytes lie in the package, as a path from its `data/` folder with `/`; None if not in it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a room that no reading has shown."""

    room_id: RoomId
    number: int
    after: MessageId | None
    """The last message before it that is held; None = the room's beginning."""
    before: MessageId
    start: datetime | None
    end: datetime | None
    missing: int | None
    """An estimate from Chatwork's counter; None = not known."""
    reason: str
    """`window` (more than 100 messages between two readings), `inaccessible`, `list`, `first_sync` or `plan`."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the job did not run; nothing posted was lost unless a gap says so."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Task:
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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody seen in a room, with every name shown, oldest first."""

    account_id: AccountId
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which everything a room showed was seen."""

    start: datetime
    end: datetime


class OtherChat(NamedTuple):
    """A direct chat with a person of a contracted room that no contract names: nothing else is known of it."""

    account_id: AccountId
    room_id: RoomId


@dataclass(frozen=True)
class Conversation:
    """One room as a package or page shows it; messages come as often as they are asked for."""

    contract: str
    """What the user calls the contract: the platform's id if known, else ours."""
    room_id: RoomId
    room_name: str
    description: str
    owner_id: AccountId
    """Whose token read it; shown as 報告者."""
    read_at: datetime
    """The time of the state shown."""
    messages: Callable[[], Iterator[Message]]
    """A fresh iterator each call, by numeric message id."""
    count: int
    people: Mapping[int, Person]
    attachments: tuple[Attachment, ...]
    tasks: tuple[Task, ...]
    gaps: tuple[Gap, ...]
    pauses: tuple[Pause, ...]
    covered: tuple[Period, ...]
    inaccessible_since: datetime | None = None
    other_chats: tuple[OtherChat, ...] = ()
    """With people of this room."""


@dataclass(frozen=True, slots=True)
class ContractRoom:
    """A room of a contract and, if the user gave one, the period that belongs to it."""

    room_id: RoomId
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """One job on a platform as the user stated it; blank facts are None."""

    id: str
    rooms: tuple[ContractRoom, ...]
    state: str = "open"
    """`open`, `closed` (still read for 180 days) or `stopped`."""
    closed_at: datetime | None = None
    title: str | None = None
    client: str | None = None
    platform: str | None = None
    platform_id: str | None = None
    url: str | None = None
    contracted_on: str | None = None
    escrowed_at: str | None = None
    contact_requested_on: str | None = None
    contact_approved_on: str | None = None
    amount: str | None = None
    due_on: str | None = None
    nda: bool | None = None
    client_url: str | None = None
    """The client's profile on the platform."""
    worker_url: str | None = None
    """The user's own."""

    @property
    def label(self) -> str:
        """What the screen calls it."""
        return self.platform_id or self.id


@dataclass(frozen=True, slots=True)
class Delivery:
    """Work handed over on the platform, as the user stated it; the platform's record decides about the money."""

    number: int
    """Within its contract."""
    at: str
    """Date, or date and time, in Japan, as typed: `2026-11-03 09:12`."""
    name: str | None = None
    """Of the file that was delivered, if one was named."""
    size: int | None = None
    sha256: str | None = None
    file_id: int | None = None
    """The same file on Chatwork, if the user said so."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Other evidence that the user added to a contract: a screenshot, a notice, a mail, an invoice."""

    number: int
    kind: str
    """`screenshot`, `notice`, `mail`, `invoice` or `other`."""
    name: str
    """As the user's file was called."""
    size: int
    sha256: str
    added_at: datetime
    dated: str | None = None
    """The day it is of, as typed."""
    message_id: MessageId | None = None
    note: str | None = None


class Part(StrEnum):
    """Who somebody in the rooms of a contract is, as the user stated."""

    CLIENT = "client"
    ME = "me"
    """Another account of the user."""
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class Mapped:
    """An account of a contract's rooms, who it is, and how the user knows."""

    account_id: AccountId
    part: Part
    reason: str
    since: datetime
    """When it was last stated."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is who in the rooms of a contract; until the user says so, all but the owner are the other side."""

    owner: int
    clients: frozenset[int] = frozenset()
    mine: frozenset[int] = frozenset()
    thirds: frozenset[int] = frozenset()

    def is_other(self, account: int) -> bool:
        """Whether an account counts as the other side."""
        if self.clients:
            return account in self.clients
        return account not in self.mine | self.thirds | {self.owner}


@dataclass(frozen=True, slots=True)
class Seal:
    """A closed stretch of entries; `sha256` is that of the seal's file."""

    number: int
    first: int
    last: int
    sha256: str
    closed_at: datetime
    day: str

    @property
    def name(self) -> str:
        """The name of its file in `seals/`."""
        return f"{self.number:06}-{self.day}.json"
