"""The places of masked content, and their list for chapter 13 of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from archiver.export.mask.kinds import MaskKind, reason


class MaskedPlace(NamedTuple):
    """A text that is searched for what to mask; `room` and `message` are set for a message."""

    name: str
    """「本文」, 「ファイル名 F-0001」 …"""
    room: int = 0
    message: int = 0


@dataclass(frozen=True, slots=True)
class MaskedLine:
    """One line of the list: a place, a reason, and how many different contents were masked there."""

    no: int | None
    place: str
    reason: str
    count: int

    @property
    def where(self) -> str:
        """The place with its No.: 「No.88 本文」."""
        return self.place if self.no is None else f"No.{self.no} {self.place}"


class MaskCounts:
    """Counts of what was found where; counting the same text again changes nothing."""

    def __init__(self) -> None:
        """Begin with no counts."""
        self._hashes: dict[tuple[MaskedPlace, MaskKind], set[int]] = {}
        self._messages: set[tuple[int, int]] = set()
        """Room and id of each message in which anything was found."""
        self._numbers: dict[tuple[int, int], int] = {}

    def add(self, place: MaskedPlace, kind: MaskKind, content: str) -> None:
        """Count a content of one kind at a place; only its hash is kept."""
        self._hashes.setdefault((place, kind), set()).add(hash(content))
        if place.name in _MESSAGE_PLACES:
            self._messages.add((place.room, place.message))

    def set_number(self, room: int, message: int, no: int) -> None:
        """Set the No. of a message in the package, if anything was found in it."""
        if (room, message) in self._messages:
            self._numbers[room, message] = no

    def lines(self) -> list[MaskedLine]:
        """The lines of the list: messages by No., then everything else by name."""
        lines = [self._line(place, kind, len(hashes)) for (place, kind), hashes in self._hashes.items()]
        return sorted(lines, key=lambda one: (one.no is None, one.no or 0, one.place, one.reason))

    def _line(self, place: MaskedPlace, kind: MaskKind, count: int) -> MaskedLine:
        no = self._numbers.get((place.room, place.message))
        name = place.name if no is not None or not place.message else f"{place.name}(メッセージID {place.message})"
        return MaskedLine(no, name, reason(kind), count)


BODY = "本文"
_MESSAGE_PLACES = (BODY,)


def message_place(room: int, message_id: int) -> MaskedPlace:
    """The place of a message's texts, present and earlier ones."""
    return MaskedPlace(BODY, room, message_id)


def person_place(label: str) -> MaskedPlace:
    """The place of the display names of a person under a letter."""
    return MaskedPlace(f"{label}の表示名")
