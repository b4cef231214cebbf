"""Watches during a run for departing counterparts, whose files and rooms are then read before all others.

A function given to the run decides who is departing; this module calls it with what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from archiver.store.archive import Archive, Reading
from archiver.store.queries import departures, entries
from archiver.store.queries.files import WantedFile
from archiver.sync import plan
from archiver.sync.files.download import FileDownloads
from archiver.sync.plan import PlanStep

FindDeparting = Callable[[Reading, int], frozenset[int]]
"""Returns the accounts of departing counterparts, judged by the entries above a number."""

URGENT = "urgent"
"""The reason of a step that is not in the plan."""


def nobody_departs(_reading: Reading, _after: int) -> frozenset[int]:
    """Find no departing counterpart."""
    return frozenset()


def seal_nothing() -> None:
    """Make no seal."""


@dataclass(slots=True)
class DepartureWatch:
    """Checks each entry of a run once for departing people, and reports each person once."""

    archive: Archive
    find_departing: FindDeparting
    _last_seq: int = 0
    _reported: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin after the last entry that the archive has now."""
        with self.archive.reading() as reading:
            self._last_seq = entries.last_seq(reading)

    def departing(self) -> frozenset[int]:
        """The accounts that are departing by the entries since the last call, each only once."""
        with self.archive.reading() as reading:
            last = entries.last_seq(reading)
            departing = (
                self.find_departing(reading, self._last_seq) - self._reported
                if last > self._last_seq
                else frozenset[int]()
            )
        self._last_seq = last
        self._reported |= departing
        return departing


@dataclass(slots=True)
class DeparturePriority:
    """Puts departing people first: their small files, the rooms shared with them, a seal, then their large files."""

    departure_watch: DepartureWatch
    downloads: FileDownloads
    take_steps: Callable[[Iterable[PlanStep]], None]
    """Takes steps of a plan, each once in a run."""
    fetch: Callable[[Callable[[list[WantedFile]], None], Collection[int]], None]
    """Downloads files of these people with a method of `downloads`, whether or not they are due."""
    reach: Callable[[set[int]], list[int]]
    """Returns those of these rooms that the run can read."""
    seal: Callable[[], None]

    def prioritize(self) -> None:
        """Check what is new and read what departing people have; large files wait for the texts, one request a room."""
        departing = self.departure_watch.departing()
        if not departing:
            return
        with self.departure_watch.archive.reading() as reading:
            rooms = departures.contracted_rooms_of(reading, departing)
        self.fetch(self.downloads.download_small, departing)
        self._read(rooms, plan.FILES)
        self.fetch(self.downloads.download_small, departing)
        self._read(rooms, plan.MESSAGES)
        self._read(rooms, plan.PEOPLE)
        self.seal()
        self.fetch(self.downloads.download_large, departing)

    def _read(self, rooms: set[int], kind: str) -> None:
        self.take_steps([PlanStep(room, kind, URGENT, overdue=True) for room in self.reach(rooms)])
