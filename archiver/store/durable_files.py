"""Durable writing of files, private folders, and errors of the disk as errors of this program."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from archiver import errors


def write_durably(path: Path, body: bytes, *, mode: int = 0o600) -> None:
    """Write a file that is complete or absent even after a power cut: under another name, fsynced, renamed.

    Raises OSError.
    """
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def private_folder(folder: Path, *, below: Path) -> None:
    """Make a folder and those above it, up to `below` (which exists), for the owner alone. Raises OSError."""
    for path in reversed([folder, *folder.parents]):
        if path.is_relative_to(below) and path != below:
            path.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(error: OSError) -> bool:
    """Whether no space is left for this user."""
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


def storage_error(error: OSError, path: Path) -> errors.StorageError:
    """The error of this program for an error of the file system."""
    if is_full(error):
        return errors.DiskFull(path=path)
    return errors.HomeNotWritable(path=path, detail=error.strerror or str(error))
