"""Makes the names in a folder durable, and tells what keeps a file from being opened that is not its folder's fault."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable, where the system can; Windows opens no folder. Raises OSError."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_where_possible(folder: Path) -> None:
    """The same, without a word where a disk, such as some shares and sticks, cannot."""
    with contextlib.suppress(OSError):
        sync_folder(folder)


def has_too_many_files(error: OSError) -> bool:
    """Whether this process or the whole computer may open no more files."""
    return error.errno in (errno.EMFILE, errno.ENFILE)
