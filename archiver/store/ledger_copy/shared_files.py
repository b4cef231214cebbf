"""The bytes of files in the folder that all machines of a team see: put there before the ledger names them.

The folder has the layout of a home, so the same bytes lie there once and are never overwritten.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from archiver.store import blobs
from archiver.store.durable_files import private_folder, storage_error


def saved_digests(lines: Iterable[str]) -> Iterator[str]:
    """The digests under which the entries of these lines say that bytes are saved."""
    for line in lines:
        if '"sha256"' not in line:
            continue
        entry = json.loads(line)
        is_saved = entry.get("kind") == "blob" and entry["payload"].get("state") == "saved"
        if is_saved or entry.get("kind") == "attachment":
            yield str(entry["payload"]["sha256"])


def copy_bytes(source: Path, target: Path, digests: Iterable[str]) -> None:
    """Copy what `source` holds and `target` lacks; damaged bytes are not copied. Raises StorageError."""
    for sha256 in digests:
        if not blobs.is_held(target, sha256) and blobs.is_held(source, sha256):
            _copy_file(blobs.blob_path(source, sha256), target, sha256)


def _copy_file(path: Path, target: Path, sha256: str) -> None:
    folder = target / blobs.FOLDER / blobs.INCOMING
    part = folder / f"{sha256}.part"
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        private_folder(folder, below=target)
        part.unlink(missing_ok=True)
        shutil.copyfile(path, part)
        if blobs.file_sha256(part) == sha256:
            blobs.keep(target, part, sha256)
        else:
            part.unlink()
    except OSError as error:
        raise storage_error(error, target) from error
