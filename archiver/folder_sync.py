"""Makes the names in a folder durable, and tells what keeps a file from being opened that is not its folder's fault."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

_NOT_DONE = frozenset({errno.EINVAL, errno.EBADF, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What drives answer that do not sync folders, as some sticks and shares; an error of the disk is another."""


def sync_folder(folder: Path) -> bool:
    """Make a rename in a folder durable; whether the drive does that. Raises OSError.

    Windows opens no folder, so nothing is asked of it.
    """
    if os.name == "nt":
        return True
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_DONE:
            raise
        return False
    finally:
        os.close(handle)
    return True


def sync_where_possible(folder: Path) -> None:
    """The same, without a word where a disk, such as some shares and sticks, cannot."""
    with contextlib.suppress(OSError):
        sync_folder(folder)


def allow_where_possible(path: Path, mode: int) -> None:
    """Say who may read and write something, without a word where a stick or a share does not know that."""
    with contextlib.suppress(OSError):
        path.chmod(mode)


def has_too_many_files(error: OSError) -> bool:
    """Whether this process or the whole computer may open no more files."""
    return error.errno in (errno.EMFILE, errno.ENFILE)
