"""The verifications that a daemon and a worker make by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from archiver.evidence.verify.findings import Verification
from archiver.records import Observation
from archiver.rounds.daemon_messages import DaemonMessages, Reminders
from archiver.rounds.scheduled_verification import ScheduledVerification
from archiver.store import writer
from archiver.store.archive import Archive

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


def test_an_archive_that_never_held_a_record_is_not_verified_and_nobody_is_alarmed(tmp_path: Path) -> None:
    """Somebody has joined a team without a contract; from the first record on it is verified."""
    found: list[Verification] = []
    archive = Archive(tmp_path)
    archive.create()
    messages = DaemonMessages(findings=found.append, unverified=lambda error: (_ for _ in ()).throw(error))
    check = ScheduledVerification(tmp_path, Reminders(messages, lambda: NOW), now=lambda: NOW, step=lambda: None).check

    before = check()
    with archive.writing() as writing:
        writer.append(writing, [Observation("note", "note/job1", {"text": "x"})], account_id=None, at=NOW)
    archive.close()

    assert (False, True) == (before, check())
    assert [] == found
