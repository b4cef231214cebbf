"""A claim: what may be said of a fact, how far it is known, and whose statement it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from archiver.records import Basis

Value = TypeVar("Value")


class Knowledge(StrEnum):
    """How far a fact is known."""

    WHOLE = "whole"
    """The coverage proves it."""
    SAVED = "saved"
    """It is true of what was saved; something is missing that could change it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is known to be missing: an estimate from Chatwork's counters, and the gaps without one."""

    estimate: int = 0
    gaps: int = 0
    """All gaps."""
    uncounted: int = 0
    """Gaps of which no counter tells how much they hold."""
    emptied: int = 0
    """Gaps whose estimate is 0, without proof that nothing is missing in them."""
    erased: int = 0
    """Messages that the owner erased after they were saved; they are in no estimate."""
    unread_rooms: int = 0
    """Rooms that were never read."""
    closed_rooms: int = 0
    """Rooms that cannot be opened any more; nothing tells how much was posted there since."""
    has_unknown_text: bool = False
    """Whether a post of which no text was ever seen may be what is looked for."""

    def __bool__(self) -> bool:
        """Whether anything may be missing."""
        return bool(self.gaps or self.unread_rooms or self.closed_rooms or self.has_unknown_text)


NOTHING_MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Claim(Generic[Value]):
    """A value with its knowledge, its basis, the entries it rests on, and what is missing that could change it."""

    value: Value
    knowledge: Knowledge
    basis: Basis = Basis.REPLY
    entries: tuple[int, ...] = ()
    missing: Missing = NOTHING_MISSING

    @property
    def is_whole(self) -> bool:
        """Whether the coverage proves it."""
        return self.knowledge is Knowledge.WHOLE
