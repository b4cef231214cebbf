"""What an erasure takes away and what it leaves, before it is done and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from archiver.records.evidence import JsonObject


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


@dataclass(frozen=True, slots=True)
class Erasure:
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
