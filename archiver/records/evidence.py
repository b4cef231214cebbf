"""Identifiers, and what the archive is made of: entries, observations, seals, replies, looks, erasures."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, NewType

AccountId = NewType("AccountId", int)

RoomId = NewType("RoomId", int)

FileId = NewType("FileId", int)

TaskId = NewType("TaskId", int)

MessageId = NewType("MessageId", str)
"""Decimal digits without leading zeros, up to 64 bits; never converted to a float or shortened."""

JsonObject = dict[str, Any]
"""An object exactly as `json.loads` gave it, unknown fields included."""

JST = timezone(timedelta(hours=9), "JST")
"""Asia/Tokyo. It has had no summer time since 1952, so no time-zone database is needed."""


def begin_of_day(day: date) -> datetime:
    """When a day begins in Japan."""
    return datetime.combine(day, time(), JST)


class Entry(NamedTuple):
    """Something observed or stated, as it is stored in the archive; `line` is the text that is hashed."""

    seq: int
    observed_at: str
    """UTC, by Chatwork's clock as far as it is known."""
    clock: str | None
    """This computer's own time where it differs from `observed_at` by more than a minute or could not be compared."""
    kind: str
    account_id: int | None
    room_id: int | None
    key: str
    line: str
    digest: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Something observed or stated that is to become an entry: the writer adds number, salt and digest."""

    kind: str
    key: str
    payload: JsonObject
    room_id: int | None = None
    reply: str | None = None
    """Salted digest of the HTTP reply it came from (`Reply.digest`)."""


class Seal(NamedTuple):
    """A closed range of entries; `sha256` is that of the seal's file."""

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


SALT_BYTES = 32
"""The length of a reply's salt."""


@dataclass(frozen=True)
class Reply:
    """An HTTP reply of the API, as it was received."""

    path: str
    """Path below the base URL with its query, as sent: `/rooms/1/messages?force=1`."""
    status: int
    body: bytes
    """After HTTP content decoding; empty for 204."""
    headers: Mapping[str, str]
    """Names in lower case; only those that are stored (`records.KEPT_HEADERS`)."""
    received_at: datetime
    """When Chatwork sent it: its `Date`; without one that counts, this computer's time corrected by the last one."""
    dated: bool = True
    """Whether `received_at` is its `Date`."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES), compare=False)
    """Random bytes in front of the body in the digest, so that nothing in it can be guessed from the digest."""

    @cached_property
    def digest(self) -> str:
        """Lower-case hex SHA-256 of the salt and the body, which the entries that come from the reply name."""
        return hashlib.sha256(self.salt + self.body).hexdigest()

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


SECOND = timedelta(seconds=1)


class SteadyLooks(NamedTuple):
    """The looks at one list that were all the same."""

    first: datetime
    last: datetime
    times: int = 1
    longest_s: int = 0
    """The longest time in seconds between two of these looks; 0 for a single one."""
    intervals: tuple[tuple[int, int], ...] = ()
    """Seconds from each look to the next as (seconds, how many times in a row)."""

    @classmethod
    def begin(cls, at: datetime) -> SteadyLooks:
        """One look."""
        return cls(_whole_second(at), _whole_second(at))

    def add(self, at: datetime) -> SteadyLooks:
        """These looks and a later one; an earlier time counts as the last one's."""
        last = max(_whole_second(at), self.last)
        seconds = (last - self.last) // SECOND
        *before, newest = self.intervals or ((seconds, 0),)
        grown = (*before, (seconds, newest[1] + 1)) if newest[0] == seconds else (*before, newest, (seconds, 1))
        return SteadyLooks(self.first, last, self.times + 1, max(self.longest_s, seconds), grown)


def _whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


class ErasureReason(StrEnum):
    """Why the owner erases; a word of this list, as the record of an erasure never holds a text."""

    AGREEMENT = "agreement"
    """The contract or a promise of secrecy asks for it."""
    REQUEST = "request"
    """A person asked for it, such as by a law on personal data."""
    OWN = "own"
    """The owner wants it."""


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """The entries that an erasure takes, and all that goes with them."""

    numbers: tuple[tuple[int, int], ...]
    """Ranges of the numbers of the entries."""
    kinds: Mapping[str, int]
    """How many of each kind."""
    messages: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Room → the ids of the messages."""
    files: Mapping[int, frozenset[int]] = field(default_factory=dict)
    tasks: Mapping[int, frozenset[int]] = field(default_factory=dict)
    whole_rooms: frozenset[int] = frozenset()
    """Rooms of which nothing is left."""
    contracts: frozenset[str] = frozenset()
    """Contracts whose statements go."""
    replies: tuple[str, ...] = ()
    """Digests of the kept replies that hold something of it."""
    blobs: frozenset[str] = frozenset()
    """SHA-256 of the bytes that no other entry names."""
    shared_blobs: int = 0
    """Bytes that stay, as an entry that stays names them too."""
    kept: int = 0
    """Messages of the contract's rooms that stay, as another contract holds them."""
    quoting: int = 0
    """Messages that stay and that answer one of these messages."""
    gaps: tuple[JsonObject, ...] = ()
    """Payloads of the gaps that it leaves, each with its `room`."""

    @property
    def count(self) -> int:
        """The number of entries."""
        return sum(self.kinds.values())

    @property
    def message_count(self) -> int:
        """The number of messages."""
        return sum(map(len, self.messages.values()))

    @property
    def file_count(self) -> int:
        """The number of files."""
        return sum(map(len, self.files.values()))

    @property
    def rooms(self) -> frozenset[int]:
        """The rooms of which something goes."""
        return self.whole_rooms | self.messages.keys() | self.files.keys() | self.tasks.keys()


class Erasure(NamedTuple):
    """An erasure on record."""

    number: int
    seq: int
    at: datetime
    digest: str
    """Of its entry."""
    payload: JsonObject
    seal: int | None
    """The seal that closed its entry."""
    seal_sha256: str | None
