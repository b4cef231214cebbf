"""The files of seals and of their stamps in a folder: listed, read, and moved between `seals/` and `seals/orphaned/`.

Nothing here is removed or overwritten: a move to a name that is taken goes to another one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from archiver.folder_sync import sync_folder
from archiver.store.durable_files import disk_errors, make_durable_folder, storage_error

FOLDER = "seals"
ORPHANED = "orphaned"
"""The folder in `seals/` for seals that the database does not have, because an older one was put back."""

_NAME = re.compile(r"((\d{6,18})-\d{4}-\d\d-\d\d\.json)(\..+)?")


class SealFile(NamedTuple):
    """A file that belongs to a seal: the seal itself, a stamp over it, or a stamp that was set aside."""

    number: int
    name: str
    seal_name: str
    """The name of the seal's own file."""

    @property
    def is_seal(self) -> bool:
        """Whether it is the seal itself."""
        return self.name == self.seal_name


def list_files(folder: Path) -> list[SealFile]:
    """The files of seals in a folder by number; none if there is no folder. Raises StorageError."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(error, folder) from error
    matches = [match for match in map(_NAME.fullmatch, names) if match and not match[0].endswith(".new")]
    return sorted(SealFile(int(match[2]), match[0], match[1]) for match in matches)


def read(path: Path) -> bytes:
    """The bytes of a file. Raises StorageError."""
    with disk_errors(path):
        return path.read_bytes()


def free_name(folder: Path, name: str) -> str:
    """The name, or the name with a number behind it if something lies there already."""
    number, free = 1, name
    while (folder / free).exists():
        number += 1
        free = f"{name}.{number}"
    return free


def move(source: Path, target: Path) -> None:
    """Move a file durably to a name that is free. Raises StorageError."""
    with disk_errors(target):
        make_durable_folder(target.parent)
        if target.exists():
            raise FileExistsError(target)
        source.rename(target)
        sync_folder(target.parent)
        sync_folder(source.parent)
