"""Packages that were made, and to whom the user says they were handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Handover:
    """The user's statement that a package was handed to somebody."""

    to: str
    on: str
    """The day as `2026-11-24`, or a day and time in Japan."""
    how: str
    """The way, in the user's words; it may be empty."""
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class ExportedPackage:
    """A package as its `export` entry records it."""

    number: int
    """Its number in the list of packages, from 1."""
    seq: int
    """The number of its entry."""
    at: datetime
    contract: str
    profile: str
    name: str
    sha256: str
    """The digest that covers everything in it."""
    handovers: tuple[Handover, ...]
    """The latest statement last."""
    making: Mapping[str, Any] = field(default_factory=dict)
    """The payload of its entry."""

    @property
    def lang(self) -> str:
        """The language of its texts."""
        return str(self.making.get("lang", "ja"))
