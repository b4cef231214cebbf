"""The options of a sync, its callbacks for progress, and the watch for departing counterparts, who are read first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta

from archiver.store.archive import Archive, Reading
from archiver.store.queries import departures, entries
from archiver.store.queries.files import WantedFile
from archiver.sync import plan
from archiver.sync.files.download import DownloadLimits, FileDownloads
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


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run."""

    rooms: frozenset[int] | None = None
    """The contracted rooms to read; None = all."""
    full: bool = False
    """Whether to read everything and retry every pending file now."""
    every_list: bool = False
    """Whether to read the message list of every room, also where Chatwork's counters did not move: nobody says that an
    edit or a deletion moves them."""
    window_share: int | None = None
    """Percent of the allowance for reading lists in turn; None: a list is read when counters moved or it is due."""
    pace: timedelta | None = None
    """How far apart rounds like this one come, so that each leaves its part of the share to the others; None: it is a
    single one."""
    max_seconds: float | None = None
    read_before: Mapping[int, AbstractSet[str]] = field(default_factory=dict)
    """The kinds of lists of each room that earlier parts of this run have read: they are not asked for again."""
    full_every: timedelta = timedelta(hours=6)
    reread_every: timedelta = timedelta(days=30)
    """The time in which each message older than the list is read once."""
    limits: DownloadLimits = field(default_factory=DownloadLimits)
    settings: str = ""
    """A digest of the settings that matter, for the record of the run."""
    find_departing: FindDeparting = nobody_departs
    """Returns who is departing; their files and rooms are then read first."""
    seal: Callable[[], None] = seal_nothing
    """Seals the archive as soon as the urgent things are saved."""
    stamped: Callable[[], timedelta | None] = lambda: None
    """Asks for a stamp; its time minus this computer's, None if there is none: a witness where two clocks differ."""
    after_first_replies: Callable[[], None] = seal_nothing
    """Called when the first replies have shown Chatwork's time: what is due is judged again."""


@dataclass(frozen=True, slots=True)
class ProgressCallbacks:
    """Functions that a run calls with its progress; the defaults do nothing."""

    on_step: Callable[[plan.PlanStep, str], None] = lambda _step, _name: None
    on_file: Callable[[WantedFile, int], None] = lambda _file, _have: None


EVERYTHING, SILENT = Options(), ProgressCallbacks()
