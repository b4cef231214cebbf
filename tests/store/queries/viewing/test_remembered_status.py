"""The pages' status is asked for again after every write, however small, and not before."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.archive import Archive
from archiver.store.engine import written_state
from archiver.store.queries.status import RememberedStatus, Status, status
from archiver.store.working import alerts
from tests.support.archives import tampering
from tests.support.archives.notes import AT, append_observations, note

OLD = 1_700_000_000


class Counted:
    """Asks for the status as a page does, from an archive opened anew, and counts how often it was really asked."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.times, self.remembered = home, 0, RememberedStatus()

        def counted(*words: object, **named: object) -> Status:
            self.times += 1
            return status(*words, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(f"{RememberedStatus.__module__}.status", counted)

    def ask(self, *authorities: str) -> Status:
        """The status for a page."""
        with closing(Archive(self.home, read_only=True)) as archive:
            written = written_state(archive.database)
            with archive.reading() as reading:
                reading.written = written
                return self.remembered.status(reading, authorities=authorities)

    def settle(self) -> None:
        """Let the files have been written long ago, one step after the other."""
        for number, path in enumerate(sorted(self.home.glob("archive.sqlite3*"))):
            os.utime(path, (OLD + number, OLD + number))


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The status of an archive that was written long ago."""
    tampering.sample_archive(tmp_path / "home").close()
    found = Counted(tmp_path / "home", monkeypatch)
    found.settle()
    return found


@pytest.mark.skipif(os.name == "nt", reason="Windows writes the times of files down late")
def test_an_archive_that_nobody_wrote_to_is_asked_once(asked: Counted) -> None:
    """The second page has what the first one had; other authorities are another question."""
    first, second = asked.ask("a"), asked.ask("a")

    assert first is second
    assert 1 == asked.times
    assert ("b",) == asked.ask("b").authorities


@pytest.mark.parametrize("what", ["record", "alert", "past the triggers"])
def test_after_a_write_it_is_asked_again(asked: Counted, what: str) -> None:
    """Whether a record came, a working row alone, or rows were changed as an erasure changes them."""
    before = asked.ask()
    with closing(Archive(asked.home)) as archive:
        if what == "past the triggers":
            with tampering.changing_past_triggers(archive) as database:
                database.execute("DELETE FROM message")
        elif what == "record":
            append_observations(archive, note("新"))
        else:
            with archive.writing() as writing:
                alerts.keep(writing, Alert(AlertRule.A4, Level.MEDIUM, AT))

    after = asked.ask()

    changes = {
        "alert": len(before.alerts) + 1 == len(after.alerts),
        "record": before.unsealed + 1 == after.unsealed,
        "past the triggers": all(room.messages == 0 for room in after.rooms),
    }
    assert (2, True) == (asked.times, changes[what])


def test_a_write_in_a_log_that_is_still_open_counts(asked: Counted) -> None:
    """The database's own file is as it was until the log is written into it."""
    with closing(sqlite3.connect(asked.home / "archive.sqlite3")) as open_log:
        asked.ask()
        open_log.execute("PRAGMA wal_autocheckpoint = 0")
        open_log.execute("INSERT INTO memory VALUES ('x', '1')")
        open_log.commit()
        asked.ask()

    assert 2 == asked.times


def test_just_after_a_write_nothing_is_remembered(asked: Counted) -> None:
    """A second write within the same step of the disk's clock would look like the first."""
    now = time.time()
    os.utime(asked.home / "archive.sqlite3", (now, now))

    asked.ask()
    asked.ask()

    assert 2 == asked.times
    assert written_state(asked.home / "none.sqlite3") is None
