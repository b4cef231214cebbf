"""Keeps an archive healthy for years: its database checked and written anew where that pays, its index merged.

It reads and writes nothing that is evidence. It is not done while a round is at work, nor without enough room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from archiver.errors import N_
from archiver.settings.model import Settings, exports_folder
from archiver.store import blobs, rebuild, seals
from archiver.store.archive import Archive
from archiver.store.vacuum import PageCounts, merge_index, page_counts, room_for_vacuum, vacuum
from archiver.store.working import remembered_values

VACUUM_SHARE = 0.1
"""Share of unused pages from which writing the database anew pays."""

VACUUM_BYTES = 50_000_000
"""Unused bytes from which it pays, whatever the share."""

STEPS = {
    "integrity": N_("Looking at every page of the database …"),
    "index": N_("Merging the index of the search …"),
    "vacuum": N_("Rewriting the database without unused pages …"),
}
"""What is done, in this order; each name is told before it is done."""

LOGS = "logs"
DAILY = "daily"


class VacuumOutcome(StrEnum):
    """Whether the database was written anew, and why not."""

    DONE = "done"
    NOT_NEEDED = "not_needed"
    NO_SPACE = "no_space"
    IS_READ = "is_read"
    """It was written anew, but a program still reads the older state, so the log could not be emptied."""
    DAMAGED = "damaged"
    """SQLite finds the database damaged: then nothing in it is moved."""
    PLANNED = "planned"
    """It would be, but only what would be done was asked."""


class UpkeepReport(NamedTuple):
    """What an upkeep found and did."""

    before: PageCounts
    after: PageCounts
    problems: tuple[str, ...]
    """What SQLite's own check finds wrong; empty: nothing."""
    vacuum: VacuumOutcome
    needed_bytes: int
    """What must be free to write the database anew."""
    free_bytes: int
    is_index_merged: bool
    folders: tuple[dict[str, Any], ...]
    """Name, path, and how many bytes and files each folder of the archive has."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong and nothing was left out that is needed."""
        return not self.problems and self.vacuum not in (VacuumOutcome.NO_SPACE, VacuumOutcome.IS_READ)


def upkeep_document(report: UpkeepReport | None, *, dry_run: bool, error: str | None = None) -> dict[str, object]:
    """The JSON document of `archive upkeep --json`; a run that came to nothing has no report, but an error."""
    before, after = (report.before, report.after) if report else (None, None)
    return {
        "ok": report is not None and report.ok,
        "dry_run": dry_run,
        "error": error,
        "database": {
            "bytes_before": before.total_bytes if before else None,
            "unused_before": before.free_bytes if before else None,
            "bytes": after.total_bytes if after else None,
            "unused": after.free_bytes if after else None,
        },
        "problems": list(report.problems) if report else [],
        "vacuum": report.vacuum.value if report else None,
        "needed_bytes": report.needed_bytes if report else None,
        "free_bytes": report.free_bytes if report else None,
        "index_merged": report is not None and report.is_index_merged,
        "folders": report.folders if report else (),
    }


def keep_up(
    archive: Archive,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    dry_run: bool = False,
    step: Callable[[str], None] = lambda _name: None,
) -> UpkeepReport:
    """Do all of it, or with `dry_run` only look.

    Raises NoArchive, ArchiveInUse (a round is at work), ArchiveBusy, StorageError.
    """
    if not archive.exists():
        raise archive.absence()
    step("integrity")
    with archive.reading() as reading:
        before = page_counts(reading)
        problems = tuple(rebuild.integrity_problems(reading) or ())
    needed, free = room_for_vacuum(archive, before)
    outcome = _vacuum_plan(before, problems, needed=needed, free=free)
    is_merged = False
    if not dry_run and not problems:
        with archive.round_lock():
            step("index")
            is_merged = outcome is not VacuumOutcome.NO_SPACE and merge_index(archive)
            if outcome is VacuumOutcome.PLANNED:
                step("vacuum")
                outcome = VacuumOutcome.DONE if vacuum(archive) else VacuumOutcome.IS_READ
            with archive.writing() as writing:
                remembered_values.LAST_UPKEEP.remember(writing, now())
    after = archive.read(page_counts)
    folders = tuple(_folder_sizes(archive.home, settings))
    return UpkeepReport(before, after, problems, outcome, needed, free, is_merged, folders)


def _vacuum_plan(counts: PageCounts, problems: tuple[str, ...], *, needed: int, free: int) -> VacuumOutcome:
    """Whether the database is to be written anew. Pure."""
    if problems:
        return VacuumOutcome.DAMAGED
    if counts.free < VACUUM_SHARE * counts.pages and counts.free_bytes < VACUUM_BYTES:
        return VacuumOutcome.NOT_NEEDED
    return VacuumOutcome.NO_SPACE if free < needed else VacuumOutcome.PLANNED


def _folder_sizes(home: Path, settings: Settings) -> Iterator[dict[str, Any]]:
    places = {
        "packages": exports_folder(settings),
        DAILY: home / DAILY,
        "files": home / blobs.FOLDER,
        "seals": home / seals.FOLDER,
        LOGS: home / LOGS,
    }
    for name, path in places.items():
        sizes = list(_file_sizes(path))
        yield {"name": name, "path": str(path), "bytes": sum(sizes), "files": len(sizes)}


def _file_sizes(folder: Path) -> Iterator[int]:
    """The sizes of all files below a folder; one that goes away meanwhile does not count, nor what is linked."""
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            if path.is_file() and not path.is_symlink():
                yield path.stat().st_size
        except OSError:
            continue
