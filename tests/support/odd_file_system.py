"""A file system that hands every call to a folder below it, and lacks or fails what its fault says (FUSE, Linux).

Run by its path: `odd_file_system.py BELOW MOUNT FAULT`; `mounted` does that, and takes it away again.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LACKS = ("folder fsync", "locks", "chmod", "rename over", "fine times", "space")
"""What a file system may lack; any other fault is a part of the paths that cannot be read."""
FULL_AFTER = 60_000
"""Bytes that a file system without space still takes."""
_STAT = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino")


class OddFileSystem:
    """The operations of FUSE, by their names there; those that are left out are the kernel's own."""

    use_ns = True

    def __init__(self, below: str, fault: str) -> None:
        self.below, self.fault, self.left = below, fault, FULL_AFTER
        if fault == "locks":
            self.lock = self.flock = self._refuse_lock

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        """What is known of a file."""
        found = os.lstat(self._at(path)) if fh is None else os.fstat(fh)
        step = 2 * 10**9 if self.fault == "fine times" else 1
        times = {name: getattr(found, f"{name}_ns") // step * step for name in ("st_atime", "st_mtime", "st_ctime")}
        mode = 0o777 if self.fault == "chmod" else 0
        return {name: getattr(found, name) for name in _STAT} | {"st_mode": found.st_mode | mode} | times

    def readdir(self, path: str, _fh: int) -> list[str]:
        """The names in a folder."""
        return [".", "..", *(one.name for one in self._at(path).iterdir())]

    def open(self, path: str, flags: int) -> int:
        """A number for an open file."""
        return os.open(self._at(path), flags & ~os.O_APPEND & ~os.O_NOFOLLOW)

    def create(self, path: str, mode: int) -> int:
        """A number for a new file."""
        return os.open(self._at(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        """Bytes of a file."""
        if self.fault not in LACKS and self.fault in path:
            raise OSError(errno.EIO, path)
        return os.pread(fh, size, offset)

    def write(self, _path: str, data: bytes, offset: int, fh: int) -> int:
        """Write bytes to a file."""
        self.left -= len(data)
        if self.fault == "space" and self.left < 0:
            raise OSError(errno.ENOSPC, _path)
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, _fh: int | None = None) -> int:
        """Give a file this length."""
        os.truncate(self._at(path), length)
        return 0

    def release(self, _path: str, fh: int) -> int:
        """Close a file."""
        os.close(fh)
        return 0

    def fsync(self, _path: str, _datasync: int, fh: int) -> int:
        """Write a file through."""
        os.fsync(fh)
        return 0

    def fsyncdir(self, path: str, _datasync: int, _fh: int) -> int:
        """Write a folder through."""
        return self._refuse("folder fsync", errno.EINVAL, path)

    def chmod(self, path: str, mode: int) -> int:
        """Change who may read a file."""
        self._refuse("chmod", errno.EPERM, path)
        self._at(path).chmod(mode)
        return 0

    def utimens(self, path: str, times: tuple[int, int]) -> int:
        """Change the times of a file."""
        os.utime(self._at(path), ns=times)
        return 0

    def rename(self, old: str, new: str) -> int:
        """Give a file another name."""
        if os.path.lexists(self._at(new)):
            self._refuse("rename over", errno.EEXIST, new)
        self._at(old).rename(self._at(new))
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        """Make a folder."""
        self._at(path).mkdir(mode)
        return 0

    def rmdir(self, path: str) -> int:
        """Remove a folder."""
        self._at(path).rmdir()
        return 0

    def unlink(self, path: str) -> int:
        """Remove a file."""
        self._at(path).unlink()
        return 0

    def statfs(self, _path: str) -> dict[str, int]:
        """The size and the free space of the disk below."""
        found = os.statvfs(self.below)
        return {name: getattr(found, name) for name in dir(found) if name.startswith("f_")}

    def _at(self, path: str) -> Path:
        return Path(self.below + path)

    def _refuse(self, what: str, number: int, path: str) -> int:
        if self.fault == what:
            raise OSError(number, path)
        return 0

    def _refuse_lock(self, *_asked: object) -> int:
        raise OSError(errno.ENOLCK, "lock")


@contextmanager
def mounted(below: Path, mount: Path, fault: str) -> Iterator[None]:
    """The folder `below` as a file system with a fault, seen at `mount`."""
    mount.mkdir(exist_ok=True)
    process = subprocess.Popen([sys.executable, __file__, str(below), str(mount), fault])
    try:
        while process.poll() is None and not mount.is_mount():
            time.sleep(0.02)
        assert mount.is_mount(), "the file system could not be mounted"
        yield
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(mount)], check=False)
        process.kill()
        process.wait()


if __name__ == "__main__":
    import mfusepy

    mfusepy.FUSE(OddFileSystem(*sys.argv[1::2]), sys.argv[2], foreground=True, nothreads=True)
