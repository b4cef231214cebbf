"""Writes a file that only its owner may read, in one step, so that it is never half written."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import time
from pathlib import Path

from archiver import errors

_HALF_WRITTEN_SECONDS = 60
"""A file that another process is writing is younger; older ones a killed process has left."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` with mode 0600; the folder is made with mode 0700 if it is missing.

    A symbolic link is followed, so that a settings file kept elsewhere stays there. Raises DiskFull,
    DiskFailing, HomeNotWritable; what was at `path` before is then unchanged.
    """
    try:
        target = Path(os.path.realpath(path))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(target, data)
    except OSError as error:
        if error.errno in _FULL:
            raise errors.DiskFull(path=path) from error
        if error.errno == errno.EIO:
            raise errors.DiskFailing(path=path, detail=error.strerror or str(error)) from error
        raise errors.HomeNotWritable(path=path.parent, detail=error.strerror or str(error)) from error


def remove_leftovers(path: Path, *, older_than: float = _HALF_WRITTEN_SECONDS) -> None:
    """Remove what killed processes left of the file, which may hold a secret, if it is older than so many seconds."""
    target = Path(os.path.realpath(path))
    with contextlib.suppress(OSError):
        for leftover in target.parent.glob(f".{glob.escape(target.name)}.????????.partial"):
            if leftover.stat().st_mtime <= time.time() - older_than:
                leftover.unlink()


def _write(target: Path, data: bytes) -> None:
    remove_leftovers(target)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename durable; Windows cannot open a folder, and some shares cannot sync one."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
