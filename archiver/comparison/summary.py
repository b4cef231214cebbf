"""Counts what a comparison found, and keeps the messages that are told one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from archiver.comparison.message_comparison import ComparedMessage, Outcome
from archiver.comparison.sides import Side

LISTED_MESSAGES = 300
"""Messages with a difference that are shown one by one in the pages; the tables hold all of them."""


FILES = ("same", "only_a", "only_b", "differ")
"""Files by what their bytes say; a file without saved bytes on a side counts for the other alone."""


@dataclass
class ComparisonSummary:
    """What two sides hold of the chats that both have."""

    a: Side
    b: Side
    rooms: tuple[int, ...]
    counts: dict[int, Counter[str]] = field(default_factory=dict)
    """Room → outcome (`Outcome`) → messages."""
    listed: list[ComparedMessage] = field(default_factory=list)
    """The first messages that the two do not hold alike."""
    unlisted: int = 0
    """Further ones, which stand in the tables alone."""
    files: Counter[str] = field(default_factory=Counter)
    """One of FILES → files."""
    names: dict[int, str] = field(default_factory=dict)
    """Account → the last name that a message of it shows, for mentions in other messages."""

    @property
    def parted_at(self) -> int | None:
        """The first seal from which two copies of one archive differ; None: they do not, or are no copies of one."""
        both = sorted(self.a.seals.keys() & self.b.seals.keys())
        same = {number for number in both if self.a.seals[number] == self.b.seals[number]}
        return next((number for number in both if number not in same), None) if same else None

    def add(self, compared: ComparedMessage) -> None:
        """Count one message."""
        either = compared.either
        self.counts.setdefault(either.room_id, Counter())[compared.outcome] += 1
        self.names[either.account_id] = either.name
        if compared.outcome in (Outcome.SAME, Outcome.MASKED):
            return
        if len(self.listed) < LISTED_MESSAGES:
            self.listed.append(compared)
        else:
            self.unlisted += 1

    def total(self, outcomes: Iterable[Outcome] = tuple(Outcome)) -> int:
        """Messages with one of these outcomes in all rooms."""
        return sum(counts[outcome] for counts in self.counts.values() for outcome in outcomes)

    def document(self, written_to: Path | None) -> dict[str, object]:
        """The JSON document of `compare`."""
        return {
            "a": _side_document(self.a),
            "b": _side_document(self.b),
            "rooms": [
                {
                    "room_id": room,
                    "name": self.a.room_names.get(room) or self.b.room_names.get(room, ""),
                    **{outcome.value: self.counts.get(room, Counter())[outcome] for outcome in Outcome},
                }
                for room in self.rooms
            ],
            "files": {one: self.files[one] for one in FILES},
            "seals_part_at": self.parted_at,
            "path": None if written_to is None else str(written_to),
        }


def count_files(summary: ComparisonSummary) -> None:
    """Compare the digests of the saved bytes of each file in the rooms that both have."""
    for key in summary.a.files.keys() | summary.b.files.keys():
        of_a, of_b = summary.a.files.get(key, frozenset()), summary.b.files.get(key, frozenset())
        if key[0] not in summary.rooms or not of_a | of_b:
            continue
        if of_a and of_b:
            summary.files["same" if of_a & of_b else "differ"] += 1
        else:
            summary.files["only_a" if of_a else "only_b"] += 1


def _side_document(side: Side) -> dict[str, object]:
    return {
        "path": str(side.path),
        "kind": side.kind,
        "account_ids": sorted(side.account_ids),
        "verified": side.verification.ok,
        "findings": len(side.verification.findings),
    }
