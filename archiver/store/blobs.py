"""Attachments named by their SHA-256: written once, never overwritten, the same bytes once.

Bytes arrive in `files/incoming/` and are fsynced and renamed to `files/ab/cd/<sha256>`, read-only. A transfer
that was cut stays in `incoming/` and can be resumed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from archiver.store.disk import private_folder, sync_folder

FOLDER = "files"
INCOMING = "incoming"


def path_of(home: Path, sha256: str) -> Path:
    """Where bytes of this digest lie."""
    return home / FOLDER / sha256[:2] / sha256[2:4] / sha256


def incoming(home: Path, room: int, file: int) -> Path:
    """Where the bytes of a file arrive; the folder is made. Raises OSError."""
    folder = home / FOLDER / INCOMING
    private_folder(folder, below=home)
    return folder / f"{room}-{file}.part"


def keep(home: Path, part: Path, sha256: str) -> Path:
    """Move arrived bytes to their place; if they are held already, the arrived ones go. Raises OSError.

    What lies there and is damaged gives way to the bytes that its name promises.
    """
    place = path_of(home, sha256)
    private_folder(place.parent, below=home)
    if place.exists() and digest_of(place) == sha256:
        part.unlink()
        return place
    with part.open("r+b") as file:  # Windows only syncs what is open for writing
        os.fsync(file.fileno())
    part.chmod(0o400)
    part.replace(place)
    for folder in (place.parent, place.parent.parent, home / FOLDER):
        sync_folder(folder)
    return place


def held(home: Path, sha256: str) -> bool:
    """Whether bytes lie under this digest (not whether they are intact)."""
    return path_of(home, sha256).is_file()


def digest_of(path: Path) -> str:
    """Lower-case hex SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def all_blobs(home: Path) -> Iterable[Path]:
    """Every file that lies under a digest's name, in order of the names."""
    root = home / FOLDER
    return (path for path in sorted(root.glob("??/??/*")) if path.is_file())
