"""What looks like a person, or a way to reach one, and was not covered in a package that hides third persons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LeftoverKind(StrEnum):
    """What a leftover looks like."""

    NAME = "name"
    ACCOUNT_HOLDER = "account_holder"
    HANDLE = "handle"
    CONTACT = "contact"
    METADATA = "metadata"
    """Who made a file that would leave, or where."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """One distinct piece that was not covered, with the first sentence in which it stands."""

    piece: str
    kind: LeftoverKind
    sentence: str
    """The sentence as the package would show it, at most 80 characters around the piece."""
    places: int
    """The number of texts in which it stands."""
