"""The files beside the seals as rows of a team's ledger, and rows as files of a copy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archiver.records import Seal
from archiver.store import seal_files
from archiver.store.durable_files import storage_error, write_durably
from archiver.store.time_text import from_text
from archiver.store.working import stamp_queue
from archiver.team.ledger.ledger import Row

_ROOTS = ".pem"
_SEAL_NAME = re.compile(r"[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")
_NAME = re.compile(
    rf"(?:{seal_files.ORPHANED}/)?{_SEAL_NAME.pattern}\.[^/\\:\0]+|[a-z0-9-]{{1,20}}{re.escape(_ROOTS)}"
    rf"|{seal_files.ORPHANED}/{_SEAL_NAME.pattern}"
)
"""What file_rows gives: any other name might lead out of `seals/`, where whoever writes to the ledger has no say."""


def seal_row(home: Path, row: Row) -> Row:
    """The row of a seal in the ledger: the copy's row and the bytes of the file. Raises StorageError."""
    return (*row, seal_files.read(home / seal_files.FOLDER / seal_name(row)))


def seal_name(row: Row) -> str:
    """The name of the file of a seal, by its row in the copy."""
    number, first, last, sha256, closed_at, day = row
    return Seal(number, first, last, sha256, from_text(closed_at), day).name


def file_rows(home: Path, entry: Mapping[str, Any], seal: str | None) -> Iterator[Row]:
    """The files that a `stamp` or `rollback` entry speaks of, by their names in `seals/`. Raises StorageError.

    `seal`: the name of the seal that was stamped.
    """
    payload, folder = entry["payload"], home / seal_files.FOLDER
    if entry["kind"] == "stamp" and seal is not None:
        name = stamp_queue.file_name(seal, payload["authority"])
        yield entry["seq"], name, seal_files.read(folder / name)
        roots = stamp_queue.kept_roots(home, payload["authority"])
        yield entry["seq"], f"{payload['authority']}{_ROOTS}", roots.encode("latin-1")
    elif entry["kind"] == "rollback" and payload["place"] == "seals":
        for name in payload["files"]:  # until its entry is committed a file lies where it was found
            aside = f"{seal_files.ORPHANED}/{name}"
            place = aside if (folder / aside).exists() else name
            yield entry["seq"], aside, seal_files.read(folder / place)


def put_seal(home: Path, row: Mapping[str, Any]) -> None:
    """Write the file of a seal; another one of its number goes to the orphaned seals. Raises StorageError.

    Such a file was left by a kill or a refusal, or its database is gone and the ledger was put back to an earlier
    time: the next round finds it there and records it. ValueError: the row was not written by `seal_row`.
    """
    folder = home / seal_files.FOLDER
    name = seal_name(tuple(row[column] for column in ("number", "first", "last", "sha256", "closed_at", "day")))
    if not _SEAL_NAME.fullmatch(name):
        raise ValueError(name)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for file in _files_of_another(folder, row["number"], row["sha256"]):
            orphaned = folder / seal_files.ORPHANED
            seal_files.move(folder / file.name, orphaned / seal_files.free_name(orphaned, file.name))
        if not (folder / name).exists():
            write_durably(folder / name, row["body"])
    except OSError as error:
        raise storage_error(error, folder) from error


def put_file(home: Path, row: Mapping[str, Any]) -> None:
    """Write a file beside the seals; nothing that lies there is overwritten. Raises StorageError.

    ValueError: the row was not written by `file_rows`.
    """
    if not _NAME.fullmatch(row["name"]):
        raise ValueError(row["name"])
    path, body = home / seal_files.FOLDER / row["name"], row["body"]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if row["name"].endswith(_ROOTS):
            stamp_queue.keep_roots(path, stamp_queue.pem_blocks(body.decode("latin-1")))
        elif not path.exists() or path.read_bytes() != body:
            stamp_queue.set_aside(path)
            write_durably(path, body)
    except OSError as error:
        raise storage_error(error, path) from error


def _files_of_another(folder: Path, number: int, sha256: str) -> list[seal_files.SealFile]:
    """The files of seals of this number that have another digest, with their stamps."""
    files = [file for file in seal_files.list_files(folder) if file.number == number]
    others = {file.name for file in files if file.is_seal and not _has_digest(folder / file.name, sha256)}
    return [file for file in files if file.seal_name in others]


def _has_digest(path: Path, sha256: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
