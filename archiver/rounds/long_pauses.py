"""Remembers a long pause that a round ended, and whether that time's messages were read, for one notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.store.archive import Archive, Reading
from archiver.store.timestamps import from_text, to_text
from archiver.store.working import memory
from archiver.sync.report import RoomOutcome, SyncReport

RESUMED = "resumed"
"""Remembered: the last long pause that has ended."""


@dataclass(frozen=True, slots=True)
class EndedPause:
    """A long pause that has ended."""

    begin: datetime
    end: datetime
    gaps: int
    """How many the round that ended it found."""
    is_complete: bool
    """Whether that round read all that had moved in every room."""


def last_round(archive: Archive) -> datetime | None:
    """When a round last went through; ask before the next one. Raises as `Archive.reading`."""
    with archive.reading() as reading:
        last = memory.recall(reading, "last_sync")
    return None if last is None else from_text(last["at"])


def note_pause(
    archive: Archive, before: datetime | None, report: SyncReport, *, longest: timedelta, whole: bool
) -> None:
    """Remember the pause since `before`, if it was longer than `longest`; `whole`: the round was over all rooms."""
    end = report.finished_at or report.started_at
    if before is None or end - before <= longest or last_round(archive) == before:
        return  # there was none, or this round read no chat and so has not ended it
    payload = {
        "begin": to_text(before),
        "end": to_text(end),
        "gaps": sum(gap["after"] is not None for room in report.rooms for gap in room.gaps),
        "whole": whole and _has_read_all(report),
    }
    with archive.writing() as writing:
        memory.remember(writing, RESUMED, payload)


def last_ended_pause(reading: Reading) -> EndedPause | None:
    """The last long pause that has ended; None: there was none."""
    payload = memory.recall(reading, RESUMED)
    try:
        return EndedPause(
            from_text(payload["begin"]), from_text(payload["end"]), int(payload["gaps"]), bool(payload["whole"])
        )
    except (KeyError, TypeError, ValueError):  # there was none, or it is of another shape
        return None


def _has_read_all(report: SyncReport) -> bool:
    outcomes = {room.outcome for room in report.rooms}
    return not report.left_over and bool(outcomes) and outcomes <= {RoomOutcome.ARCHIVED, RoomOutcome.UNCHANGED}
