"""The files of a home that a copy includes: those with names that an archive gives, and no others.

Links below the home's own folders are not followed, so no name can lead a copy to the token or out of the home.
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
from archiver.store.erasure import records
from archiver.store.seal_files import ORPHANED

SETTINGS = "archive.toml"
_MAX_DEPTH = 3

_DIGEST = "[0-9a-f]{64}"
_NAMES = {
    blobs.FOLDER: re.compile(rf"(?=(..)/(..)/\1\2)../../({_DIGEST})"),
    seals.FOLDER: re.compile(
        r"(\d{6,18})-\d{4}-\d\d-\d\d\.json(\.[a-z0-9-]{1,20}\.tsr)?|[a-z0-9-]{1,20}\.pem"
        rf"|{ORPHANED}/\d{{6,18}}-\d{{4}}-\d\d-\d\d\.json(\.[a-z0-9.-]{{1,40}})?"
    ),
    records.FOLDER: records.NAME,
    "daily": re.compile(r"[a-z0-9-]{1,32}/[a-zA-Z0-9_-]{1,80}\.zip"),
    avatars.FOLDER: re.compile(rf"({_DIGEST})"),
}
FOLDERS = tuple(_NAMES)
"""The folders of a home that are copied; `daily` is written by `export.daily`."""


class ReplaceRule(Enum):
    """When a file that is in the copy already is replaced."""

    KNOWN = auto()
    """By bytes with the SHA-256 that is known for the name, and by no others."""
    ONCE = auto()
    """Never."""
    GROWS = auto()
    """By bytes that begin with the present ones."""
    NEWEST = auto()
    """Whenever it differs."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file of the home that is to be copied; `name` is its path within the home, with slashes."""

    name: str
    size: int
    rule: ReplaceRule
    sha256: str | None = None


def backup_files(reading: Reading, *, also: Collection[str] = (), leave_out: Collection[Path] = ()) -> list[BackupFile]:
    """Every file to be copied, by folder and name; `also`: more files by their names in the home, such as pinned roots.

    Seals closed after the reading began are left to the next copy. Files in `leave_out` are recognised by device and
    inode, so a second name of a token file is left out too. Raises OSError.
    """
    secret = {identity for path in leave_out if (identity := _file_identity(path)) is not None}
    digests = {one.number: one.sha256 for one in seals.seals(reading)}
    files = []
    for folder in FOLDERS:
        for name, status in _plain_files(reading.home / folder):
            if (status.st_dev, status.st_ino) not in secret and (rule := _replace_rule(folder, name, digests)):
                files.append(BackupFile(f"{folder}/{name}", status.st_size, *rule))
    for name in [SETTINGS, *also]:
        path = reading.home / name
        if path.is_file() and _file_identity(path) not in secret:
            files.append(BackupFile(name, path.stat().st_size, ReplaceRule.NEWEST))
    return files


def _replace_rule(folder: str, name: str, digests: dict[int, str]) -> tuple[ReplaceRule, str | None] | None:
    """The rule and the known SHA-256 for a file of this name; None for a name that no archive gives."""
    match = _NAMES[folder].fullmatch(name)
    if match is None:
        return None
    if folder in (blobs.FOLDER, avatars.FOLDER):
        return ReplaceRule.KNOWN, match[match.lastindex or 0]
    if folder != seals.FOLDER:
        return ReplaceRule.ONCE, None
    if name.startswith(f"{ORPHANED}/"):
        return ReplaceRule.ONCE, None
    if match[1] is None:
        return ReplaceRule.GROWS, None
    number = int(match[1])
    if number not in digests:
        return None
    return (ReplaceRule.ONCE, None) if match[2] else (ReplaceRule.KNOWN, digests[number])


def _plain_files(folder: Path, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, os.stat_result]]:
    """Plain files below a folder, in order of their names. Links and deeper folders are skipped."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            status = path.lstat()
        except FileNotFoundError:  # a sync or a stamp renames its half files meanwhile
            continue
        if stat.S_ISREG(status.st_mode):
            yield prefix + path.name, status
        elif stat.S_ISDIR(status.st_mode) and depth < _MAX_DEPTH:
            yield from _plain_files(path, f"{prefix}{path.name}/", depth + 1)


def _file_identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, links followed; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
