"""One daemon for each archive: the lock that it holds as long as it lives, and whether somebody holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archiver import errors

LOCK = "daemon.lock"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keep a second daemon of the same archive away. Raises ArchiveInUse, HomeNotWritable."""
    lock = FileLock(home / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise errors.ArchiveInUse(path=home) from error
    except OSError as fault:
        raise errors.HomeNotWritable(path=home, detail=fault.strerror or str(fault)) from fault
    try:
        yield
    finally:
        lock.release()


def is_daemon_running(home: Path) -> bool:
    """Whether a daemon works on this archive now; nothing is made where none ever did."""
    if not (home / LOCK).exists():
        return False
    try:
        with alone(home):
            return False
    except errors.ArchiveInUse:
        return True
    except errors.StorageError:
        return False
