"""The files of saved bytes in an archive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archiver.store.blobs import FOLDER


def blob_files(home: Path) -> Iterable[Path]:
    """The paths of all stored files, in order of their digests."""
    root = home / FOLDER
    return (path for path in sorted(root.glob("??/??/*")) if path.is_file())
