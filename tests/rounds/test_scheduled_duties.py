"""What a daemon and a worker do by themselves, and when: rounds, verifications, upkeep, the regular copy."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.custody.verify import verify_archive
from archiver.errors import ArchiverError
from archiver.evidence.verify.findings import Verification
from archiver.health.words import COPY_FAULTS
from archiver.records import Observation
from archiver.rounds import scheduled_duties
from archiver.rounds.scheduled_backup import copy_if_due, is_copy_due
from archiver.rounds.scheduled_duties import DaemonMessages, Reminders, ScheduledDuties, TokenHold, due_duty
from archiver.settings.model import BackupSettings, Duration, Settings
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.archives import tampering

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


# --- rounds and tokens -------------------------------------------------------------------------

EVERY = timedelta(minutes=5)


def ago(**span: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**span)


def test_a_round_is_due_at_the_start_and_after_each_pace() -> None:
    """Nothing known, the time is over, or the clock was set back; by a second or two corrected clocks differ."""
    assert scheduled_duties.is_due(None, NOW, EVERY)
    assert [False, True] == [scheduled_duties.is_due(ago(minutes=minutes), NOW, EVERY) for minutes in (4.9, 5)]
    assert [True, False] == [scheduled_duties.is_due(ago(seconds=-late), NOW, EVERY) for late in (3 * 3600, 2)]


def test_a_refused_token_is_left_alone_and_another_one_tried_at_once() -> None:
    """The same token is tried again after an hour, six hours, then once a day; nothing was refused: ask."""
    first = scheduled_duties.record_refusal(None, "a", NOW)
    second = scheduled_duties.record_refusal(first, "a", NOW)
    third = scheduled_duties.record_refusal(second, "a", NOW)

    later = [NOW + timedelta(hours=hours) for hours in (0.9, 1, 5.9, 6, 23.9, 24)]
    answers = [[scheduled_duties.can_ask(hold, "a", at) for at in later] for hold in (first, second, third)]

    assert [[False] + [True] * 5, [False] * 3 + [True] * 3, [False] * 5 + [True]] == answers
    assert (True, True) == (scheduled_duties.can_ask(third, "b", NOW), scheduled_duties.can_ask(None, "a", NOW))
    assert TokenHold("b", NOW) == scheduled_duties.record_refusal(third, "b", NOW)


@given(strategies.lists(strategies.integers(-900, 900), min_size=2, max_size=60))
def test_rounds_that_begin_a_moment_early_or_late_keep_their_grid(moments: list[int]) -> None:
    """So the looks of a quiet day are equally far apart, and a moment too early is no reason to wait on."""
    every, last = timedelta(minutes=1), NOW

    for number, moment in enumerate(moments, 1):
        now = NOW + number * every + timedelta(milliseconds=moment)
        assert scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)
        last = scheduled_duties.nominal_begin(last, now, every)
        assert not scheduled_duties.is_due(last, now + scheduled_duties.tolerance(every), every)

    assert NOW + len(moments) * every == last


def test_after_a_long_round_or_a_jump_of_the_clock_the_grid_begins_anew() -> None:
    """Nothing is made up for."""
    for late in (timedelta(minutes=2), timedelta(hours=9), timedelta(hours=-9)):
        assert NOW + late == scheduled_duties.nominal_begin(NOW, NOW + late, timedelta(minutes=1))
    assert NOW == scheduled_duties.nominal_begin(None, NOW, timedelta(minutes=1))


TODAY = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
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
        (TODAY - DAY, TODAY - DAY, True),
        (TODAY - DAY + HOUR, TODAY - DAY + HOUR, False),
        (TODAY - 2 * DAY, TODAY - HOUR / 2, False),
        (TODAY - 2 * DAY, TODAY - HOUR, True),
        (TODAY + DAY, TODAY + DAY, True),
    ],
)
def test_a_copy_is_due_when_the_last_one_is_old(last: datetime | None, tried: datetime | None, is_due: bool) -> None:
    """One that failed waits an hour; times that lie ahead rule nothing."""
    assert is_due == is_copy_due(TODAY, last, tried, every=DAY)


def test_it_is_made_once_a_day_and_verifies(archive: Archive, tmp_path: Path) -> None:
    """With the user's own program after it."""
    place, mark = tmp_path / "copy", tmp_path / "mark"
    after = ("/bin/sh", "-c", f"echo x >> {mark}")

    made = [copy(archive, place, TODAY + hours * HOUR, after=after) for hours in (0, 1, 23, 24, 25)]

    assert [True, False, False, True, False] == made
    assert (None, "x\nx\n") == (fault(archive), mark.read_text())
    with closing(Archive(place, unchanging=True)) as copied:
        assert verify_archive(copied, deep=True).ok


def test_a_disk_that_is_away_is_remembered_until_it_is_back(archive: Archive, tmp_path: Path) -> None:
    """And the copy is tried again an hour later."""
    place = tmp_path / "file" / "copy"
    (tmp_path / "file").write_text("in the way")

    assert copy(archive, place, TODAY)
    assert fault(archive) is not None
    (tmp_path / "file").unlink()
    assert not copy(archive, place, TODAY + HOUR / 2)
    assert copy(archive, place, TODAY + HOUR)
    assert fault(archive) is None


def test_what_the_own_program_could_not_do_is_remembered(archive: Archive, tmp_path: Path) -> None:
    """The copy itself is good."""
    assert copy(archive, tmp_path / "copy", TODAY, after=("/bin/false",))
    assert "failed" == fault(archive)


def test_a_program_that_failed_is_run_again_an_hour_later(archive: Archive, tmp_path: Path) -> None:
    """On the copy that there is, until it succeeds; the copy itself is made again when it is due."""
    place, mark = tmp_path / "copy", tmp_path / "mark"
    failing = ("/bin/sh", "-c", f"echo x >> {mark}; exit 1")
    made = [copy(archive, place, TODAY + minutes * HOUR / 60, after=failing) for minutes in (0, 30, 60, 90)]
    database = (place / "archive.sqlite3").stat()

    repaired = copy(archive, place, TODAY + 2 * HOUR, after=("/bin/true",))

    assert ([True, False, True, False], "x\nx\n", True) == (made, mark.read_text(), repaired)
    assert database.st_ino == (place / "archive.sqlite3").stat().st_ino
    assert (None, False) == (fault(archive), copy(archive, place, TODAY + 3 * HOUR, after=failing))


def test_without_an_interval_or_an_archive_nothing_is_copied(archive: Archive, tmp_path: Path) -> None:
    """A place alone is only remembered for `archive backup`."""
    place = tmp_path / "copy"

    assert not copy_if_due(Settings(archive.home, backup=BackupSettings(to=place)), {}, now=lambda: TODAY)
    assert not copy_if_due(Settings(tmp_path / "no", backup=BackupSettings(to=place, every=DAY)), {}, now=lambda: TODAY)
    assert not place.exists()


@pytest.mark.drawn
def test_restic_saves_the_copy_and_gives_it_back(archive: Archive, tmp_path: Path) -> None:
    """The recipe of docs/en/backup.md, with a repository on this disk."""
    repository, password = tmp_path / "repository", tmp_path / "password"
    password.write_text("sesame")
    base = ("restic", "-r", str(repository), "--password-file", str(password))
    subprocess.run([*base, "init"], check=True, capture_output=True)

    assert copy(archive, tmp_path / "copy", TODAY, after=(*base, "backup", "--json", "{copy}"))

    with archive.reading() as reading:
        run = remembered_values.LAST_COPY_TOOL.recall(reading)
    assert run is not None
    assert (0, True) == (run.code, run.summary.startswith("snapshot_id="))
    subprocess.run([*base, "restore", "latest", "--target", str(tmp_path / "back")], check=True, capture_output=True)
    with closing(Archive(tmp_path / "back" / str(tmp_path / "copy").lstrip("/"), unchanging=True)) as restored:
        assert verify_archive(restored, deep=True).ok
