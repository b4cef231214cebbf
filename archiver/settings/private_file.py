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
from archiver.folder_sync import has_too_many_files, sync_where_possible

_HALF_WRITTEN_SECONDS = 60
"""A file that another process is writing is younger; older ones a killed process has left."""

_FULL = {errno.ENOSPC, errno.EDQUOT}


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` with mode 0600; the folder is made with mode 0700 if it is missing.

    A symbolic link is followed, so that a settings file kept elsewhere stays there. Raises DiskFull,
    DiskFailing, TooManyOpenFiles, HomeNotWritable; what was at `path` before is then unchanged.
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
        if has_too_many_files(error):
            raise errors.TooManyOpenFiles(path=path, detail=error.strerror or str(error)) from error
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
    sync_where_possible(target.parent)
