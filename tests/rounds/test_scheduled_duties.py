"""What a daemon and a worker do by themselves beside rounds: verifications, and upkeep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.errors import ArchiverError
from archiver.evidence.verify.findings import Verification
from archiver.records import Observation
from archiver.rounds.scheduled_duties import DaemonMessages, Reminders, ScheduledDuties, due_duty
from archiver.settings.model import Settings
from archiver.store import writer
from archiver.store.archive import Archive

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def due(**days_ago: float) -> str | None:
    """The duty that is due, where each of these was done so many days ago, and the others never."""
    duty = due_duty(
        {name: NOW - timedelta(days_ago[name]) if name in days_ago else None for name in ("whole", "sample", "upkeep")},
        NOW,
    )
    return None if duty is None else duty.name


def test_a_sample_each_day_and_everything_and_the_upkeep_each_month() -> None:
    """A new archive is verified whole; a time that lies ahead counts as never."""
    assert ("whole", "upkeep") == (due(), due(whole=0, sample=0))
    assert None is due(sample=23 / 24, whole=29, upkeep=29)
    assert ("sample", "whole") == (due(sample=1, whole=29, upkeep=29), due(sample=0, whole=30, upkeep=30))
    assert "sample" == due(sample=-2, whole=1, upkeep=1)


def test_what_could_not_be_done_is_told_and_tried_again_an_hour_later(tmp_path: Path) -> None:
    """Not at once, and it is said once a day."""
    told: list[ArchiverError] = []
    at = [NOW]
    reminders = Reminders(DaemonMessages(unverified=told.append), lambda: at[0])
    duties = ScheduledDuties(reminders, now=lambda: at[0], step=lambda: None)

    tried = []
    for minutes in (0, 59, 60):
        at[0] = NOW + timedelta(minutes=minutes)
        tried.append(duties.run_due(Settings(tmp_path / "gone")))

    assert ([True, False, True], ["NoArchive"]) == (tried, [type(one).__name__ for one in told])


def test_an_archive_that_never_held_a_record_is_not_verified_and_nobody_is_alarmed(tmp_path: Path) -> None:
    """Somebody has joined a team without a contract; from the first record on it is verified."""
    found: list[Verification] = []
    archive = Archive(tmp_path)
    archive.create()
    messages = DaemonMessages(findings=found.append, unverified=lambda error: (_ for _ in ()).throw(error))
    duties = ScheduledDuties(Reminders(messages, lambda: NOW), now=lambda: NOW, step=lambda: None)

    before = duties.run_due(Settings(tmp_path))
    with archive.writing() as writing:
        writer.append(writing, [Observation("note", "note/job1", {"text": "x"})], account_id=None, at=NOW)
    archive.close()

    assert (False, True) == (before, duties.run_due(Settings(tmp_path)))
    assert [] == found
