"""What a failing disk and a full one are told as: never the one for the other."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from archiver import errors
from archiver.setup.archive_setup import make_home
from archiver.store import migrate
from archiver.store.durable_files import storage_error
from archiver.store.engine import translate_error
from tests.support.file_size_limit import file_size_limit


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


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC])
def test_an_io_error_of_the_database_is_a_failing_disk(tmp_path: Path, code: int) -> None:
    """As long as there is space."""
    assert errors.DiskFailing is type(translate_error(sqlite_error(code), tmp_path / "archive.sqlite3"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [(sqlite3.SQLITE_IOERR_WRITE, errors.DiskFull), (sqlite3.SQLITE_IOERR_READ, errors.DiskFailing)],
)
def test_without_space_only_a_write_error_is_a_full_disk(
    tmp_path: Path, code: int, expected: type[errors.StorageError]
) -> None:
    """SQLite words a quota that is used up as an I/O error; for reading no space is needed."""
    with file_size_limit(4096):
        assert expected is type(translate_error(sqlite_error(code), tmp_path / "archive.sqlite3"))


def test_sqlites_own_word_for_a_full_disk_counts(tmp_path: Path) -> None:
    """Whatever space there is by the time of the question."""
    error = sqlite_error(sqlite3.SQLITE_FULL, "database or disk is full")

    assert errors.DiskFull is type(translate_error(error, tmp_path / "archive.sqlite3"))


def test_a_failing_disk_is_told_with_what_to_do() -> None:
    """The next step is a copy elsewhere, not more space."""
    error = errors.DiskFailing(path="x", detail="Input/output error")

    assert "archive backup" in error.advice()
    assert "space" not in f"{error} {error.advice()}"


def test_a_database_that_opens_again_is_told_without_a_cause(tmp_path: Path) -> None:
    """SQLite says of an error at opening only that there was one: neither permission nor space is to blame by guess."""
    error = translate_error(sqlite_error(sqlite3.SQLITE_CANTOPEN, "unable to open database file"), tmp_path / "a")

    assert errors.DatabaseNotOpened is type(error)
    assert "--home" not in error.advice()


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


@pytest.mark.parametrize("text", ["unable to open database file", "attempt to write a readonly database"])
def test_a_database_that_cannot_be_opened_is_told_by_what_a_file_beside_it_meets(tmp_path: Path, text: str) -> None:
    """A folder that takes no file names the cause itself."""
    error = translate_error(sqlite_error(sqlite3.SQLITE_CANTOPEN, text), tmp_path / "gone" / "archive.sqlite3")

    assert errors.HomeNotWritable is type(error)
    assert "No such file or directory" in str(error)


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
