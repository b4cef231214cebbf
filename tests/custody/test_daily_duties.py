"""The daily look at a part of the archive, and upkeep: what was changed is found, and no evidence changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody import database_upkeep
from archiver.custody.daily_verification import PARTS, part_of, verify_sample
from archiver.custody.database_upkeep import UpkeepReport, VacuumOutcome, keep_up
from archiver.custody.verify import verify_archive
from archiver.settings.model import ExportSettings, Settings
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.queries import raw_tables
from archiver.store.search.query import parse
from archiver.store.search.search import search
from archiver.store.vacuum import PageCounts
from archiver.store.working import remembered_values, verification_log
from archiver.store.working.verification_log import VerificationRecord
from tests.support.archives.maker import ArchiveMaker, at, story
from tests.support.archives.unused_pages import story_with_unused_pages


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """The story, in a database of which much is unused."""
    maker = story_with_unused_pages(tmp_path / "home")
    yield maker.archive
    maker.archive.close()


def upkeep(archive: Archive, *, dry_run: bool = False) -> UpkeepReport:
    settings = Settings(archive.home, exports=ExportSettings(folder=archive.home / "exports"))
    return keep_up(archive, settings, now=lambda: at(500), dry_run=dry_run)


def lines(archive: Archive) -> list[tuple[str]]:
    with closing(sqlite3.connect(archive.database)) as database:
        return database.execute("SELECT line FROM entry ORDER BY seq").fetchall()


def test_unused_pages_are_given_back_and_all_stays_as_it_was(archive: Archive) -> None:
    """The records, what verifies, and what is found; looking alone changes nothing."""
    before, size = lines(archive), archive.database.stat().st_size
    planned = upkeep(archive, dry_run=True)
    assert (VacuumOutcome.PLANNED, size) == (planned.vacuum, archive.database.stat().st_size)

    report = upkeep(archive)

    assert (VacuumOutcome.DONE, True, 0) == (report.vacuum, report.ok, report.after.free)
    assert report.before.free_bytes > 1_900_000
    assert report.after.total_bytes == archive.database.stat().st_size < size - 1_900_000
    assert before == lines(archive)
    assert verify_archive(archive, deep=True).ok
    with archive.reading() as reading:
        assert search(reading, parse("払えません", now=at(0))).total
        assert at(500) == remembered_values.LAST_UPKEEP.recall(reading)
    assert VacuumOutcome.NOT_NEEDED is upkeep(archive).vacuum


def test_it_waits_while_a_run_is_at_work(archive: Archive) -> None:
    """Nothing is written; looking is allowed."""
    size = archive.database.stat().st_size
    with archive.round_lock():
        with pytest.raises(errors.ArchiveInUse):
            upkeep(archive)
        assert VacuumOutcome.PLANNED is upkeep(archive, dry_run=True).vacuum

    assert size == archive.database.stat().st_size


@pytest.mark.parametrize(
    ("pages", "free", "room", "problems", "expected"),
    [
        (1_000, 50, 10**9, (), VacuumOutcome.NOT_NEEDED),
        (1_000, 100, 10**9, (), VacuumOutcome.PLANNED),
        (1_000_000, 20_000, 10**12, (), VacuumOutcome.PLANNED),
        (1_000, 100, 2 * 900 * 4096 - 1, (), VacuumOutcome.NO_SPACE),
        (1_000, 500, 10**9, ("row 1 missing",), VacuumOutcome.DAMAGED),
    ],
    ids=["little unused", "a tenth", "many bytes", "no room", "damaged"],
)
def test_it_is_written_anew_where_that_pays_and_there_is_room(
    pages: int, free: int, room: int, problems: tuple[str, ...], expected: VacuumOutcome
) -> None:
    """Damage keeps everything as it is."""
    counts = PageCounts(4096, pages, free)
    needed = 2 * (counts.total_bytes - counts.free_bytes)

    assert expected is database_upkeep._vacuum_plan(counts, problems, needed=needed, free=room)


def test_old_verifications_are_dropped_from_their_log(archive: Archive) -> None:
    """The newest stay."""
    with archive.writing() as writing:
        for number in range(verification_log.KEPT_VERIFICATIONS + 3):
            verification_log.keep_verification(writing, VerificationRecord(at(number), True, {"entries": number}, 0))

    with archive.reading() as reading:
        last = verification_log.last_verification(reading)
        assert verification_log.KEPT_VERIFICATIONS == len([*raw_tables.rows(reading, "SELECT * FROM verification")])
    assert last is not None
    assert at(verification_log.KEPT_VERIFICATIONS + 2) == last.at


def test_the_sizes_of_folders_are_told(archive: Archive) -> None:
    """Packages among them."""
    (archive.home / "exports" / "job1").mkdir(parents=True)
    (archive.home / "exports" / "job1" / "a.zip").write_bytes(bytes(1_500))

    folders = {one["name"]: (one["bytes"], one["files"]) for one in upkeep(archive, dry_run=True).folders}

    assert (1_500, 1) == folders["packages"]
    assert ["packages", "daily", "files", "seals", "logs"] == list(folders)


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[ArchiveMaker]:
    """An archive with a seal."""
    maker = story(tmp_path / "home")
    seals.close_seals(maker.archive, now=at(300))
    yield maker
    maker.archive.close()


def failed_checks(maker: ArchiveMaker) -> list[str]:
    """The checks that find something, over a month."""
    return [one.check for part in range(PARTS) for one in verify_sample(maker.archive, part).findings]


def test_a_month_of_samples_looks_at_everything_once(maker: ArchiveMaker) -> None:
    """The parts together are the whole, and an intact archive has no finding."""
    parts = {part_of(date(2026, 11, 1) + timedelta(days=day)) for day in range(PARTS)}
    counts = [verify_sample(maker.archive, part).checked for part in parts]

    with closing(sqlite3.connect(maker.home / DATABASE)) as database:
        (entries,) = database.execute("SELECT count(*) FROM entry").fetchone()
    assert (entries, 1, 2) == tuple(sum(one[name] for one in counts) for name in ("entries", "seals", "files"))
    assert [] == failed_checks(maker)


def test_a_changed_entry_is_found(maker: ArchiveMaker) -> None:
    """Its line no longer has the digest that was kept with it."""
    with closing(sqlite3.connect(maker.home / DATABASE)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE entry SET line = replace(line, '払えません', '払います')")
        database.commit()

    assert {"entry-digest"} == set(failed_checks(maker))


def test_a_changed_seal_is_found(maker: ArchiveMaker) -> None:
    """Its file is not the one that was made, or it is gone."""
    (path,) = (maker.home / seals.FOLDER).glob("*.json")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))

    assert ["seal-digest"] == failed_checks(maker)
    path.unlink()
    assert ["seal-digest"] == failed_checks(maker)


def test_a_file_that_is_gone_is_found_the_same_day(maker: ArchiveMaker) -> None:
    """Where its bytes should lie is looked at each day; what they are when its part has its turn."""
    path = next((maker.home / "files").glob("??/??/*"))
    path.chmod(0o600)
    path.write_bytes(b"something else")
    assert ["file-changed"] == failed_checks(maker)

    path.unlink()
    assert ["file-missing"] * PARTS == failed_checks(maker)


def test_it_can_be_left_at_any_step(maker: ArchiveMaker) -> None:
    """What `step` raises comes out, and the archive is not held."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_sample(maker.archive, 1, step=stop)

    assert [] == failed_checks(maker)
