"""What the caller of a sync wants of it, and how it is told what goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from archiver.store.queries.files import WantedFile
from archiver.sync import plan
from archiver.sync.departure_priority import Watch, nobody, nothing
from archiver.sync.files.download import DownloadLimits


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller wants of this run."""

    rooms: frozenset[int] | None = None
    """Only these contracted rooms; None = all."""
    full: bool = False
    """Read everything now and retry every pending file now."""
    max_seconds: float | None = None
    full_every: timedelta = timedelta(hours=6)
    reread_every: timedelta = timedelta(days=30)
    """Each message older than the list is read once in this time."""
    limits: DownloadLimits = field(default_factory=DownloadLimits)
    settings: str = ""
    """Digest of the settings that matter, for the record."""
    watch: Watch = nobody
    """Tells who is going; then the run turns urgent."""
    seal: Callable[[], None] = nothing
    """Seals what is held, as soon as the urgent things are."""


@dataclass(frozen=True, slots=True)
class ProgressCallbacks:
    """How a run tells what it is doing; the defaults say nothing."""

    step: Callable[[plan.PlanStep, str], None] = lambda _step, _name: None
    file: Callable[[WantedFile, int], None] = lambda _file, _have: None


EVERYTHING, SILENT = Options(), ProgressCallbacks()
