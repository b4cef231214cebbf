"""Transactions, the triggers that keep entries append-only, and what the disk and other programs do."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from archiver import errors
from archiver.folder_sync import storage_error
from archiver.setup.archive_setup import make_home
from archiver.store import migrate, seals
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE, build_engine, driver_connection, translate_error
from archiver.store.queries.entries import entries_at, last_seq
from archiver.store.queries.status import Status, status
from tests.support.archives.notes import all_entries, append_observations, note
from tests.support.archives.tampering import changing_past_triggers, empty_archive
from tests.support.file_size_limit import file_size_limit

_FIELDS = "observed_at, clock, kind, account_id, room_id, key"

CHANGES = [
    "UPDATE entry SET line = 'x' WHERE seq = 1",
    "UPDATE entry SET seq = 9 WHERE seq = 2",
    "UPDATE OR IGNORE entry SET digest = 'x'",
    "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE seq = 2",
    f"INSERT OR REPLACE INTO entry SELECT 1, {_FIELDS}, 'x', 'x' FROM entry LIMIT 1",
    f"REPLACE INTO entry SELECT 2, {_FIELDS}, 'x', 'x' FROM entry LIMIT 1",
    f"INSERT OR IGNORE INTO entry SELECT 1, {_FIELDS}, 'x', 'x' FROM entry LIMIT 1",
    f"INSERT INTO entry SELECT 4, {_FIELDS}, line, digest FROM entry LIMIT 1",
    f"INSERT INTO entry SELECT 0, {_FIELDS}, line, digest FROM entry LIMIT 1",
    f"INSERT INTO entry SELECT NULL, {_FIELDS}, line, digest FROM entry LIMIT 1",
    "INSERT INTO entry VALUES (1, '', NULL, '', NULL, NULL, '', 'x', 'x') ON CONFLICT(seq) DO UPDATE SET line = 'x'",
]


# --- append-only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("triggers", ["OFF", "ON"])
@pytest.mark.parametrize("statement", CHANGES)
def test_entries_can_only_be_appended_in_order(archive: Archive, statement: str, triggers: str) -> None:
    """The database itself refuses every other statement, from any program and with this pragma of its connection."""
    append_observations(archive, note(1), note(2))
    before = all_entries(archive)

    with closing(sqlite3.connect(archive.database)) as other:
        other.execute(f"PRAGMA recursive_triggers = {triggers}")
        with pytest.raises(sqlite3.IntegrityError):
            other.execute(statement)

    assert before == all_entries(archive)


def test_entries_have_no_unique_key_but_their_number(archive: Archive) -> None:
    """With another unique key, INSERT OR REPLACE would remove a row without the triggers."""
    with closing(sqlite3.connect(archive.database)) as database:
        indexes = database.execute("PRAGMA index_list(entry)").fetchall()

    assert [("entry_key", 0)] == [(name, unique) for _, name, unique, *_ in indexes]


# --- transactions ---------------------------------------------------------------------------------


def test_the_database_is_safe_against_power_cuts(archive: Archive) -> None:
    """The journal is a write-ahead log, and commits are synced to the disk."""
    with archive.writing() as writing:
        mode = writing.sql.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = writing.sql.exec_driver_sql("PRAGMA synchronous").scalar()

    assert ("wal", 2) == (mode, synchronous)


def test_an_archive_that_is_being_made_is_as_any_other_once_it_is_synced(tmp_path: Path) -> None:
    """Until then it has no log; what is refused is undone all the same, and afterwards it is safe as any other."""
    with closing(Archive(tmp_path, being_made=True)) as made:
        made.create()
        append_observations(made, note("kept"))
        with suppress(ZeroDivisionError), made.writing() as writing:
            writing.sql.exec_driver_sql("DELETE FROM alembic_version")
            raise ZeroDivisionError
        assert not list(tmp_path.glob("*-wal"))
        made.sync()

    with closing(Archive(tmp_path)) as archive, archive.reading() as reading:
        assert 1 == last_seq(reading)
        assert "wal" == reading.sql.exec_driver_sql("PRAGMA journal_mode").scalar()


def test_a_reading_is_a_snapshot(archive: Archive) -> None:
    """It does not see later writes, and does not block them; a writing reads the rows that it has inserted itself."""
    append_observations(archive, note(1))
    with archive.reading() as reading:
        append_observations(archive, note(2))
        during = last_seq(reading)
    with archive.writing() as writing:
        before = last_seq(writing)
        writing.sql.exec_driver_sql("INSERT INTO entry VALUES (3, '', NULL, 'note', NULL, NULL, 'x', '{}', '')")
        assert (1, 2, 3) == (during, before, last_seq(writing))


def test_writers_wait_for_one_another(archive: Archive) -> None:
    """Simultaneous writings are all committed, numbered without holes."""
    with ThreadPoolExecutor(8) as threads:
        for _thread in range(8):
            threads.submit(lambda: append_observations(Archive(archive.home), note("x")))

    assert list(range(1, 9)) == [one.seq for one in all_entries(archive)]


def test_a_busy_database_is_an_error_of_ours(archive: Archive) -> None:
    """A database that stays locked raises ArchiveBusy, and nothing is written."""
    append_observations(archive, note(1))
    with closing(sqlite3.connect(archive.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(errors.ArchiveBusy, match="30"):
            write_impatiently(archive)

    assert 1 == len(all_entries(archive))


def write_impatiently(archive: Archive) -> None:
    """Write without waiting for another writer."""
    with archive.reading() as reading:
        reading.sql.exec_driver_sql("PRAGMA busy_timeout = 0")
        reading.sql.exec_driver_sql("INSERT INTO memory VALUES ('a', 'b')")


def test_only_one_round_at_a_time(archive: Archive) -> None:
    """A second round is refused at once, and the lock of a killed process is released."""
    other = Archive(archive.home)
    with archive.round_lock(), pytest.raises(errors.ArchiveInUse) as caught, other.round_lock():
        pass
    with other.round_lock():
        pass
    program = (
        "import os, sys, pathlib; from archiver.store.archive import Archive\n"
        "with Archive(pathlib.Path(sys.argv[1])).round_lock(): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(archive.home)], check=False)
    with archive.round_lock():
        pass

    assert (11, -9) == (caught.value.code, killed.returncode)


# --- what cannot be opened ------------------------------------------------------------------------


def test_a_home_without_a_database_is_no_archive(tmp_path: Path) -> None:
    """Opening it raises NoArchive and creates nothing, and so does a round whose home was moved away."""
    archive = Archive(tmp_path / "nothing")

    for transaction in (archive.reading, archive.writing, archive.round_lock):
        with pytest.raises(errors.NoArchive), transaction():
            pass
    assert [] == list(tmp_path.iterdir())


def test_a_home_whose_database_is_gone_is_not_said_to_have_no_archive_yet(archive: Archive) -> None:
    """Where seals are, something was saved: no sentence leads to a new archive in its place."""
    append_observations(archive, note(1))
    seals.close_seals(archive, now=datetime.now(UTC))
    archive.close()
    archive.database.unlink()

    for transaction in (archive.reading, archive.writing):
        with pytest.raises(errors.DatabaseGone), transaction():
            pass

    assert errors.DatabaseGone is type(archive.absence())
    for seal in (archive.home / "seals").iterdir():
        seal.unlink()
    assert errors.NoArchive is type(archive.absence())
    (archive.home / "daily" / "job1").mkdir(parents=True)
    (archive.home / "daily" / "job1" / "2026-11-05-1000_job1_daily.zip").touch()
    assert errors.DatabaseGone is type(archive.absence())


def test_an_archive_of_a_newer_version_is_not_touched(archive: Archive) -> None:
    """A newer archive raises NewerArchive (exit 12), and the file stays as it is."""
    archive.close()
    with closing(sqlite3.connect(archive.database)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = archive.database.read_bytes()

    for transaction in (archive.reading, archive.writing):
        with pytest.raises(errors.NewerArchive) as caught, transaction():
            pass
        archive.close()
    with pytest.raises(errors.NewerArchive):
        migrate.migrate(archive.database)

    assert (12, before) == (caught.value.code, archive.database.read_bytes())


@pytest.mark.parametrize("body", [b"", b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_what_is_no_database_of_ours_is_said(tmp_path: Path, body: bytes) -> None:
    """At once, without waiting for a lock that nobody holds, and not as an error of SQLite."""
    (tmp_path / DATABASE).write_bytes(body)

    with pytest.raises(errors.ArchiveDamaged), Archive(tmp_path).reading():
        pass
    with pytest.raises(errors.ArchiveDamaged if body.startswith(b"no database") else errors.StorageError):
        migrate.migrate(tmp_path / DATABASE)


def test_a_damaged_page_is_said_when_it_is_met(archive: Archive) -> None:
    """Reading a damaged page raises ArchiveDamaged with the name of the file."""
    append_observations(archive, *[note("x" * 500) for _ in range(200)])
    archive.close()
    body = bytearray(archive.database.read_bytes())
    body[len(body) // 2 :] = os.urandom(len(body) - len(body) // 2)
    archive.database.write_bytes(body)

    with pytest.raises(errors.ArchiveDamaged) as caught:
        all_entries(archive)

    assert DATABASE in str(caught.value)


@pytest.mark.parametrize("harm", ["UPDATE entry SET line = '{' WHERE seq = 1", "DELETE FROM entry WHERE seq = 1"])
def test_an_entry_that_is_damaged_or_missing_is_damage(archive: Archive, harm: str) -> None:
    """Where somebody dropped the triggers, it is said as for a damaged page, and no bug of the program."""
    append_observations(archive, note(1))
    with archive.writing() as writing:
        for (trigger,) in driver_connection(writing.sql).execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            driver_connection(writing.sql).execute(f"DROP TRIGGER {trigger}")
        driver_connection(writing.sql).execute(harm)

    with pytest.raises(errors.ArchiveDamaged), archive.reading() as reading:
        entries_at(reading, [1])


@pytest.mark.parametrize("line", ["{}", "[]", '"x"', '{"payload": null}'])
def test_a_record_of_another_form_is_damage(archive: Archive, line: str) -> None:
    """What reading it raises is told as damage; while every record is as it was saved, it is a bug."""
    append_observations(archive, note(1))

    def read(reading: Reading) -> object:
        (row,) = driver_connection(reading.sql).execute("SELECT line FROM entry WHERE seq = 1")
        return json.loads(row[0])["payload"]["nothing"]

    with pytest.raises(KeyError):
        archive.read(read)
    with changing_past_triggers(archive) as database:
        database.execute("UPDATE entry SET line = ? WHERE seq = 1", (line,))
    with pytest.raises(errors.ArchiveDamaged):
        archive.read(read)


@pytest.mark.parametrize("way", ["read_only", "unchanging"])
def test_an_archive_opened_to_read_is_not_changed(archive: Archive, way: str) -> None:
    """Writing is refused as where the folder takes none, so that an export goes on; every byte stays as it was."""
    append_observations(archive, note(1))
    archive.close()
    before = archive.database.read_bytes()
    with closing(Archive(archive.home, read_only=way == "read_only", unchanging=way == "unchanging")) as to_read:
        with pytest.raises(errors.HomeNotWritable):
            append_observations(to_read, note(2))
        count = len(all_entries(to_read))

    assert (1, before) == (count, archive.database.read_bytes())


def test_on_media_that_cannot_be_written_nothing_appears_beside_the_database(archive: Archive) -> None:
    """With `immutable` there is no lock, shared memory or log."""
    append_observations(archive, note(1))
    archive.close()
    before = set(archive.home.iterdir())
    engine = build_engine(archive.database, read_only=True, immutable=True)

    with engine.connect() as sql:
        assert 1 == sql.exec_driver_sql("SELECT count(*) FROM entry").scalar()
        assert before == set(archive.home.iterdir())
    engine.dispose()


# --- opened anew for each page ---------------------------------------------------------------------


def test_an_archive_that_is_opened_again_compiles_no_statement_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages open the archive for each request; what one of them compiled, all engines of the process use."""
    append_observations(archive, note(1))
    read_status(archive)
    compiled: list[object] = []
    monkeypatch.setattr(SQLiteCompiler, "visit_select", lambda *given, **_named: compiled.append(given))

    read_status(Archive(archive.home, read_only=True))

    assert not compiled


def test_an_archive_put_in_the_place_of_another_is_read_as_it_is(archive: Archive, tmp_path: Path) -> None:
    """Nothing of an earlier opening is kept but its compiled statements: after a restore the new file is read."""
    append_observations(archive, note(1))
    assert archive.read(last_seq) == 1
    other = empty_archive(tmp_path / "other")
    append_observations(other, note(1), note(2))
    archive.close()
    other.close()

    other.database.replace(archive.database)

    assert Archive(archive.home, read_only=True).read(last_seq) == len(("1", "2"))


def test_threads_share_compiled_statements_and_no_connection(archive: Archive) -> None:
    """Many pages at once read the same archive, each with an opening of its own."""
    append_observations(archive, note(1))

    def read_once(_number: int) -> int:
        with closing(Archive(archive.home, read_only=True)) as opened:
            read_status(opened)
            return opened.read(last_seq)

    with ThreadPoolExecutor(6) as threads:
        assert [1] * 120 == list(threads.map(read_once, range(120)))


def test_a_transaction_takes_the_connection_of_the_last_one(archive: Archive) -> None:
    """A run opens one connection; one in which something went wrong is not gone on with, and none outlives the end."""
    append_observations(archive, note(1))
    with archive.reading() as first:
        used = first.sql
    with archive.writing() as second:
        assert second.sql is used
    with archive.reading() as outer, archive.reading() as inner:
        assert outer.sql is used
        assert inner.sql is not used
    with pytest.raises(KeyError), archive.reading():
        raise KeyError
    with archive.reading() as after_error:
        assert after_error.sql is not used
        assert last_seq(after_error) == 1
    archive.close()
    assert used.closed
    assert after_error.sql.closed


def test_threads_that_share_an_archive_never_share_a_connection(archive: Archive) -> None:
    """Each transaction that is open at a time has one of its own."""
    append_observations(archive, note(1))
    together = threading.Barrier(4)

    def read_once(_number: int) -> int:
        with archive.reading() as reading:
            together.wait(30)
            together.wait(30)  # nobody ends before all have begun
            return id(reading.sql)

    with ThreadPoolExecutor(4) as threads:
        for _time in range(20):
            assert 4 == len(set(threads.map(read_once, range(4))))


def read_status(archive: Archive) -> Status:
    """The status, which asks several questions."""
    with archive.reading() as reading:
        return status(reading)


# --- a full disk ----------------------------------------------------------------------------------


def test_a_full_disk_loses_nothing(archive: Archive) -> None:
    """On a full disk the whole transaction is rolled back; with space again, writing works."""
    append_observations(archive, note("kept"))
    size = max(path.stat().st_size for path in archive.home.glob(f"{DATABASE}*"))

    with file_size_limit(size + 4096), pytest.raises(errors.DiskFull) as caught:
        append_observations(archive, *[note("x" * 10_000) for _ in range(50)])
    left = all_entries(archive)
    append_observations(archive, note("after"))

    assert (1, 1, [1, 2]) == (caught.value.code, len(left), [one.seq for one in all_entries(archive)])
    with file_size_limit(8192), pytest.raises(errors.DiskFull):
        migrate.create_database(archive.home / "new.sqlite3")
    assert not (archive.home / "new.sqlite3").exists()


def sqlite_error(code: int, text: str = "disk I/O error") -> sqlite3.OperationalError:
    """An error as the driver raises it, with SQLite's extended result code."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EIO, errors.DiskFailing),
        (errno.ENOSPC, errors.DiskFull),
        (errno.EDQUOT, errors.DiskFull),
        (errno.EACCES, errors.HomeNotWritable),
        (errno.ENOLCK, errors.LocksMissing),
        (errno.EMFILE, errors.TooManyOpenFiles),
        (errno.ENFILE, errors.TooManyOpenFiles),
    ],
)
def test_an_error_of_a_file_is_told_by_its_number(number: int, expected: type[errors.StorageError]) -> None:
    """EIO is the disk's own error; only a lack of space is a full disk."""
    assert expected is type(storage_error(OSError(number, "words"), Path("x")))


CANTOPEN, READONLY = "unable to open database file", "attempt to write a readonly database"


@pytest.mark.parametrize(
    ("error", "limit", "place", "expected"),
    [
        # An I/O error is a failing disk as long as there is space; a quota that is used up is worded so, too,
        # but for reading no space is needed. SQLite's own word for a full disk counts whatever space there is.
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), 10**9, ".", errors.DiskFailing),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), 10**9, ".", errors.DiskFailing),
        (sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), 10**9, ".", errors.DiskFailing),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), 4096, ".", errors.DiskFull),
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), 4096, ".", errors.DiskFailing),
        (sqlite_error(sqlite3.SQLITE_FULL, "database or disk is full"), 10**9, ".", errors.DiskFull),
        # Of an error at opening SQLite says only that there was one: nothing is blamed by guess. A folder that
        # takes no file names the cause itself.
        (sqlite_error(sqlite3.SQLITE_CANTOPEN, CANTOPEN), 10**9, ".", errors.DatabaseNotOpened),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN, CANTOPEN), 10**9, "gone", errors.HomeNotWritable),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN, READONLY), 10**9, "gone", errors.HomeNotWritable),
    ],
)
def test_an_error_of_the_database_is_told_by_what_a_file_beside_it_meets(
    tmp_path: Path, error: sqlite3.OperationalError, limit: int, place: str, expected: type[errors.StorageError]
) -> None:
    """And with what to do: of a failing disk a copy elsewhere, not more space."""
    with file_size_limit(limit):
        told = translate_error(error, tmp_path / place / DATABASE)

    assert expected is type(told)
    assert ("No such file or directory" in str(told)) == (place == "gone")
    if expected is errors.DiskFailing:
        assert ("archive backup" in told.advice(), "space" in f"{told} {told.advice()}") == (True, False)
    if expected is errors.DatabaseNotOpened:
        assert "--home" not in told.advice()


@pytest.mark.parametrize("is_still_so", [False, True])
def test_a_database_that_was_opened_as_nothing_but_readable_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_still_so: bool
) -> None:
    """A disk that was full for a moment makes SQLite open it so; the folder is to blame only if it is so still."""
    database, connect = tmp_path / "archive.sqlite3", sqlite3.connect
    with closing(connect(database)) as made:
        made.execute("CREATE TABLE a (b)")
    if is_still_so:
        monkeypatch.setattr(sqlite3, "connect", lambda path, **_options: connect(f"file:{path}?mode=ro", uri=True))

    error = translate_error(sqlite_error(sqlite3.SQLITE_READONLY, "attempt to write a readonly database"), database)

    assert (errors.HomeNotWritable if is_still_so else errors.DatabaseNotOpened) is type(error)


@pytest.mark.skipif(sys.platform == "win32", reason="there its own locks are used")
def test_a_drive_without_locks_is_told_at_once_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite calls it locked, or a disk error, for which nobody has to wait and no disk has to be replaced."""
    import fcntl

    def refuse(*_lock: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    database = tmp_path / "archive.sqlite3"
    busy, odd = sqlite_error(sqlite3.SQLITE_BUSY, "database is locked"), sqlite_error(sqlite3.SQLITE_IOERR_LOCK)
    assert errors.ArchiveBusy is type(translate_error(busy, database))
    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(migrate, "upgrade", lambda _fresh: migrate.check_revision(None, tmp_path))  # type: ignore[arg-type]

    with pytest.raises(errors.LocksMissing) as caught:
        make_home(tmp_path)
    with pytest.raises(AttributeError):
        migrate.create_database(database)

    assert [errors.LocksMissing] * 2 == [type(translate_error(one, database)) for one in (busy, odd)]
    assert (5, []) == (caught.value.code, list(tmp_path.iterdir()))
