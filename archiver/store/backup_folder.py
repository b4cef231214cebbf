"""The folder of a copy: the files of a home that belong into it, and the checks whether it may be used."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import stat
import urllib.parse
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum, auto
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.folder_sync import disk_errors
from archiver.store import blobs, seals
from archiver.store.archive import Reading
from archiver.store.durable_files import ORPHANED, make_durable_folder, write_durably
from archiver.store.engine import DATABASE, MARK
from archiver.store.erasure import records
from archiver.store.migrate import HEAD, REVISIONS
from archiver.store.queries import people

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
    people.AVATARS: re.compile(rf"({_DIGEST})"),
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


class BackupFile(NamedTuple):
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
    if folder in (blobs.FOLDER, people.AVATARS):
        return ReplaceRule.KNOWN, match[match.lastindex or 0]
    if folder != seals.FOLDER or name.startswith(f"{ORPHANED}/"):
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


_FORMAT = "chatwork-archive-backup-1"
_SPARE_BYTES = 1_000_000


class ArchiveIdentity(NamedTuple):
    """Which archive a database holds, and up to which entry. The first entry is salted, so its digest is unique."""

    first: str
    account_id: int | None
    last: int
    """The number of the last entry."""


def archive_identity(source: sqlite3.Connection) -> ArchiveIdentity | None:
    """The identity of a database; None if it holds no entry yet. Raises sqlite3.Error."""
    first = source.execute("SELECT digest FROM entry WHERE seq = 1").fetchone()
    if first is None:
        return None
    account = source.execute("SELECT account_id FROM entry WHERE account_id IS NOT NULL LIMIT 1").fetchone()
    (last,) = source.execute("SELECT max(seq) FROM entry").fetchone()
    return ArchiveIdentity(first[0], account[0] if account else None, last)


def check_apart(home: Path, place: Path) -> None:
    """Raise BadCopyPlace if one of the folders lies in the other, or a name in the copy is a link."""
    if _is_within(place, home):
        raise errors.BadCopyPlace(path=place, detail=_("it is in the archive's own folder."))
    if _is_within(home, place):
        raise errors.BadCopyPlace(path=place, detail=_("the archive itself is in it."))
    if place.exists() and not place.is_dir():
        raise errors.BadCopyPlace(path=place, detail=_("it is not a folder."))
    for name in (*FOLDERS, DATABASE, SETTINGS, MARK):
        if (place / name).is_symlink():
            detail = _("“{name}” there is a link to another place.").format(name=name)
            raise errors.BadCopyPlace(path=place, detail=detail)


def earlier_copy(source: sqlite3.Connection, place: Path) -> datetime | None:
    """When the earlier copy at a place was made; None if there is none.

    Raises BadCopyPlace for a copy of another archive, for one that holds records which this archive does not have, and
    for a home of this archive that no backup made.
    """
    own = archive_identity(source)
    if own is None:
        raise errors.BadCopyPlace(path=place, detail=_("the archive holds no records yet."))
    database = place / DATABASE
    try:
        present = _identity_at(database) if database.exists() else None
    except sqlite3.Error as error:
        if _marked_archive(place) != own.first:
            detail = _("a database is there that cannot be read ({detail}).").format(detail=error)
            raise errors.BadCopyPlace(path=place, detail=detail) from error
        return _modified_at(database)  # ours by its mark, and broken: it can only become better
    if present is None:
        _check_unfinished(place, own)
        return None
    if present.first != own.first:
        detail = _("another archive is there (account {account}).").format(account=present.account_id or "?")
        raise errors.BadCopyPlace(path=place, detail=detail)
    if present.last > own.last or not _is_same_entry(source, database, present.last):
        raise errors.CopyIsNewer(path=place)
    if _marked_archive(place) is None:  # another home of this archive has settings and notes of its own
        raise errors.BadCopyPlace(
            path=place, detail=_("the archive there is one that no backup made; it may be in use.")
        )
    return _modified_at(database)


def is_copy(place: Path) -> bool:
    """Whether a folder holds a copy made by `backup`, by its mark."""
    return (place / MARK).is_file()


def is_free(place: Path, source: sqlite3.Connection) -> bool:
    """Whether a place holds no part of an archive, or only what an interrupted copy of this one left.

    That may be all of it, where the interruption came after the database was put in its place.
    """
    own = archive_identity(source)
    if own is not None and _marked_archive(place) == own.first:
        return not (place / DATABASE).exists() or _holds_the_same(place / DATABASE, source, own)
    return not any((place / name).exists() for name in (*FOLDERS, DATABASE, SETTINGS, MARK))


def check_space(place: Path, needed: int) -> None:
    """Raise NoSpaceForCopy if the disk has too little space for so many bytes."""
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < needed + _SPARE_BYTES:
        raise errors.NoSpaceForCopy(path=place, needed_mb=-(-needed // 1_000_000), free_mb=free // 1_000_000)


def prepare_folder(place: Path, source: sqlite3.Connection) -> None:
    """Make the folder, for its owner alone, and write the mark into it. Raises HomeNotWritable, DiskFull."""
    own = archive_identity(source)
    assert own is not None
    mark = {"format": _FORMAT, "first": own.first, "account_id": own.account_id}
    with disk_errors(place):
        make_durable_folder(place)
        if _marked_archive(place) != own.first:
            write_durably(place / MARK, (json.dumps(mark) + "\n").encode())


def _check_unfinished(place: Path, own: ArchiveIdentity) -> None:
    """Raise BadCopyPlace if a place without a database holds more than an interrupted copy of this archive left."""
    marked = _marked_archive(place)
    present = [name for name in (*FOLDERS, DATABASE, SETTINGS) if (place / name).exists()]
    if marked is None and present:
        detail = _("other things are there under names that the backup needs ({names}).").format(
            names=", ".join(present)
        )
        raise errors.BadCopyPlace(path=place, detail=detail)
    if marked not in (None, own.first):
        raise errors.BadCopyPlace(path=place, detail=_("an unfinished backup of another archive is there."))


def _marked_archive(place: Path) -> str | None:
    """The digest of the first entry according to the mark in a folder; None without a readable mark."""
    try:
        mark = json.loads((place / MARK).read_bytes())
        return str(mark["first"]) if mark["format"] == _FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _identity_at(database: Path) -> ArchiveIdentity | None:
    with closing(_open_read_only(database)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (HEAD,)
        if revision not in REVISIONS:
            detail = _("a newer version of this program made the copy there.")
            raise errors.BadCopyPlace(path=database.parent, detail=detail)
        return archive_identity(connection)


def _holds_the_same(database: Path, source: sqlite3.Connection, own: ArchiveIdentity) -> bool:
    try:
        return _identity_at(database) == own and _is_same_entry(source, database, own.last)
    except sqlite3.Error:
        return False


def _is_same_entry(source: sqlite3.Connection, database: Path, number: int) -> bool:
    query = "SELECT digest FROM entry WHERE seq = ?"
    with closing(_open_read_only(database)) as connection:
        ours, theirs = (one.execute(query, (number,)).fetchone() for one in (source, connection))
    return bool(ours == theirs)


def _open_read_only(database: Path) -> sqlite3.Connection:
    """Open a copy read-only. There is a log beside it only if somebody has worked in it."""
    log = database.with_name(database.name + "-wal")
    query = {"mode": "ro"} | ({} if log.exists() and log.stat().st_size else {"immutable": "1"})
    return sqlite3.connect(f"{database.absolute().as_uri()}?{urllib.parse.urlencode(query)}", uri=True)


def _modified_at(database: Path) -> datetime:
    return datetime.fromtimestamp(database.stat().st_mtime, UTC)


def _is_within(inner: Path, outer: Path) -> bool:
    """Whether a folder is the other or lies in it, after links are resolved."""
    real = inner.resolve()
    return any(_is_same_folder(folder, outer) for folder in (real, *real.parents))


def _is_same_folder(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:  # one of them is not there yet
        return folder == other.resolve()
