"""What a team's store of bytes can do, the keys in it, and a store that is a folder.

A folder that is shared can be away, and then an empty one of the same name lies there. So a store is marked when it is
made, and a folder without the mark is neither written to nor taken for one from which everything is gone.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.folder_sync import allow_where_possible, sync_folder
from archiver.store.durable_files import make_durable_folder
from archiver.wording import gettext as _


class StoredObject(NamedTuple):
    """What a store says of the newest bytes under a key."""

    sha256: str
    """Lower-case hex SHA-256, as the store computed it, or as its bytes gave when they were read."""
    is_locked: bool = False
    """Whether the store says that nobody can take them away now."""


class StoredVersion(NamedTuple):
    """One of the things that lie under a key: bytes, or the mark of a deletion above them."""

    key: str
    version: str | None
    """The store's name of the version; None: the store keeps no versions."""
    is_latest: bool
    is_marker: bool
    """Whether it is a delete marker: a plain reading then finds nothing, though the bytes lie below."""


class ObjectStore(Protocol):
    """Bytes under keys. Every call raises TeamStoreUnavailable where the store cannot be reached or used."""

    address: str
    """How the store is named in sentences and settings."""

    def put_if_absent(self, key: str, path: Path, sha256: str) -> bool:
        """Keep the bytes of a file, of this SHA-256, under a key; False if they lie there already.

        Raises TeamStoreDiffers where other bytes lie there, StorageError where the file cannot be read.
        """

    def get(self, key: str, target: Path, version: str | None = None) -> str:
        """Write the bytes under a key to a file and return their SHA-256. Raises NotInTeamStore, StorageError."""

    def head(self, key: str) -> StoredObject | None:
        """The newest bytes under a key; None if there are none, or a delete marker lies above them."""

    def list(self, prefix: str) -> Iterator[StoredVersion]:
        """Every version of every key that begins so, in the order of the keys, the newest of a key first."""


def file_key(archive: int, sha256: str) -> str:
    """The key of the bytes of an attachment."""
    return f"{archive}/files/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def seal_key(archive: int, name: str) -> str:
    """The key of the file of a seal, of a stamp or of an authority's roots, by its name in `seals/`."""
    return f"{archive}/seals/{name}"


def daily_key(archive: int, name: str) -> str:
    """The key of a daily copy, by its path in `daily/`."""
    return f"{archive}/daily/{name}"


def segments_prefix(archive: int) -> str:
    """How the keys of what went to the ledger begin, batch by batch; `segments` has their form."""
    return f"{archive}/segments/"


def is_sealed_key(key: str) -> bool:
    """Whether a seal or a stamp lies under the key, which may be locked for good: neither is ever erased."""
    return "/seals/" in key


_INCOMING = ".incoming"
"""Folder of bytes that have not arrived whole; what a killed process left there can be removed."""


MARKER = ".archiver-store"
"""File that says that the folder is a store of a team."""

_MARK = "A store of files of chatwork-archiver. Without this file nothing is read from here or written here.\n"


class FolderStore:
    """Bytes in a folder. Whoever may write there may change them: that shows, as their names are their digests."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; nothing is looked at yet."""
        self.folder = folder
        self.address = str(folder)

    def make(self) -> None:
        """Make the folder a store, once, where it is reached as all machines will. Raises TeamStoreUnavailable."""
        with self._reached():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / MARKER).write_text(_MARK, encoding="utf-8")

    def check(self) -> None:
        """Raise TeamStoreUnavailable where the folder is no store, as it is while it is not mounted."""
        with self._reached():
            is_there = (self.folder / MARKER).exists()
        if not is_there:
            sentence = _(
                "the folder is not there or is no store of a team; is it mounted? A new store is made with: archive "
                "team init --files DIR"
            )
            raise errors.TeamStoreUnavailable(store=self.address, detail=sentence)

    def put_if_absent(self, key: str, path: Path, sha256: str) -> bool:
        """Copy a file beside the others and give it its name if that is free."""
        self.check()
        place = self.folder / key
        with self._reached():
            is_new = not place.exists() and self._copy(path, place, sha256)
            self.check()  # it may have been unmounted meanwhile
            if is_new:
                return True
            held = digest_file(place)
        if held != sha256:
            raise errors.TeamStoreDiffers(store=self.address, key=key)
        return False

    def get(self, key: str, target: Path, version: str | None = None) -> str:  # noqa: ARG002 - a folder has no versions
        """Copy the bytes."""
        self.check()
        with self._reached():
            try:
                shutil.copyfile(self.folder / key, target)
                return digest_file(target)
            except FileNotFoundError as error:
                self.check()
                raise errors.NotInTeamStore(store=self.address, key=key) from error

    def head(self, key: str) -> StoredObject | None:
        """Read the bytes, as a folder keeps no digest of its own."""
        self.check()
        with self._reached(), suppress(FileNotFoundError, NotADirectoryError):
            return StoredObject(digest_file(self.folder / key))
        self.check()
        return None

    def list(self, prefix: str) -> Iterator[StoredVersion]:
        """The files whose path begins so."""
        self.check()
        with self._reached():
            files = sorted(path for path in (self.folder / prefix.rpartition("/")[0]).rglob("*") if path.is_file())
            self.check()
            for path in files:
                key = path.relative_to(self.folder).as_posix()
                if key.startswith(prefix) and not key.startswith((f"{_INCOMING}/", MARKER)):
                    yield StoredVersion(key, None, is_latest=True, is_marker=False)

    def _copy(self, path: Path, place: Path, sha256: str) -> bool:
        """Copy a file to a name of its own, and link it to its place; False if that was taken meanwhile."""
        part = self.folder / _INCOMING / f"{secrets.token_hex(16)}.part"
        for folder in (part.parent, place.parent):
            make_durable_folder(folder)
        try:
            self._copy_durably(path, part, sha256)
            return _place(part, place)
        finally:
            part.unlink(missing_ok=True)

    def _copy_durably(self, path: Path, part: Path, sha256: str) -> None:
        shutil.copyfile(path, part)
        allow_where_possible(part, 0o400)
        if digest_file(part) != sha256:
            raise errors.TeamStoreUnavailable(store=self.address, detail=f"SHA-256 of {path.name}")
        with part.open("rb") as file:
            os.fsync(file.fileno())

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise errors.TeamStoreUnavailable(store=self.address, detail=error.strerror or str(error)) from error


def _place(part: Path, place: Path) -> bool:
    """Give arrived bytes their name, which no other may have taken; where nothing can be linked, by renaming."""
    try:
        place.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError:
        if place.exists():
            return False
        part.rename(place)
    sync_folder(place.parent)
    return True
