"""Remembers a long pause that a round ended, and whether that time's messages were read, for one notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import EndedPause
from archiver.sync.report import RoomOutcome, SyncReport


def last_round(archive: Archive) -> datetime | None:
    """When a round last went through; None also where its time is doubtful. Ask before the next one."""
    with archive.reading() as reading:
        is_doubtful = remembered_values.DOUBTFUL_TIME.recall(reading) is not None
        return None if is_doubtful else remembered_values.last_saved_at(reading)


def note_pause(
    archive: Archive, before: datetime | None, report: SyncReport, *, longest: timedelta, whole: bool
) -> None:
    """Remember the pause since `before`, if it was longer than `longest`; `whole`: the round was over all rooms."""
    end = report.finished_at or report.started_at
    if before is None or end - before <= longest or last_round(archive) == before:
        return  # there was none, or this round read no chat and so has not ended it
    gaps = sum(gap["after"] is not None for room in report.rooms for gap in room.gaps)
    with archive.writing() as writing:
        remembered_values.ENDED_PAUSE.remember(writing, EndedPause(before, end, gaps, whole and _has_read_all(report)))


def _has_read_all(report: SyncReport) -> bool:
    outcomes = {room.outcome for room in report.rooms}
    return (
        not report.left_over
        and bool(outcomes)
        and outcomes <= {RoomOutcome.ARCHIVED, RoomOutcome.UNCHANGED, RoomOutcome.WAITING}
    )
