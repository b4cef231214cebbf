"""Files that are there whole or not at all, also after a power cut, and errors of the disk in our words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from archiver import errors


def write_durably(path: Path, body: bytes, *, mode: int = 0o600) -> None:
    """Write beside the place, fsync, rename. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def private_folder(folder: Path, *, below: Path) -> None:
    """Make a folder and those above it, up to `below` (which exists), for the owner alone. Raises OSError."""
    for one in reversed([folder, *folder.parents]):
        if one.is_relative_to(below) and one != below:
            one.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(fault: OSError) -> bool:
    """Whether no space is left for this user."""
    return fault.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


def storage_error(fault: OSError, path: Path) -> errors.StorageError:
    """One of our errors for what the file system could not do."""
    if is_full(fault):
        return errors.DiskFull(path=path)
    return errors.HomeNotWritable(path=path, detail=fault.strerror or str(fault))
