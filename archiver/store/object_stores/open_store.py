"""The store of bytes that an address names: a folder, or a bucket of a service that speaks S3."""

from __future__ import annotations

from pathlib import Path

from archiver.store.object_stores.folder_store import FolderStore
from archiver.store.object_stores.object_store import ObjectStore
from archiver.store.object_stores.s3_store import SCHEME, S3Store


def open_store(address: str) -> ObjectStore:
    """The store at an address; nothing is reached yet. Raises BadTeamStore."""
    return S3Store(address) if address.startswith(SCHEME) else FolderStore(Path(address))
