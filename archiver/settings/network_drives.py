"""Whether a folder lies on another computer: by the table of mounted file systems, or by what Windows says of a drive.

SQLite's locks and its shared memory are not dependable over a network (sqlite.org/wal.html: WAL does not work there),
so no database is made on one. Reading the tables is apart from judging them; what cannot be told counts as this
computer's own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Mount(NamedTuple):
    """One mounted file system."""

    point: str
    """The absolute path of the folder that it stands in."""
    kind: str
    """As the system calls it, such as `nfs4`."""
    source: str
    """A device, `host:/path`, `//host/share` or an address."""


Mounts = Callable[[], Iterable[Mount]]
"""Reads the table; a later line lies over an earlier one."""

_KINDS = frozenset(
    (
        *("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "coda", "webdav"),
        *("9p", "davfs", "davfs2", "glusterfs", "ceph", "lustre", "beegfs", "orangefs", "gpfs"),
        *("vboxsf", "prl_fs", "vmhgfs", "ftp"),  # folders that a virtual machine shares have the same weakness
    )
)

_FUSE = re.compile(
    r"(?:mac|osx)?fuse\.(?:sshfs|rclone|davfs2?|glusterfs|ceph|ceph-fuse|curlftpfs|smbnetfs|s3fs|gcsfuse|goofys|mount-s3"
    r"|gvfsd-fuse|kio-fuse|vmhgfs-fuse|juicefs|seaweedfs|moosefs|mfs|lizardfs|beegfs|nfs|cifs|9p|.*drive.*|google.*)"
)
"""Of file systems in user space those that are known to reach over a network; gocryptfs, mergerfs, ntfs-3g … do not."""

_REMOTE_SOURCE = re.compile(r"https?://.*|//[^/]+/.*|[A-Za-z0-9._@-]+:/.*")
"""What mounts of an unnamed `fuse` or `macfuse` come from."""

_DRIVE_REMOTE = 4


def share_of(home: Path, *, mounts: Mounts | None = None) -> str | None:
    """What kind of network share a folder lies on (`nfs4`, `//server/share` …); None if it is this computer's own.

    The folder need not exist yet; `mounts` is for tests and other systems.
    """
    real = Path(os.path.realpath(home))
    if sys.platform == "win32" and mounts is None:
        return _windows_share(str(real)) or _windows_share(str(home))
    found = _mount_of(PurePosixPath(real.as_posix()), (mounts or _table)())
    return found.kind if found is not None and is_network(found) else None


def is_network(mount: Mount) -> bool:
    """Whether a file system reaches to another computer."""
    kind = mount.kind.casefold()
    if kind in _KINDS or _FUSE.fullmatch(kind):
        return True
    return kind in ("fuse", "macfuse", "osxfuse") and _REMOTE_SOURCE.fullmatch(mount.source) is not None


def _mount_of(path: PurePosixPath, mounts: Iterable[Mount]) -> Mount | None:
    """The file system of a path: the deepest one around it, and of several in one place the last."""
    found = None
    for one in mounts:
        if path.is_relative_to(one.point) and (found is None or _depth(one) >= _depth(found)):
            found = one
    return found


def _depth(mount: Mount) -> int:
    return len(PurePosixPath(mount.point).parts)


# --- tables ----------------------------------------------------------------------------------


def linux_mounts(text: str) -> Iterator[Mount]:
    """The lines of `/proc/self/mountinfo` (proc(5)); what is none is passed by."""
    for line in text.splitlines():
        left, _dash, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) >= 6 and len(after) >= 2:  # up to the options; type and source
            yield Mount(_unescaped(before[4]), after[0], _unescaped(after[1]))


def mac_mounts(text: str) -> Iterator[Mount]:
    """The lines that `/sbin/mount` prints on macOS: `//me@nas/work on /Volumes/work (smbfs, nodev, nosuid)`."""
    for line in text.splitlines():
        if found := re.fullmatch(r"(.*?) on (/.*) \(([A-Za-z0-9_.-]+)(?:,.*)?\)", line):
            yield Mount(found[2], found[3], found[1])


def _unescaped(text: str) -> str:
    """Blanks and backslashes stand as three octal digits of a byte."""
    raw = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8) & 0xFF]), os.fsencode(text))
    return os.fsdecode(raw)


def _table() -> list[Mount]:
    """What is mounted now; nothing where the system does not say."""
    try:
        if sys.platform == "darwin":
            told = subprocess.run(["/sbin/mount"], capture_output=True, timeout=10, check=False)
            return list(mac_mounts(os.fsdecode(told.stdout)))
        return list(linux_mounts(os.fsdecode(Path("/proc/self/mountinfo").read_bytes())))
    except (OSError, subprocess.SubprocessError):
        return []


# --- Windows ---------------------------------------------------------------------------------


def unc_share(path: str) -> str | None:
    r"""The `\\server\share` that a Windows path begins with; None for a drive or a device."""
    plain = re.sub(r"^\\\\\?\\UNC\\", r"\\\\", path.replace("/", "\\"), flags=re.IGNORECASE)
    found = re.match(r"\\\\([^\\?.][^\\]*)\\([^\\]+)", plain)
    return rf"\\{found[1]}\{found[2]}" if found else None


def _windows_share(path: str) -> str | None:
    if share := unc_share(path):
        return share
    drive = os.path.splitdrive(path)[0]
    return drive if drive and _is_remote_drive(drive + "\\") else None


def _is_remote_drive(root: str) -> bool:
    """`GetDriveTypeW` (learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew)."""
    import ctypes

    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
