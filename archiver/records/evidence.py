"""Entries of the archive, observations that become entries, and the seals over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver.records.identifiers import JsonObject


@dataclass(frozen=True, slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True)
class Seal:
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
