"""The bytes of attachments, stored under their SHA-256: the same bytes once, and never overwritten.

Bytes arrive in `files/incoming/`, are fsynced and renamed to `files/ab/cd/<sha256>`, read-only. An interrupted
transfer stays in `incoming/` and can be resumed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from archiver.folder_sync import allow_where_possible, sync_folder
from archiver.store.durable_files import private_folder

FOLDER = "files"
INCOMING = "incoming"


def blob_path(home: Path, sha256: str) -> Path:
    """The path of the bytes with this digest."""
    return home / FOLDER / sha256[:2] / sha256[2:4] / sha256


def incoming_path(home: Path, room: int, file: int) -> Path:
    """The path at which the bytes of a file arrive. Its folder is made. Raises OSError."""
    folder = home / FOLDER / INCOMING
    private_folder(folder, below=home)
    return folder / f"{room}-{file}.part"


def keep(home: Path, part: Path, sha256: str) -> Path:
    """Move arrived bytes to the path of their digest, or delete them if they are stored already. Raises OSError.

    A damaged file at that path is replaced.
    """
    place = blob_path(home, sha256)
    private_folder(place.parent, below=home)
    if place.exists() and file_sha256(place) == sha256:
        part.unlink()
        return place
    with part.open("r+b") as file:  # Windows only syncs what is open for writing
        os.fsync(file.fileno())
    allow_where_possible(part, 0o400)
    part.replace(place)
    for folder in (place.parent, place.parent.parent, home / FOLDER):
        sync_folder(folder)
    return place


def is_held(home: Path, sha256: str) -> bool:
    """Whether a file is stored under this digest; it is not checked."""
    return blob_path(home, sha256).is_file()


def file_sha256(path: Path) -> str:
    """Lower-case hex SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
