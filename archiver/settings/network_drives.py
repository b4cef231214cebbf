"""Whether a folder is on another computer, by the table of mounted file systems or by the type of a Windows drive.

SQLite's locks and its shared memory are not dependable over a network (sqlite.org/wal.html: WAL does not work there),
so no database is made on one. What cannot be determined counts as a disk of this computer.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from archiver.settings.child_environ import child_environ


class Mount(NamedTuple):
    """One mounted file system."""

    point: str
    """The absolute path of the folder at which it is mounted."""
    kind: str
    """The type of file system as the system names it, such as `nfs4`."""
    source: str
    """A device, `host:/path`, `//host/share` or an address."""


Mounts = Callable[[], Iterable[Mount]]
"""A function that reads the table of mounts; a later one covers an earlier one at the same place."""

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
"""File systems in user space that are known to work over a network; gocryptfs, mergerfs, ntfs-3g … do not."""

_REMOTE_SOURCE = re.compile(r"https?://.*|//[^/]+/.*|[A-Za-z0-9._@-]+:/.*")
"""Sources of network mounts whose type is only `fuse` or `macfuse`."""

_DRIVE_REMOTE = 4


def network_share(home: Path, *, mounts: Mounts | None = None) -> str | None:
    """The kind of network share on which a folder is (`nfs4`, `//server/share` …); None for a disk of this computer.

    The folder need not exist yet; `mounts` is for tests and other systems.
    """
    real = Path(os.path.realpath(home))
    if sys.platform == "win32" and mounts is None:
        return _windows_share(str(real)) or _windows_share(str(home))
    mount = _mount_of(PurePosixPath(real.as_posix()), (mounts or _mount_table)())
    return mount.kind if mount is not None and is_network(mount) else None


def is_network(mount: Mount) -> bool:
    """Whether a file system is on another computer."""
    kind = mount.kind.casefold()
    if kind in _KINDS or _FUSE.fullmatch(kind):
        return True
    return kind in ("fuse", "macfuse", "osxfuse") and _REMOTE_SOURCE.fullmatch(mount.source) is not None


def _mount_of(path: PurePosixPath, mounts: Iterable[Mount]) -> Mount | None:
    """The file system of a path: the one mounted deepest above it, and of several at one place the last."""
    deepest = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (deepest is None or _depth(mount) >= _depth(deepest)):
            deepest = mount
    return deepest


def _depth(mount: Mount) -> int:
    return len(PurePosixPath(mount.point).parts)


# --- tables ----------------------------------------------------------------------------------


def linux_mounts(text: str) -> Iterator[Mount]:
    """The mounts in the text of `/proc/self/mountinfo` (proc(5)); other lines are skipped."""
    for line in text.splitlines():
        left, _dash, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) >= 6 and len(after) >= 2:  # up to the options; type and source
            yield Mount(_unescape(before[4]), after[0], _unescape(after[1]))


def mac_mounts(text: str) -> Iterator[Mount]:
    """The mounts in what `/sbin/mount` prints on macOS: `//me@nas/work on /Volumes/work (smbfs, nodev, nosuid)`."""
    for line in text.splitlines():
        if match := re.fullmatch(r"(.*?) on (/.*) \(([A-Za-z0-9_.-]+)(?:,.*)?\)", line):
            yield Mount(match[2], match[3], match[1])


def _unescape(text: str) -> str:
    """The text with octal escapes (`\\040` for a space) replaced by the bytes that they stand for."""
    raw = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 0xFF]), os.fsencode(text))
    return os.fsdecode(raw)


def _mount_table() -> list[Mount]:
    """The present mounts; empty if the system does not tell them."""
    try:
        if sys.platform == "darwin":
            process = subprocess.run(["/sbin/mount"], env=child_environ(), capture_output=True, timeout=10, check=False)
            return list(mac_mounts(os.fsdecode(process.stdout)))
        return list(linux_mounts(os.fsdecode(Path("/proc/self/mountinfo").read_bytes())))
    except (OSError, subprocess.SubprocessError):
        return []


# --- Windows ---------------------------------------------------------------------------------


def unc_share(path: str) -> str | None:
    r"""The `\\server\share` that a Windows path begins with; None for a drive or a device."""
    plain = re.sub(r"^\\\\\?\\UNC\\", r"\\\\", path.replace("/", "\\"), flags=re.IGNORECASE)
    match = re.match(r"\\\\([^\\?.][^\\]*)\\([^\\]+)", plain)
    return rf"\\{match[1]}\{match[2]}" if match else None


def _windows_share(path: str) -> str | None:
    if share := unc_share(path):
        return share
    drive = os.path.splitdrive(path)[0]
    return drive if drive and _is_remote_drive(drive + "\\") else None


def _is_remote_drive(root: str) -> bool:
    """Whether `GetDriveTypeW` says so (learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew)."""
    import ctypes

    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
