"""Removes what an erasure leaves behind beside the database: bytes of files, half downloads, pictures."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from archiver.folder_sync import sync_where_possible
from archiver.store import schema
from archiver.store.archive import Archive, Reading
from archiver.store.blobs import FOLDER, INCOMING, blob_path
from archiver.store.durable_files import disk_errors
from archiver.store.engine import DATABASE
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.queries.people import AVATARS

_EARLIER = f"{DATABASE.removesuffix('.sqlite3')}.before-*.sqlite3*"
"""Databases as they were before an upgrade, which hold everything once more."""

_DIGESTS = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def remove_bytes(archive: Archive, blobs: Collection[str]) -> None:
    """Remove the bytes that no entry names any more, also from the folder of a team; others stay, whoever asks.

    Raises StorageError.
    """
    with archive.reading() as reading:
        unnamed = unnamed_bytes(reading, blobs)
    for sha256 in sorted(unnamed):
        for home in (archive.home, *archive.keeper.folders()):
            remove(blob_path(home, sha256))


def unnamed_bytes(reading: Reading, blobs: Collection[str]) -> set[str]:
    """Those of these bytes (SHA-256) that no entry names any more."""
    if not blobs:
        return set()
    table, wanted, named = schema.entry.c, frozenset(blobs), set[str]()
    lines = reading.sql.execute(select(table.line).where(table.kind.in_(("blob", "attachment")), IS_WHOLE))
    for line in lines.scalars():
        named |= wanted.intersection(_DIGESTS.findall(line))
    return set(wanted - named)


def shown_pictures(reading: Reading) -> set[str]:
    """The SHA-256 of every picture of a person or a room that is still shown."""
    return set(reading.sql.execute(select(schema.picture.c.sha256)).scalars())


def remove_leftovers(archive: Archive) -> None:
    """Remove half downloads, pictures that nothing shows any more, and databases of before an upgrade."""
    home = archive.home
    with archive.reading() as reading:
        shown = shown_pictures(reading)
    pictures = [path for path in _files(home / AVATARS) if path.name not in shown]
    for path in [*_files(home / FOLDER / INCOMING), *pictures, *home.glob(_EARLIER)]:
        remove(path)


def databases_aside(home: Path) -> list[Path]:
    """The databases in the home of a team's copy that were set aside, which no erasure reaches."""
    return sorted(home.glob(f"{DATABASE}.lost-*"))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []


def remove(path: Path) -> None:
    """Remove a file or folder, and the folder that it leaves empty. Raises StorageError."""
    with disk_errors(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            return
        if os.name == "nt" and path.exists():
            path.chmod(0o600)  # Windows removes nothing that is read-only
        path.unlink(missing_ok=True)
    sync_where_possible(path.parent)  # what is told to be erased does not come back after a power cut
    with suppress(OSError):
        path.parent.rmdir()  # only where it is empty now
