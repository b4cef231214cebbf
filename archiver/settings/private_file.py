"""Files that their owner alone may read: written whole or not at all, and checked for who else can read them."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import re
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archiver import errors
from archiver.folder_sync import has_too_many_files, sync_where_possible
from archiver.settings.home import child_environ

#: Everybody, signed-in users, users, guests, anonymous, network: as SDDL writes them, by letters or by number
#: (Microsoft, "SID Strings").
_GROUPS = {"WD", "AU", "BU", "BG", "AN", "NU", "IU", "S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}


def can_others_read(path: Path) -> bool:
    """Whether whole groups may read the file; False if there is no access list."""
    try:
        return has_group_grant(_read_sddl(path))
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return False


def has_group_grant(sddl: str) -> bool:
    """Whether an access list in SDDL allows anything to a group that means "others".

    `D:(A;ID;FA;;;BA)` is one entry: type, flags, rights, two object ids, whom (Microsoft, "ACE Strings").
    """
    entries = re.findall(r"\(([^()]*)\)", sddl.partition("D:")[2].partition("S:(")[0])
    parts = [entry.split(";") for entry in entries]
    return any(entry[0] == "A" and entry[5] in _GROUPS for entry in parts if len(entry) >= 6)


def _read_sddl(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "acl"
        command = ["icacls", str(path), "/save", str(saved), "/q"]
        subprocess.run(command, env=child_environ(), check=True, capture_output=True, timeout=10)  # noqa: S603 - part of Windows
        return saved.read_text(encoding="utf-16")


def is_private(path: Path, status: os.stat_result) -> bool:
    """Whether a file belongs to this user (or root) and nobody else has any permission on it."""
    if sys.platform == "win32":
        return not can_others_read(path)
    return not stat.S_IMODE(status.st_mode) & 0o077 and status.st_uid in {os.geteuid(), 0}


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
