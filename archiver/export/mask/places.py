"""Where something was covered, and how it is listed (chapter 13 of a report)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from archiver.export.mask.kinds import MaskKind, reason


class MaskedPlace(NamedTuple):
    """A text that is looked through: of a message, if it is one's."""

    name: str
    """「本文」, 「ファイル名 F-0001」 …"""
    room: int = 0
    message: int = 0


@dataclass(frozen=True, slots=True)
class MaskedLine:
    """One line of the list: different contents of one kind at one place count once each."""

    no: int | None
    place: str
    reason: str
    count: int

    @property
    def where(self) -> str:
        """「No.88 本文」."""
        return self.place if self.no is None else f"No.{self.no} {self.place}"


class MaskCounts:
    """What was found where; going through the same text again changes nothing."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        self._hashes: dict[tuple[MaskedPlace, MaskKind], set[int]] = {}
        self._numbers: dict[tuple[int, int], int] = {}

    def add(self, place: MaskedPlace, kind: MaskKind, content: str) -> None:
        """Note a content of one kind at a place; only its hash is kept."""
        self._hashes.setdefault((place, kind), set()).add(hash(content))

    def set_number(self, room: int, message: int, no: int) -> None:
        """Say which No. a message has in the package, if anything was found in it."""
        if any(
            (MaskedPlace(name, room, message), kind) in self._hashes for name in _MESSAGE_PLACES for kind in MaskKind
        ):
            self._numbers[room, message] = no

    def lines(self) -> list[MaskedLine]:
        """The list: messages by No., then everything else by name."""
        found = [self._line(place, kind, len(seen)) for (place, kind), seen in self._hashes.items()]
        return sorted(found, key=lambda one: (one.no is None, one.no or 0, one.place, one.reason))

    def _line(self, place: MaskedPlace, kind: MaskKind, count: int) -> MaskedLine:
        no = self._numbers.get((place.room, place.message))
        name = place.name if no is not None or not place.message else f"{place.name}(メッセージID {place.message})"
        return MaskedLine(no, name, reason(kind), count)


BODY = "本文"
_MESSAGE_PLACES = (BODY,)


def message_place(room: int, message_id: int) -> MaskedPlace:
    """The texts of a message, the present one and those before."""
    return MaskedPlace(BODY, room, message_id)


def person_place(label: str) -> MaskedPlace:
    """The display names of somebody who is called by a letter."""
    return MaskedPlace(f"{label}の表示名")


def numbered_place(name: str, numbers: Iterator[int]) -> MaskedPlace:
    """A thing with a number of its own."""
    return MaskedPlace(f"{name} {next(numbers)}")
