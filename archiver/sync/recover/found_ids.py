"""The message ids found in files: those of contracted rooms, and those that were left out and why."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from archiver.message_ids import is_plausible
from archiver.store.working.backfill_queue import MessagePlace

IDS_LIMIT = 200_000
"""The most ids taken in one call: reading them takes three days within Chatwork's limit."""


@dataclass(slots=True)
class FoundIds:
    """Message ids found in any number of files."""

    rooms: AbstractSet[int]
    """The contracted rooms; ids of other rooms are only counted."""
    fallback: int | None
    """The room of ids without one: the room the user named, or the only one; None = such ids cannot be used."""
    now: datetime
    places: set[MessagePlace] = field(default_factory=set)
    elsewhere: set[MessagePlace] = field(default_factory=set)
    """Ids in rooms without a contract."""
    roomless: set[int] = field(default_factory=set)
    implausible: set[str] = field(default_factory=set)
    """Numbers that no message can have: of the future, or from before Chatwork began."""
    is_cut: bool = False
    """Whether there were more than `IDS_LIMIT`."""

    def is_full(self) -> bool:
        """Whether no more ids are taken."""
        taken = len(self.places) + len(self.elsewhere) + len(self.roomless) + len(self.implausible)
        return taken >= IDS_LIMIT


@dataclass(slots=True)
class FilePageIds:
    """Ids found in one file or one part of a mail, whose rooms may become known only at its end."""

    found: FoundIds
    room: int | None = None
    """The room in which the page was saved, as it states itself."""
    hint: int | None = None
    """A contracted room in the file's name."""
    _seen_rooms: set[int] = field(default_factory=set)
    _explicit: set[int] = field(default_factory=set)
    _roomless: set[int] = field(default_factory=set)

    def add(self, room: str | int | None, message: str | int) -> None:
        """Add an id; `room` None = the text states none."""
        position = self._position(message)
        if position is None:
            return
        if room is None:
            self._roomless.add(position)
            return
        number = _parse_number(room)
        self._seen_rooms.add(number)
        self._explicit.add(position)
        self._add_place(number, position)

    def set_room(self, room: str) -> None:
        """Set the room in which the page was saved; the first one counts."""
        if self.room is None:
            self.room = _parse_number(room)

    def close(self) -> None:
        """Give the ids without a room that of the page: the stated, the hinted, the only one on it, or the fallback."""
        only = next(iter(self._seen_rooms)) if len(self._seen_rooms) == 1 else None
        room = next(
            (number for number in (self.room, self.hint, only, self.found.fallback) if number is not None), None
        )
        for position in self._roomless - self._explicit:
            if room is None:
                self.found.roomless.add(position)
            else:
                self._add_place(room, position)

    def _add_place(self, room: int, position: int) -> None:
        places = self.found.places if room in self.found.rooms else self.found.elsewhere
        places.add((room, position))

    def _position(self, message: str | int) -> int | None:
        if self.found.is_full() or len(self._roomless) >= IDS_LIMIT:
            self.found.is_cut = True
            return None
        position = _parse_number(message)
        if not is_plausible(position, self.found.now):
            self.found.implausible.add(str(message)[:40])
            return None
        return position


def _parse_number(value: str | int) -> int:
    """A whole number of at most 19 digits; 0, which is no id, for everything else."""
    if isinstance(value, int):
        return value if 0 < value < 2**63 else 0
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 19 else 0
