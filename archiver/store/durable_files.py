"""Durable writing of files, private folders, files of seals, and errors of the disk as errors of this program.

Files of seals are moved between `seals/` and `seals/orphaned/`: nothing is removed or overwritten there, and
no move goes to a name that is taken.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from archiver import errors
from archiver.folder_sync import (
    disk_errors,
    free_name,
    is_failing,
    is_full,
    storage_error,
    sync_folder,
    sync_where_possible,
)

_PROBE_BYTES = 1 << 20
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
_READ_ERRORS = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})
"""Codes of SQLite for errors while reading, for which no space is needed (sqlite.org/rescode.html)."""


def write_durably(path: Path, body: bytes, *, mode: int = 0o600) -> None:
    """Write a file that is complete or absent even after a power cut: under another name, fsynced, renamed.

    Raises OSError.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):  # the next file may have another name, and would not replace it
            fresh.unlink()
        raise
    sync_folder(path.parent)


def make_durable_folder(folder: Path) -> None:
    """Make a folder for the owner alone, and those above it; its name outlives a power cut where the disk can do that.

    Raises OSError where it cannot be made.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(made):
        path.mkdir(mode=0o700, exist_ok=True)
        sync_where_possible(path.parent)
    folder.mkdir(exist_ok=True)  # an error where a file is in its place


def private_folder(folder: Path, *, below: Path) -> None:
    """Make a folder and those above it, up to `below` (which exists), for the owner alone. Raises OSError.

    The names of new ones outlive a power cut where the disk can do that.
    """
    for path in reversed([folder, *folder.parents]):
        if path.is_relative_to(below) and path != below and not path.is_dir():
            path.mkdir(mode=0o700, exist_ok=True)
            sync_where_possible(path.parent)


def keeps_names(folder: Path) -> bool:
    """Whether a drive lets the names of new files outlive a power cut, as far as it says."""
    try:
        return sync_folder(folder)
    except OSError:  # told where something is written
        return True


def lacks_locks(folder: Path) -> bool:
    """Whether a drive has no locks of files, without which two programs could write at once; that is tried."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            for lock in (fcntl.lockf, fcntl.flock):  # SQLite's, and those of a round
                lock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS
    return False


def sync_tree(folder: Path) -> None:
    """Make every file below a folder and its names durable. Raises OSError."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_where_possible(path)
        elif not path.is_symlink():
            sync_file(path)
    sync_where_possible(folder)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable. Raises OSError."""
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows syncs only what it may write
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def held_lock(
    path: Path, seconds: float = 0, taken: type[errors.ArchiverError] = errors.ArchiveInUse
) -> Iterator[None]:
    """Hold a lock file of a home. Raises `taken` if another process holds it for so long, and StorageError."""
    lock = FileLock(path, mode=0o600, thread_local=False)  # `daemon --all` opens archives in any of its threads
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise taken(path=path.parent) from error
    except OSError as error:
        raise storage_error(error, path.parent) from error
    try:
        yield
    finally:
        lock.release()


def copy_error(error: OSError, path: Path) -> errors.StorageError:
    """The same for what is copied to another place, where it is not the home that cannot be written."""
    if is_full(error):
        return errors.DiskFull(path=path)
    kind = errors.DiskFailing if is_failing(error) else errors.StorageError
    return kind(path=path, detail=error.strerror or str(error))


def database_disk_error(error: BaseException | None, database: Path) -> errors.StorageError:
    """The error of this program for an I/O error of SQLite, which words a quota that is used up in the same way."""
    code = getattr(error, "sqlite_errorcode", None)
    if code not in _READ_ERRORS and _lacks_space(database):
        return errors.DiskFull(path=database)
    return errors.DiskFailing(path=database, detail=str(error))


def database_open_error(error: BaseException | None, database: Path) -> errors.StorageError:
    """The error of this program where SQLite opened no file for writing, for which it gives no reason: that is tried.

    What cannot be found out any more is told as SQLite words it, without a cause.
    """
    try:
        _try_to_write(database)
    except OSError as cause:
        return storage_error(cause, database.parent)
    if _is_readonly(error) and not _can_be_written(database):  # as nothing but readable, whatever the folder allows
        return errors.HomeNotWritable(path=database.parent, detail=str(error))
    return errors.DatabaseNotOpened(path=database, detail=str(error))


def _is_readonly(error: BaseException | None) -> bool:
    return "readonly" in str(error).lower()


def _can_be_written(database: Path) -> bool:
    """Whether SQLite opens it for writing by now; it keeps its own locks when it closes it again."""
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=0)) as connection:
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE probe (tried)")  # of one that is read-only `BEGIN IMMEDIATE` asks nothing
            connection.rollback()
    except sqlite3.Error as error:
        return not _is_readonly(error)
    return True


def _try_to_write(database: Path) -> None:
    """Make a file beside the database; the database's own are not opened, as closing them would end SQLite's locks."""
    with tempfile.TemporaryFile(dir=database.parent):
        pass
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal"))):
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _lacks_space(database: Path) -> bool:
    """Whether a file as large as the database or its log cannot grow beside it; tried, as free space tells no quota."""
    try:
        size = max(path.stat().st_size for path in (database.parent, *database.parent.glob(f"{database.name}*")))
        with tempfile.TemporaryFile(dir=database.parent) as probe:
            probe.seek(size)
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
    except OSError as error:
        return is_full(error)
    return False


SEALS = "seals"
ORPHANED = "orphaned"
"""The folder in `seals/` for seals that the database does not have, because an older one was put back."""

_NAME = re.compile(r"((\d{6,18})-\d{4}-\d\d-\d\d\.json)(\..+)?")


class SealFile(NamedTuple):
    """A file that belongs to a seal: the seal itself, a stamp over it, or a stamp that was set aside."""

    number: int
    name: str
    seal_name: str
    """The name of the seal's own file."""

    @property
    def is_seal(self) -> bool:
        """Whether it is the seal itself."""
        return self.name == self.seal_name


def names_in(folder: Path) -> list[str]:
    """The names in a folder, in order; none if there is no folder. Raises StorageError."""
    with disk_errors(folder), contextlib.suppress(FileNotFoundError):
        return sorted(path.name for path in folder.iterdir())
    return []


def list_files(folder: Path) -> list[SealFile]:
    """The files of seals in a folder by number; none if there is no folder. Raises StorageError."""
    matches = [match for match in map(_NAME.fullmatch, names_in(folder)) if match and not match[0].endswith(".new")]
    return sorted(SealFile(int(match[2]), match[0], match[1]) for match in matches)


def read(path: Path) -> bytes:
    """The bytes of a file. Raises StorageError."""
    with disk_errors(path):
        return path.read_bytes()


def move(source: Path, target: Path) -> None:
    """Move a file durably to a name that is free. Raises StorageError."""
    with disk_errors(target):
        make_durable_folder(target.parent)
        if target.exists():
            raise FileExistsError(target)
        source.rename(target)
        sync_folder(target.parent)
        sync_folder(source.parent)


def orphan_name(seals: Path, name: str) -> str:
    """The name that a file of a seal gets in `orphaned/`: with `.2`, `.3` … behind it where it is taken."""
    return free_name(seals / ORPHANED, name, mark=".")


def move_to_orphaned(seals: Path, name: str) -> None:
    """Move a file of a seal durably to `orphaned/`. Raises StorageError."""
    move(seals / name, seals / ORPHANED / orphan_name(seals, name))
