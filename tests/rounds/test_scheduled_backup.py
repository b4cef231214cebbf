"""The regular copy: made when it is due, tried again an hour later, and never silently left out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.custody.verify import verify_archive
from archiver.health.words import COPY_FAULTS
from archiver.rounds.scheduled_backup import copy_if_due, is_copy_due
from archiver.settings.model import BackupSettings, Duration, Settings
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.archives import tampering

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
DAY, HOUR = Duration(days=1), timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with three seals, a tail and one attachment."""
    made = tampering.sample_archive(tmp_path / "home")
    yield made
    made.close()


def copy(archive: Archive, place: Path, at: datetime, *, after: tuple[str, ...] = ()) -> bool:
    """Let the regular copy be made at this time if it is due."""
    settings = Settings(archive.home, backup=BackupSettings(to=place, every=DAY, after=after))
    return copy_if_due(settings, {"PATH": "/usr/bin:/bin"}, now=lambda: at)


def fault(archive: Archive) -> str | None:
    """What went wrong with the last one."""
    with archive.reading() as reading:
        return remembered_values.COPY_FAULT.recall(reading)


@pytest.mark.parametrize(
    ("name", "words"), [("CopyIsNewer", "records that this archive does not have"), ("BadCopyPlace", "not suitable")]
)
def test_no_disk_is_asked_for_where_the_place_was_refused(name: str, words: str) -> None:
    """The next command says why, and what to do."""
    sentence = COPY_FAULTS[name]

    assert words in sentence
    assert "disk" not in sentence
    assert sentence.endswith("archive backup")


@pytest.mark.parametrize(
    ("last", "tried", "is_due"),
    [
        (None, None, True),
        (NOW - DAY, NOW - DAY, True),
        (NOW - DAY + HOUR, NOW - DAY + HOUR, False),
        (NOW - 2 * DAY, NOW - HOUR / 2, False),
        (NOW - 2 * DAY, NOW - HOUR, True),
        (NOW + DAY, NOW + DAY, True),
    ],
)
def test_a_copy_is_due_when_the_last_one_is_old(last: datetime | None, tried: datetime | None, is_due: bool) -> None:
    """One that failed waits an hour; times that lie ahead rule nothing."""
    assert is_due == is_copy_due(NOW, last, tried, every=DAY)


def test_it_is_made_once_a_day_and_verifies(archive: Archive, tmp_path: Path) -> None:
    """With the user's own program after it."""
    place, mark = tmp_path / "copy", tmp_path / "mark"
    after = ("/bin/sh", "-c", f"echo x >> {mark}")

    made = [copy(archive, place, NOW + hours * HOUR, after=after) for hours in (0, 1, 23, 24, 25)]

    assert [True, False, False, True, False] == made
    assert (None, "x\nx\n") == (fault(archive), mark.read_text())
    with closing(Archive(place, unchanging=True)) as copied:
        assert verify_archive(copied, deep=True).ok


def test_a_disk_that_is_away_is_remembered_until_it_is_back(archive: Archive, tmp_path: Path) -> None:
    """And the copy is tried again an hour later."""
    place = tmp_path / "file" / "copy"
    (tmp_path / "file").write_text("in the way")

    assert copy(archive, place, NOW)
    assert fault(archive) is not None
    (tmp_path / "file").unlink()
    assert not copy(archive, place, NOW + HOUR / 2)
    assert copy(archive, place, NOW + HOUR)
    assert fault(archive) is None


def test_what_the_own_program_could_not_do_is_remembered(archive: Archive, tmp_path: Path) -> None:
    """The copy itself is good."""
    assert copy(archive, tmp_path / "copy", NOW, after=("/bin/false",))
    assert "failed" == fault(archive)


def test_a_program_that_failed_is_run_again_an_hour_later(archive: Archive, tmp_path: Path) -> None:
    """On the copy that there is, until it succeeds; the copy itself is made again when it is due."""
    place, mark = tmp_path / "copy", tmp_path / "mark"
    failing = ("/bin/sh", "-c", f"echo x >> {mark}; exit 1")
    made = [copy(archive, place, NOW + minutes * HOUR / 60, after=failing) for minutes in (0, 30, 60, 90)]
    database = (place / "archive.sqlite3").stat()

    repaired = copy(archive, place, NOW + 2 * HOUR, after=("/bin/true",))

    assert ([True, False, True, False], "x\nx\n", True) == (made, mark.read_text(), repaired)
    assert database.st_ino == (place / "archive.sqlite3").stat().st_ino
    assert (None, False) == (fault(archive), copy(archive, place, NOW + 3 * HOUR, after=failing))


def test_without_an_interval_or_an_archive_nothing_is_copied(archive: Archive, tmp_path: Path) -> None:
    """A place alone is only remembered for `archive backup`."""
    place = tmp_path / "copy"

    assert not copy_if_due(Settings(archive.home, backup=BackupSettings(to=place)), {}, now=lambda: NOW)
    assert not copy_if_due(Settings(tmp_path / "no", backup=BackupSettings(to=place, every=DAY)), {}, now=lambda: NOW)
    assert not place.exists()


@pytest.mark.drawn
def test_restic_saves_the_copy_and_gives_it_back(archive: Archive, tmp_path: Path) -> None:
    """The recipe of docs/en/backup.md, with a repository on this disk."""
    repository, password = tmp_path / "repository", tmp_path / "password"
    password.write_text("sesame")
    base = ("restic", "-r", str(repository), "--password-file", str(password))
    subprocess.run([*base, "init"], check=True, capture_output=True)

    assert copy(archive, tmp_path / "copy", NOW, after=(*base, "backup", "--json", "{copy}"))

    with archive.reading() as reading:
        run = remembered_values.LAST_COPY_TOOL.recall(reading)
    assert run is not None
    assert (0, True) == (run.code, run.summary.startswith("snapshot_id="))
    subprocess.run([*base, "restore", "latest", "--target", str(tmp_path / "back")], check=True, capture_output=True)
    with closing(Archive(tmp_path / "back" / str(tmp_path / "copy").lstrip("/"), unchanging=True)) as restored:
        assert verify_archive(restored, deep=True).ok
