"""The identity of a store: random digits under a key of its own, made once, so that another store is told from it."""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from archiver import errors
from archiver.store.durable_files import storage_error
from archiver.store.object_stores.object_store import ObjectStore

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
