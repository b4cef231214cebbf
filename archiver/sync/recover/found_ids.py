"""What was taken out of files: ids of contracted rooms, and counts of what was left aside and why."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from archiver.message_ids import is_plausible
from archiver.store.working.backfill_queue import MessagePlace

MOST = 200_000
"""Ids taken in one call: reading them takes three days at Chatwork's pace."""


@dataclass(slots=True)
class FoundIds:
    """Ids out of any number of files."""

    rooms: AbstractSet[int]
    """The contracted rooms; ids of others are counted and forgotten."""
    fallback: int | None
    """The room of ids that tell none: the one the user named, or the only one; None = they cannot be used."""
    now: datetime
    places: set[MessagePlace] = field(default_factory=set)
    elsewhere: set[MessagePlace] = field(default_factory=set)
    """Of rooms without a contract."""
    roomless: set[int] = field(default_factory=set)
    implausible: set[str] = field(default_factory=set)
    """Numbers that no message can have: of the future, or from before Chatwork began."""
    cut: bool = False
    """There were more than `MOST`."""

    def is_full(self) -> bool:
        """Whether no more is taken."""
        taken = len(self.places) + len(self.elsewhere) + len(self.roomless) + len(self.implausible)
        return taken >= MOST


@dataclass(slots=True)
class FilePageIds:
    """Ids out of one file or one part of a mail, whose rooms may become known only at its end."""

    found: FoundIds
    room: int | None = None
    """Where the page says that it was saved."""
    hint: int | None = None
    """A contracted room that the file's name or the user names."""
    _seen_rooms: set[int] = field(default_factory=set)
    _explicit: set[int] = field(default_factory=set)
    _roomless: set[int] = field(default_factory=set)

    def add(self, room: str | int | None, message: str | int) -> None:
        """Take an id; `room` None = the text tells none."""
        position = self._position(message)
        if position is None:
            return
        if room is None:
            self._roomless.add(position)
            return
        number = _number(room)
        self._seen_rooms.add(number)
        self._explicit.add(position)
        self._take(number, position)

    def saved_in(self, room: str) -> None:
        """The page tells where it was saved; the first one counts."""
        if self.room is None:
            self.room = _number(room)

    def close(self) -> None:
        """Give the ids without a room the page's own: told, or hinted at, or the only one on it, or the fallback."""
        only = next(iter(self._seen_rooms)) if len(self._seen_rooms) == 1 else None
        room = next((one for one in (self.room, self.hint, only, self.found.fallback) if one is not None), None)
        for position in self._roomless - self._explicit:
            if room is None:
                self.found.roomless.add(position)
            else:
                self._take(room, position)

    def _take(self, room: int, position: int) -> None:
        kept = self.found.places if room in self.found.rooms else self.found.elsewhere
        kept.add((room, position))

    def _position(self, message: str | int) -> int | None:
        if self.found.is_full() or len(self._roomless) >= MOST:
            self.found.cut = True
            return None
        position = _number(message)
        if not is_plausible(position, self.found.now):
            self.found.implausible.add(str(message)[:40])
            return None
        return position


def _number(value: str | int) -> int:
    """A whole number of at most 19 digits; 0 for everything else, which no id is."""
    if isinstance(value, int):
        return value if 0 < value < 2**63 else 0
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 19 else 0
