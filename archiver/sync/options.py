"""The options of a sync, and the callbacks through which it reports its progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta

from archiver.store.queries.files import WantedFile
from archiver.sync import plan
from archiver.sync.departure_priority import FindDeparting, nobody_departs, seal_nothing
from archiver.sync.files.download import DownloadLimits


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
