"""The lock that a daemon holds as long as it runs, so that each archive has one daemon at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archiver import errors

LOCK = "daemon.lock"


@contextmanager
def hold_daemon_lock(home: Path) -> Iterator[None]:
    """Hold the lock, which keeps out a second daemon of the archive. Raises ArchiveInUse, HomeNotWritable."""
    lock = FileLock(home / LOCK, mode=0o600, thread_local=False)  # `daemon --all` opens archives in any of its threads
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise errors.ArchiveInUse(path=home) from error
    except OSError as error:
        raise errors.HomeNotWritable(path=home, detail=error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


def is_daemon_running(home: Path) -> bool:
    """Whether a daemon works on this archive now; no lock file is created where none ever did."""
    if not (home / LOCK).exists():
        return False
    try:
        with hold_daemon_lock(home):
            return False
    except errors.ArchiveInUse:
        return True
    except errors.StorageError:
        return False
