"""Looks, while a run is going on, whether a counterpart is going: then their things come before all others.

What counts as a sign is judged by a function that the run is given; this only asks it about what is new.
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

Watch = Callable[[Reading, int], frozenset[int]]
"""The accounts of counterparts who are going, by the entries above a number."""

URGENT = "urgent"
"""Why a step is taken that no plan has."""


def nobody(_reading: Reading, _after: int) -> frozenset[int]:
    """A watch that sees nothing."""
    return frozenset()


def nothing() -> None:
    """A seal that is not made."""


@dataclass(slots=True)
class DepartureWatch:
    """Asks about each entry of a run once, and tells of each person once."""

    archive: Archive
    watch: Watch
    _upto: int = 0
    _told: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """What is in the archive now is no news."""
        with self.archive.reading() as reading:
            self._upto = entries.last_seq(reading)

    def going(self) -> frozenset[int]:
        """Those who are going by what came since the last look."""
        with self.archive.reading() as reading:
            last = entries.last_seq(reading)
            found = self.watch(reading, self._upto) - self._told if last > self._upto else frozenset[int]()
        self._upto = last
        self._told |= found
        return found


@dataclass(slots=True)
class DeparturePriority:
    """Turns a run urgent: their files, then every room shared with them, then a seal, then their large files."""

    lookout: DepartureWatch
    fetcher: FileDownloads
    walk: Callable[[Iterable[PlanStep]], None]
    """Takes steps, each once in a run."""
    fetch: Callable[[Callable[[list[WantedFile]], None], Collection[int]], None]
    """Fetches files of these people by one of the fetcher's ways, whether or not their time has come."""
    reach: Callable[[set[int]], list[int]]
    """Those of these rooms that the run can read."""
    seal: Callable[[], None]

    def look(self) -> None:
        """Look at what is new. A large file waits for the texts, which cost one request a room."""
        going = self.lookout.going()
        if not going:
            return
        with self.lookout.archive.reading() as reading:
            rooms = departures.rooms_of(reading, going)
        self.fetch(self.fetcher.small, going)
        self._read(rooms, plan.FILES)
        self.fetch(self.fetcher.small, going)
        self._read(rooms, plan.MESSAGES)
        self._read(rooms, plan.PEOPLE)
        self.seal()
        self.fetch(self.fetcher.large, going)

    def _read(self, rooms: set[int], kind: str) -> None:
        self.walk([PlanStep(room, kind, URGENT, overdue=True) for room in self.reach(rooms)])
