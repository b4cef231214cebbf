"""A round that ended a long pause remembers it, and what became of the messages of that time: it is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.store.archive import Archive, Reading
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory
from archiver.sync.report import RoomOutcome, SyncReport

RESUMED = "resumed"
"""Remembered: the last long pause."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A long pause that has ended."""

    begin: datetime
    end: datetime
    gaps: int
    """That the round which ended it found."""
    whole: bool
    """Whether that round read all that had moved in every room."""


def last_round(archive: Archive) -> datetime | None:
    """When a round last went through, to be asked before the next one. Raises as `Archive.reading`."""
    with archive.reading() as reading:
        last = memory.recall(reading, "last_sync")
    return None if last is None else from_text(last["at"])


def note(archive: Archive, before: datetime | None, report: SyncReport, *, longest: timedelta, whole: bool) -> None:
    """Remember the pause since `before`, if it was longer than `longest`; `whole`: the round was over all rooms."""
    end = report.finished_at or report.started_at
    if before is None or end - before <= longest or last_round(archive) == before:
        return  # there was none, or this round has not ended it: it looked at no chat
    told = {
        "begin": to_text(before),
        "end": to_text(end),
        "gaps": sum(gap["after"] is not None for room in report.rooms for gap in room.gaps),
        "whole": whole and _has_read_all(report),
    }
    with archive.writing() as writing:
        memory.remember(writing, RESUMED, told)


def resumed(reading: Reading) -> Resumed | None:
    """The last long pause that has ended."""
    told = memory.recall(reading, RESUMED)
    try:
        return Resumed(from_text(told["begin"]), from_text(told["end"]), int(told["gaps"]), bool(told["whole"]))
    except (KeyError, TypeError, ValueError):  # there was none, or it is of another shape
        return None


def _has_read_all(report: SyncReport) -> bool:
    outcomes = {room.outcome for room in report.rooms}
    return not report.left_over and bool(outcomes) and outcomes <= {RoomOutcome.ARCHIVED, RoomOutcome.UNCHANGED}
