"""The store of bytes that an address names: a folder, or a bucket of a service that speaks S3."""

from __future__ import annotations

from pathlib import Path

from archiver.team.object_stores.folder_store import FolderStore
from archiver.team.object_stores.object_store import ObjectStore
from archiver.team.object_stores.s3_store import SCHEME, S3Store


def make_store(address: str) -> None:
    """Make a folder a store, or see that a bucket is there and answers. Raises TeamStoreUnavailable, BadTeamStore."""
    store = open_store(address)
    if isinstance(store, FolderStore):
        store.make()
    check_store(address)


def check_store(address: str) -> None:
    """Raise TeamStoreUnavailable where a store is not there, and BadTeamStore for what is no address of one."""
    store = open_store(address)
    if isinstance(store, FolderStore):
        store.check()
    else:
        next(store.list(""), None)


def open_store(address: str) -> ObjectStore:
    """The store at an address; nothing is reached yet. Raises BadTeamStore."""
    return S3Store(address) if address.startswith(SCHEME) else FolderStore(Path(address))
