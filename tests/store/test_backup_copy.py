"""Copying a whole archive: which files are copied, what is never damaged, and where no copy may be made."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.records import Observation
from archiver.standing.outcome_words import copied_lines
from archiver.store import backup_copy, blobs, engine, migrate, seals, writer
from archiver.store.archive import Archive
from archiver.store.backup_copy import CopyReport, copy_archive, place_database
from archiver.store.backup_folder import SETTINGS
from archiver.store.engine import DATABASE
from tests.support.archives import tampering
from tests.support.file_size_limit import file_size_limit

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Archive]:
    """An archive with three seals, a tail and one attachment."""
    made = tampering.sample_archive(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The folder for the copy."""
    return tmp_path / "stick" / "copy"


def make_copy(archive: Archive, target: Path, **options: object) -> CopyReport:
    """Copy an archive, and put the new database in its place."""
    made = copy_archive(archive, target, **options)  # type: ignore[arg-type]
    place_database(target)
    return made


def file_names(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def entry_lines(database: Path) -> list[str]:
    """The lines of a database, in order."""
    with closing(sqlite3.connect(database)) as connection:
        return [line for (line,) in connection.execute("SELECT line FROM entry ORDER BY seq")]


def add_attachment(home: Path, body: bytes) -> Path:
    """Store bytes as an attachment, without an entry."""
    part = blobs.incoming_path(home, 1, 1)
    part.write_bytes(body)
    return blobs.keep(home, part, digest_file(part))


def add_sweep(archive: Archive, requests: int, *, at: datetime = NOW) -> None:
    """Append the entry of a run."""
    with archive.writing() as writing:
        writer.append(writing, [Observation("sweep", "sweep/{seq}", {"requests": requests})], account_id=1, at=at)


def check_is_left_alone(archive: Archive, folder: Path, words: str, **kinds: Any) -> None:
    """Nothing is copied there: the error says so, and every file keeps its bytes."""
    before = {name: (folder / name).read_bytes() for name in file_names(folder)}

    with pytest.raises(kinds.get("error", errors.BadCopyPlace)) as caught:
        copy_archive(archive, folder)

    assert words in f"{caught.value} {caught.value.advice()}"
    assert before == {name: (folder / name).read_bytes() for name in file_names(folder)}


def test_a_copy_holds_all_that_an_archive_is_and_nothing_else(home: Archive, target: Path) -> None:
    """Settings, database, attachments, seals with stamps, dailies and pinned roots; no token, log or half file."""
    for name, body in {
        "archive.toml": b'language = "ja"\n',
        "token": b"secret",
        "seals/a.pem": b"root",
        "seals/000001-2026-11-10.json.a.tsr": b"stamp",
        "seals/token.txt": b"secret",
        "roots/own.pem": b"pinned",
        "daily/job1/2026-11-10_job1_daily.zip": b"PK",
        "daily/job1/2026-11-11_job1_daily.partial": b"half",
        "logs/archive.log": b"log",
        "files/incoming/1-2.part": b"half",
        "sync.lock": b"",
    }.items():
        (home.home / name).parent.mkdir(parents=True, exist_ok=True)
        (home.home / name).write_bytes(body)

    make_copy(home, target, also=["roots/own.pem"])

    sealed = {f"seals/{path.name}" for path in (home.home / "seals").glob("*.json")}
    attachment = tampering.attachment_path(home).relative_to(home.home).as_posix()
    others = {"archive.toml", "seals/a.pem", "seals/000001-2026-11-10.json.a.tsr", "roots/own.pem"}
    others |= {"daily/job1/2026-11-10_job1_daily.zip", DATABASE, engine.MARK}
    assert sealed | others | {attachment} == file_names(target)
    assert entry_lines(home.database) == entry_lines(target / DATABASE)
    assert 0o700 == target.stat().st_mode & 0o777
    assert {0o600, 0o400} == {path.stat().st_mode & 0o777 for path in target.rglob("*") if path.is_file()}


def test_a_half_file_that_is_renamed_meanwhile_stops_no_copy(
    home: Archive, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync or a stamp may take its half file away between the listing of a folder and the look at the file."""
    half = home.home / "seals" / "000001-2026-11-10.json.a.tsr.new"
    half.write_bytes(b"half")
    look = Path.lstat

    def remove_half(path: Path) -> os.stat_result:
        if path == half:
            half.unlink()
        return look(path)

    monkeypatch.setattr(Path, "lstat", remove_half)

    assert () == make_copy(home, target).uncopied
    assert not half.exists()


def test_a_second_run_copies_only_what_is_new(home: Archive, target: Path) -> None:
    """One attachment more: one file; what lay there keeps its bytes and its times; progress ends with the total."""
    calls: list[tuple[int, int]] = []
    make_copy(home, target, tell=lambda done, total: calls.append((done, total)))
    before = {path: path.stat().st_mtime_ns for path in (target / "files").rglob("*") if path.is_file()}
    new = add_attachment(home.home, b"a second one")

    made = make_copy(home, target)

    assert (1, 0) == (made.files, make_copy(home, target).files)
    assert new.read_bytes() == blobs.blob_path(target, new.name).read_bytes()
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert (sorted(calls), {calls[-1][0]}) == (calls, {total for _done, total in calls})


def test_what_is_written_while_copying_does_not_tear_the_copy(home: Archive, target: Path) -> None:
    """Threads append, seal and attach all the time: each copy is one moment, and has the files of that moment."""
    stop = threading.Event()

    def live() -> None:
        with closing(Archive(home.home)) as archive:
            for number in count():
                if stop.is_set():
                    break
                add_attachment(home.home, b"%d" % number)
                for _entry in range(20):
                    add_sweep(archive, number, at=NOW + timedelta(seconds=number))
                seals.close_seals(archive, now=NOW + timedelta(seconds=number))

    writing, begun = threading.Thread(target=live), len(entry_lines(home.database))
    writing.start()
    try:
        for _ in range(5):
            make_copy(home, target)
            lines = entry_lines(target / DATABASE)
            with closing(sqlite3.connect(target / DATABASE)) as copy:
                sealed = {number for (number,) in copy.execute("SELECT number FROM seal")}
            assert {int(path.name[:6]) for path in (target / "seals").glob("*.json")} == sealed
            assert lines == entry_lines(home.database)[: len(lines)]
    finally:
        stop.set()
        writing.join()

    assert len(entry_lines(home.database)) > begun


def test_a_log_that_lies_beside_an_earlier_copy_is_not_taken_for_the_new_ones(home: Archive, target: Path) -> None:
    """Somebody looked into the copy with a program that was killed; the new database is one file that needs no log."""
    make_copy(home, target)
    with closing(sqlite3.connect(target / DATABASE)) as copy:
        copy.execute("PRAGMA journal_mode = WAL")
        copy.execute("INSERT INTO memory VALUES ('looked', '1')")
        copy.commit()
        saved = {end: (target / f"{DATABASE}{end}").read_bytes() for end in ("", "-wal", "-shm")}
    for end, body in saved.items():
        (target / f"{DATABASE}{end}").write_bytes(body)

    make_copy(home, target)

    assert {DATABASE, engine.MARK} == {path.name for path in target.iterdir() if path.is_file()}
    with closing(sqlite3.connect(f"{(target / DATABASE).as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        assert ("delete",) == copy.execute("PRAGMA journal_mode").fetchone()
        assert [] == copy.execute("SELECT * FROM memory WHERE key = 'looked'").fetchall()
        assert [("ok",)] == copy.execute("PRAGMA integrity_check").fetchall()


# --- nothing good is lost ----------------------------------------------------------------------


def test_a_damaged_original_does_not_take_the_place_of_a_good_copy(home: Archive, target: Path) -> None:
    """An attachment and a seal were cut short: the copy keeps its own, and says which."""
    make_copy(home, target)
    originals = [tampering.attachment_path(home), tampering.archive_seal_path(home, 2)]
    names = [path.relative_to(home.home).as_posix() for path in originals]
    before = [(target / name).read_bytes() for name in names]
    for path in originals:
        path.chmod(0o600)
        path.write_bytes(b"cut")

    made = make_copy(home, target)

    assert before == [(target / name).read_bytes() for name in names]
    assert {(name, None, True) for name in names} == set(made.uncopied)
    assert ["own file is damaged" in line for line in copied_lines(made)] == [False, True, True]


def test_a_damaged_copy_is_made_good_when_it_is_looked_at_thoroughly(home: Archive, target: Path) -> None:
    """A flipped bit does not change the size, so it is found only by reading the bytes; a broken database is replaced.

    So is one that was never put in its place.
    """
    copy_archive(home, target)
    resumed = make_copy(home, target)
    there = target / tampering.attachment_path(home).relative_to(home.home)
    tampering.flip_bit(there, 100)
    (target / DATABASE).write_bytes(b"broken" * 1_000)

    untouched, mended = make_copy(home, target), make_copy(home, target, thorough=True)

    assert (0, 0, 1) == (resumed.files, untouched.files, mended.files)
    assert tampering.BYTES == there.read_bytes()
    assert entry_lines(home.database) == entry_lines(target / DATABASE)


def test_a_daily_copy_that_differs_is_left_and_named(home: Archive, target: Path) -> None:
    """Neither of the two is taken for the right one; certificates may grow, settings may change."""
    names = ("daily/job1/2026-11-10_job1_daily.zip", "seals/a.pem", "archive.toml")
    (home.home / names[0]).parent.mkdir(parents=True)
    for body in (b"first", b"first and second"):
        for name in names:
            (home.home / name).write_bytes(body)
        made = make_copy(home, target)

    assert [backup_copy.UncopiedFile(names[0])] == list(made.uncopied)
    assert [b"first", body, body] == [(target / name).read_bytes() for name in names]


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_copied(
    home: Archive, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad sector: it is named, with what the system said."""
    attachment = tampering.attachment_path(home)
    name, plain = attachment.relative_to(home.home).as_posix(), Path.open

    def failing(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == attachment:
            raise OSError(5, "Input/output error", str(path))
        return plain(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", failing)
    made = make_copy(home, target)

    assert [backup_copy.UncopiedFile(name, "Input/output error")] == list(made.uncopied)
    assert 3 == len(list((target / "seals").glob("*.json")))


@pytest.mark.parametrize("size", [5_000, 200_000])
def test_a_full_disk_leaves_the_earlier_copy_as_it_was(home: Archive, target: Path, size: int) -> None:
    """Full within the database, or within an attachment: an error of the disk; afterwards it goes on."""
    make_copy(home, target)
    before = (target / DATABASE).read_bytes()
    new = add_attachment(home.home, b"x" * 5_000_000)

    with file_size_limit(size if size < len(before) else len(before) + size), pytest.raises(errors.StorageError):
        copy_archive(home, target)

    assert before == (target / DATABASE).read_bytes()
    assert not [name for name in file_names(target) if name.endswith(backup_copy.PARTIAL_SUFFIX)]
    assert not blobs.blob_path(target, new.name).exists()
    make_copy(home, target)
    assert blobs.blob_path(target, new.name).exists()


def test_whenever_a_run_is_cut_off_the_earlier_copy_stays_and_the_next_run_ends_it(home: Archive, target: Path) -> None:
    """A run is cut off at each report of progress in turn: within the database, and around and within each file."""
    make_copy(home, target)
    for number in count(1):
        before = entry_lines(target / DATABASE)
        new = [add_attachment(home.home, b"%d-%d" % (number, index) * 400_000) for index in range(2)]
        add_sweep(home, number)
        reports = iter(range(1, number))

        def tell(_done: int, _total: int, reports: Iterator[int] = reports) -> None:
            if next(reports, None) is None:
                raise KeyboardInterrupt

        try:
            copy_archive(home, target, tell=tell)
            break
        except KeyboardInterrupt:
            assert before == entry_lines(target / DATABASE)
            held = [path for path in (target / "files").glob("??/??/*") if path.suffix != backup_copy.PARTIAL_SUFFIX]
            assert all(path.read_bytes() == blobs.blob_path(home.home, path.name).read_bytes() for path in held)
        make_copy(home, target)
        assert entry_lines(home.database) == entry_lines(target / DATABASE)
        assert all(blobs.blob_path(target, path.name).exists() for path in new)
        assert not [name for name in file_names(target) if name.endswith(backup_copy.PARTIAL_SUFFIX)]

    assert number > 4


def test_too_little_space_is_said_before_anything_is_copied(
    home: Archive, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it needs and what there is; not even the folder is made."""
    usage = shutil.disk_usage(home.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))

    with pytest.raises(errors.NoSpaceForCopy) as caught:
        copy_archive(home, target)

    assert "needs 1 MB, but only 1 MB" in str(caught.value)
    assert not target.exists()


def test_a_database_that_is_damaged_is_not_copied_over_a_good_one(home: Archive, target: Path) -> None:
    """SQLite's own check of the copy fails: it is gone, and the earlier one is there."""
    make_copy(home, target)
    before = (target / DATABASE).read_bytes()
    home.close()
    with closing(sqlite3.connect(home.database)) as damaged:
        damaged.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        damaged.execute("PRAGMA writable_schema = ON")
        damaged.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'quest_due'")
        damaged.commit()

    with pytest.raises(errors.StorageError):
        copy_archive(home, target)

    assert before == (target / DATABASE).read_bytes()


# --- names and links ---------------------------------------------------------------------------


def test_no_name_and_no_link_leads_out_or_to_the_token(home: Archive, target: Path, tmp_path: Path) -> None:
    """Links are passed by, also in the folders; a token file is known by what it is, whatever it is called."""
    secret, outside = home.home / "token", tmp_path / "outside"
    secret.write_bytes(b"secret")
    outside.mkdir()
    (outside / "2026-11-10_job1_daily.zip").write_bytes(b"not ours")
    digest = "ab" * 32
    daily = home.home / "daily" / "job1"
    daily.mkdir(parents=True)
    (home.home / "daily" / "job2").symlink_to(outside)
    (daily / "2026-11-10_job1_daily.zip").symlink_to(secret)
    os.link(secret, daily / "2026-11-11_job1_daily.zip")
    (daily / "..\\..\\evil.zip").write_bytes(b"evil")
    (daily / "a\n\x1b[2J.zip").write_bytes(b"evil")
    blobs.blob_path(home.home, digest).parent.mkdir(parents=True)
    blobs.blob_path(home.home, digest).symlink_to(secret)

    make_copy(home, target, leave_out=[secret])

    assert not [path for path in target.rglob("*") if b"secret" in (path.read_bytes() if path.is_file() else b"")]
    assert not (target / "daily").exists()
    assert not blobs.blob_path(target, digest).is_symlink()


def test_a_link_within_the_copy_leads_no_write_elsewhere(home: Archive, target: Path, tmp_path: Path) -> None:
    """A folder below `files` that leads away: what should lie there is named, nothing is written through it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    name = tampering.attachment_path(home).relative_to(home.home)
    make_copy(home, target)
    shutil.rmtree(target / name.parts[0] / name.parts[1])
    (target / name.parts[0] / name.parts[1]).symlink_to(outside)

    made = make_copy(home, target)

    assert [backup_copy.UncopiedFile(name.as_posix())] == list(made.uncopied)
    assert [] == list(outside.iterdir())


# --- places ------------------------------------------------------------------------------------


def test_home_and_copy_may_not_lie_in_each_other(home: Archive, tmp_path: Path) -> None:
    """This also holds for paths with links and dots."""
    link = tmp_path / "link"
    link.symlink_to(home.home)
    places = [home.home, home.home / "copy", link / "a" / "b", home.home / "files" / ".." / "x", tmp_path, Path("/")]

    for target in places:
        with pytest.raises(errors.BadCopyPlace):
            copy_archive(home, target)

    assert not (home.home / engine.MARK).exists()


def test_the_copy_of_another_archive_is_left_alone(home: Archive, target: Path, tmp_path: Path) -> None:
    """Complete and unfinished copies of another archive, and other files with the same names, are left alone."""
    other = tampering.sample_archive(tmp_path / "other")
    make_copy(other, target)
    unfinished, foreign = tmp_path / "unfinished", tmp_path / "foreign"
    copy_archive(other, unfinished)
    other.close()
    (foreign / "files").mkdir(parents=True)

    for folder in (target, unfinished, foreign):
        check_is_left_alone(home, folder, str(folder))


def test_a_copy_that_knows_more_than_the_archive_is_left_alone(home: Archive, target: Path, tmp_path: Path) -> None:
    """The archive was restored from an older copy, or went on elsewhere: nothing that only the copy holds is lost."""
    older = tampering.copy_of(home, tmp_path / "older")
    add_sweep(home, 1)
    add_sweep(older, 2)
    make_copy(home, target)

    check_is_left_alone(older, target, "records that this archive does not have", error=errors.CopyIsNewer)
    check_is_left_alone(older, target, f"archive --home DIR backup --restore {target}", error=errors.CopyIsNewer)
    older.close()


def test_a_copy_of_a_newer_version_is_left_alone(home: Archive, target: Path) -> None:
    """An older program on a second computer cannot tell what only that copy holds."""
    make_copy(home, target)
    with closing(sqlite3.connect(target / DATABASE)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    check_is_left_alone(home, target, "newer version of this program")


def test_an_archive_that_no_backup_made_is_left_alone(home: Archive, tmp_path: Path) -> None:
    """Another home of the same archive, as on a second computer, may be in use: its settings and notes stay."""
    second = tampering.copy_of(home, tmp_path / "second")
    second.close()

    check_is_left_alone(home, second.home, "that no backup made")


@pytest.mark.parametrize("name", [SETTINGS, DATABASE])
def test_settings_or_an_empty_archive_without_a_mark_are_left_alone(home: Archive, tmp_path: Path, name: str) -> None:
    """As they lie where somebody has begun an archive; what is in the way is named."""
    begun = tmp_path / "begun"
    begun.mkdir()
    if name == DATABASE:
        migrate.create_database(begun / DATABASE)
    else:
        (begun / name).write_text("# mine")

    check_is_left_alone(home, begun, f"({name})")


def test_an_archive_without_records_is_not_copied(archive: Archive, target: Path) -> None:
    """There is nothing by which its copy could be known again."""
    check_is_left_alone(archive, target, "no records")


def test_a_snapshot_refuses_what_is_no_database(tmp_path: Path) -> None:
    """A file that is no database raises ArchiveDamaged and leaves no copy."""
    (tmp_path / "other").write_bytes(b"something else" * 1_000)

    with closing(sqlite3.connect(tmp_path / "other")) as source, pytest.raises(errors.ArchiveDamaged):
        engine.copy_database(source, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()
