"""Makes the names in a folder durable, finds free ones, and tells errors of the file system as errors of ours."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from archiver import errors

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


def free_name(folder: Path, name: str, endings: Sequence[str] = ("",), *, mark: str = "-") -> str:
    """The name, or the one with `-2`, `-3` … behind it, under which nothing with these endings lies in the folder."""
    names = chain([name], (f"{name}{mark}{number}" for number in count(2)))
    return next(one for one in names if not any(os.path.lexists(folder / f"{one}{ending}") for ending in endings))


def is_full(error: OSError) -> bool:
    """Whether no space is left for this user."""
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


def is_failing(error: OSError) -> bool:
    """Whether the disk itself reports an error."""
    return error.errno == errno.EIO


def storage_error(error: OSError, path: Path) -> errors.StorageError:
    """The error of this program for an error of the file system."""
    if is_full(error):
        return errors.DiskFull(path=path)
    if is_failing(error):
        return errors.DiskFailing(path=path, detail=error.strerror or str(error))
    if error.errno == errno.ENOENT and error.filename is None:  # only `getcwd` fails without naming a file
        return errors.CurrentFolderGone()
    if error.errno == errno.ENOLCK:
        return errors.LocksMissing(path=path)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return errors.TooManyOpenFiles(path=path, detail=error.strerror or str(error))
    return errors.HomeNotWritable(path=path, detail=error.strerror or str(error))


@contextlib.contextmanager
def disk_errors(path: Path, unwritable: type[errors.HomeNotWritable] = errors.HomeNotWritable) -> Iterator[None]:
    """Raise errors of the file system as those of this program, about a path; `unwritable` where nothing else fits."""
    try:
        yield
    except OSError as error:
        storage = storage_error(error, path)
        raise (unwritable(**storage.data) if type(storage) is errors.HomeNotWritable else storage) from error
