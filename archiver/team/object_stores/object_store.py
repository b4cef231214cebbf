"""What a team's store of bytes can do, the keys of files and seals in it, and how one store is told from another."""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from archiver import errors
from archiver.store.durable_files import storage_error


class StoredObject(NamedTuple):
    """What a store says of the newest bytes under a key."""

    size: int
    """In bytes."""
    sha256: str
    """Lower-case hex SHA-256, as the store computed it, or as its bytes gave when they were read."""


class StoredVersion(NamedTuple):
    """One of the things that lie under a key: bytes, or the mark of a deletion above them."""

    key: str
    version: str | None
    """The store's name of the version; None: the store keeps no versions."""
    size: int
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


def archive_prefix(archive: int) -> str:
    """How the keys of everything of an archive begin; `archive` is its number in the ledger."""
    return f"{archive}/"


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


IDENTITY_KEY = ".archiver-store-id"
_IDENTITY = re.compile(rb"([0-9a-f]{32})\n")


def read_identity(store: ObjectStore) -> str | None:
    """The identity of a store; None if it was given none yet. Raises TeamStoreUnavailable, TeamStoreDiffers."""
    try:
        with tempfile.TemporaryDirectory() as scratch, suppress(errors.NotInTeamStore):
            return _read(store, Path(scratch) / "identity")
    except OSError as error:
        raise storage_error(error, Path(tempfile.gettempdir())) from error
    return None


def store_identity(store: ObjectStore) -> str:
    """The identity of a store, which is given one if it has none. Raises TeamStoreUnavailable, TeamStoreDiffers."""
    found = read_identity(store)
    if found is not None:
        return found
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "identity"
            path.write_bytes(secrets.token_hex(16).encode() + b"\n")
            with suppress(errors.TeamStoreDiffers):  # another machine was first
                store.put_if_absent(IDENTITY_KEY, path, hashlib.sha256(path.read_bytes()).hexdigest())
            return _read(store, path)
    except OSError as error:
        raise storage_error(error, Path(tempfile.gettempdir())) from error


def _read(store: ObjectStore, path: Path) -> str:
    store.get(IDENTITY_KEY, path)
    match = _IDENTITY.fullmatch(path.read_bytes())
    if match is None:
        raise errors.TeamStoreDiffers(store=store.address, key=IDENTITY_KEY)
    return match[1].decode()
