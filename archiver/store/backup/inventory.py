"""What of a home is copied elsewhere: the names that an archive gives its files, and nothing else that lies there.

A link is never followed below the home's own folders, so no name can lead a copy to the token or out of the home.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from archiver.store import avatars, blobs, seals
from archiver.store.archive import Reading

SETTINGS = "archive.toml"
_DEEPEST = 3

_DIGEST = "[0-9a-f]{64}"
_NAMES = {
    blobs.FOLDER: re.compile(rf"(?=(..)/(..)/\1\2)../../({_DIGEST})"),
    seals.FOLDER: re.compile(r"(\d{6,18})-\d{4}-\d\d-\d\d\.json(\.[a-z0-9-]{1,20}\.tsr)?|[a-z0-9-]{1,20}\.pem"),
    "daily": re.compile(r"[a-z0-9-]{1,32}/[a-zA-Z0-9_-]{1,80}\.zip"),
    avatars.FOLDER: re.compile(rf"({_DIGEST})"),
}
FOLDERS = tuple(_NAMES)
"""The folders of a home that are copied; `daily` is written by `export.daily`."""


class ReplaceRule(Enum):
    """When what lies in the copy under a name gives way."""

    KNOWN = auto()
    """To bytes of the SHA-256 that is known for the name, and to no others."""
    ONCE = auto()
    """Never."""
    GROWS = auto()
    """To bytes that go on where it ends."""
    NEWEST = auto()
    """Whenever it differs."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of the home; `name` is its path within, with slashes."""

    name: str
    size: int
    rule: ReplaceRule
    sha256: str | None = None


def holdings(reading: Reading, *, also: Collection[str] = (), leave_out: Collection[Path] = ()) -> list[BackupFile]:
    """Every file to be copied, by folder and name; `also`: more files by their names in the home, such as pinned roots.

    Seals that were closed after the reading began are left to the next copy. `leave_out` is known by what it is, not
    by its name: a second name of a token file does not let it through. Raises OSError.
    """
    secret = {identity for path in leave_out if (identity := _identity(path)) is not None}
    digests = {one.number: one.sha256 for one in seals.seals(reading)}
    found = []
    for folder in FOLDERS:
        for name, status in _files(reading.home / folder):
            if (status.st_dev, status.st_ino) not in secret and (rule := _rule(folder, name, digests)):
                found.append(BackupFile(f"{folder}/{name}", status.st_size, *rule))
    for name in [SETTINGS, *also]:
        path = reading.home / name
        if path.is_file() and _identity(path) not in secret:
            found.append(BackupFile(name, path.stat().st_size, ReplaceRule.NEWEST))
    return found


def _rule(folder: str, name: str, digests: dict[int, str]) -> tuple[ReplaceRule, str | None] | None:
    """How a file of this name is copied; None for a name that no archive gives."""
    match = _NAMES[folder].fullmatch(name)
    if match is None:
        return None
    if folder in (blobs.FOLDER, avatars.FOLDER):
        return ReplaceRule.KNOWN, match[match.lastindex or 0]
    if folder != seals.FOLDER:
        return ReplaceRule.ONCE, None
    if match[1] is None:
        return ReplaceRule.GROWS, None
    number = int(match[1])
    if number not in digests:
        return None
    return (ReplaceRule.ONCE, None) if match[2] else (ReplaceRule.KNOWN, digests[number])


def _files(folder: Path, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, os.stat_result]]:
    """Plain files below a folder, in order of their names; links and everything deeper are passed by."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            status = path.lstat()
        except FileNotFoundError:  # a sync or a stamp renames its half files meanwhile
            continue
        if stat.S_ISREG(status.st_mode):
            yield prefix + path.name, status
        elif stat.S_ISDIR(status.st_mode) and depth < _DEEPEST:
            yield from _files(path, f"{prefix}{path.name}/", depth + 1)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is, links followed; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
