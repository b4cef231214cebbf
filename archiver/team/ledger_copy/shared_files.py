"""The bytes of files in the store of a team, and files beside the seals as rows of its ledger.

A copy holds the bytes that it downloaded itself. Any other file stays in the store until it is shown, exported,
verified or taken home. Seals and stamps follow into the store once the ledger has them: a name there is never given
twice, so it must not be taken by a seal that the ledger then refuses.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.evidence.chain import SHA256, digest_file
from archiver.folder_sync import disk_errors
from archiver.store import blobs, durable_files
from archiver.store.durable_files import private_folder, write_durably
from archiver.store.seals import seal_from_row
from archiver.store.working import stamp_queue
from archiver.team import object_store
from archiver.team.ledger.archive_in_ledger import Row
from archiver.team.ledger.database import LedgerPlace
from archiver.team.s3_store import open_store

DAILY = "daily"
_DAILY = re.compile(r"[a-z0-9-]{1,32}/[a-zA-Z0-9_-]{1,80}\.zip")
"""Folder of a home with its daily copies, and their paths in it; a store may hold other names, which are nobody's."""


def saved_digests(lines: Iterable[str]) -> Iterator[str]:
    """The digests under which the entries of these lines say that bytes are saved."""
    for line in lines:
        if '"sha256"' not in line:
            continue
        entry = json.loads(line)
        is_saved = entry.get("kind") == "blob" and entry["payload"].get("state") == "saved"
        if is_saved or entry.get("kind") == "attachment":
            yield str(entry["payload"]["sha256"])


def put_bytes(home: Path, place: LedgerPlace, digests: Iterable[str]) -> None:
    """Put into the store what a home holds of these. Raises TeamStoreUnavailable, TeamStoreDiffers, StorageError.

    What the home lacks, or holds damaged, is left out: another machine downloaded it, or a verification tells.
    """
    if place.files is None:
        return
    for sha256 in digests:
        if _holds_intact(home, sha256):
            store = store_of(place)
            store.put_if_absent(object_store.file_key(place.archive, sha256), blobs.blob_path(home, sha256), sha256)


def put_beside_seals(home: Path, place: LedgerPlace, name: str, sha256: str) -> None:
    """Put a file of `seals/` into the store, under another name if its own is taken there by other bytes.

    So what a restored ledger has given to another seal stays beside it. Raises StorageError.
    """
    keys = (object_store.seal_key(place.archive, one) for one in (name, second_name(name, sha256)))
    _put(place, home / "seals" / name, sha256, *keys)


def put_daily(home: Path, path: Path, place: LedgerPlace) -> None:
    """Put a daily copy of a home into the store of its team, if it has one; under another name where its own is taken.

    A copy of an archive can be thrown away, and the daily copies in it must not go with it. Raises StorageError.
    """
    if place.files is None:
        return
    sha256, name = digest_file(path), path.relative_to(home / DAILY).as_posix()
    names = (name, f"{name.removesuffix('.zip')}-{sha256[:16]}.zip")
    _put(place, path, sha256, *(object_store.daily_key(place.archive, one) for one in names))


def _put(place: LedgerPlace, path: Path, sha256: str, key: str, second: str) -> None:
    store = store_of(place)
    try:
        store.put_if_absent(key, path, sha256)
    except errors.TeamStoreDiffers:
        store.put_if_absent(second, path, sha256)


def bring_dailies(home: Path, place: LedgerPlace, *, with_hidden: bool) -> None:
    """Bring every daily copy that the store has into a home that is taken home: the first bytes that were put there.

    `with_hidden`: also from below a delete marker, which may be what an erasure asked for. Raises StorageError.
    """
    if place.files is None:
        return
    store, prefix = open_store(place.files), object_store.daily_key(place.archive, "")
    listed = list(store.list(prefix))
    hidden = {one.key for one in listed if one.is_marker and one.is_latest and not with_hidden}
    first = {one.key.removeprefix(prefix): one.version for one in listed if not one.is_marker and one.key not in hidden}
    for name in sorted(filter(_DAILY.fullmatch, first)):
        path = home / DAILY / name
        with disk_errors(home):
            private_folder(path.parent, below=home)
        store.get(object_store.daily_key(place.archive, name), path, first[name])


def second_name(name: str, sha256: str) -> str:
    """The name of a file of `seals/` in the store where its own is taken."""
    return f"{name}.{sha256[:16]}"


def bring_bytes(home: Path, digests: Iterable[str], place: LedgerPlace) -> None:
    """Bring what a home lacks of these from the store of its team, which may lack it too. Raises StorageError."""
    if place.files is None:
        return
    store = open_store(place.files)
    for sha256 in dict.fromkeys(digests):
        if SHA256.fullmatch(sha256) and not blobs.is_held(home, sha256):
            _bring(store, object_store.file_key(place.archive, sha256), home, sha256)


def copy_bytes(source: Path, target: Path, digests: Iterable[str]) -> None:
    """Copy what the home `source` holds and `target` lacks; damaged bytes are not copied. Raises StorageError."""
    for sha256 in digests:
        if not blobs.is_held(target, sha256) and blobs.is_held(source, sha256):
            part = _incoming(target, sha256)
            with disk_errors(target):
                shutil.copyfile(blobs.blob_path(source, sha256), part)
                if digest_file(part) == sha256:
                    blobs.keep(target, part, sha256)
                else:
                    part.unlink()


def _bring(store: object_store.ObjectStore, key: str, home: Path, sha256: str) -> None:
    part = _incoming(home, sha256)
    try:
        with disk_errors(home):
            if get_version(store, key, part, sha256):
                blobs.keep(home, part, sha256)
    finally:
        part.unlink(missing_ok=True)


def get_version(store: object_store.ObjectStore, key: str, target: Path, sha256: str) -> bool:
    """Write the bytes with this SHA-256 to a file, also from below a delete marker or other bytes; whether there are.

    Raises TeamStoreUnavailable, StorageError.
    """
    below = (one.version for one in store.list(key) if one.key == key and not one.is_marker)
    for version in chain([None], below):
        with suppress(errors.NotInTeamStore):
            if store.get(key, target, version) == sha256:
                return True
    return False


def _incoming(home: Path, sha256: str) -> Path:
    folder = home / blobs.FOLDER / blobs.INCOMING
    with disk_errors(home):
        private_folder(folder, below=home)
    return folder / f"{sha256}.{secrets.token_hex(8)}.part"  # others may be bringing the same


def _holds_intact(home: Path, sha256: str) -> bool:
    path = blobs.blob_path(home, sha256)
    with disk_errors(path), suppress(FileNotFoundError):
        return digest_file(path) == sha256
    return False


def store_of(place: LedgerPlace) -> object_store.ObjectStore:
    """The store in which the files of an archive lie; nothing is reached yet. Raises BadTeamStore."""
    assert place.files is not None
    return open_store(place.files)


_ROOTS = ".pem"
_SEAL_NAME = re.compile(r"[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")
_NAME = re.compile(
    rf"(?:{durable_files.ORPHANED}/)?{_SEAL_NAME.pattern}\.[^/\\:\0]+|[a-z0-9-]{{1,20}}{re.escape(_ROOTS)}"
    rf"|{durable_files.ORPHANED}/{_SEAL_NAME.pattern}"
)
"""What file_rows gives: any other name might lead out of `seals/`, where whoever writes to the ledger has no say."""


def seal_row(home: Path, row: Row) -> Row:
    """The row of a seal in the ledger: the copy's row and the bytes of the file. Raises StorageError."""
    return (*row, durable_files.read(home / durable_files.SEALS / seal_name(row)))


def seal_name(row: Row) -> str:
    """The name of the file of a seal, by its row in the copy."""
    return seal_from_row(row).name


def file_rows(home: Path, entry: Mapping[str, Any], seal: str | None) -> Iterator[Row]:
    """The files that a `stamp` or `rollback` entry speaks of, by their names in `seals/`. Raises StorageError.

    `seal`: the name of the seal that was stamped.
    """
    payload, folder = entry["payload"], home / durable_files.SEALS
    if entry["kind"] == "stamp" and seal is not None:
        name = stamp_queue.file_name(seal, payload["authority"])
        yield entry["seq"], name, durable_files.read(folder / name)
        roots = stamp_queue.kept_roots(home, payload["authority"])
        yield entry["seq"], f"{payload['authority']}{_ROOTS}", roots.encode("latin-1")
    elif entry["kind"] == "rollback" and payload["place"] == "seals":
        for name in payload["files"]:  # until its entry is committed a file lies where it was found
            aside = f"{durable_files.ORPHANED}/{name}"
            place = aside if (folder / aside).exists() else name
            yield entry["seq"], aside, durable_files.read(folder / place)


def put_seal(home: Path, row: Mapping[str, Any]) -> None:
    """Write the file of a seal; another one of its number goes to the orphaned seals. Raises StorageError.

    Such a file was left by a kill or a refusal, or its database is gone and the ledger was put back to an earlier
    time: the next round finds it there and records it. ValueError: the row was not written by `seal_row`.
    """
    folder = home / durable_files.SEALS
    name = seal_name(tuple(row[column] for column in ("number", "first", "last", "sha256", "closed_at", "day")))
    if not _SEAL_NAME.fullmatch(name):
        raise ValueError(name)
    with disk_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        for file in _files_of_another(folder, row["number"], row["sha256"]):
            durable_files.move_to_orphaned(folder, file.name)
        if not (folder / name).exists():
            write_durably(folder / name, row["body"])


def put_file(home: Path, row: Mapping[str, Any]) -> None:
    """Write a file beside the seals; nothing that lies there is overwritten. Raises StorageError.

    ValueError: the row was not written by `file_rows`.
    """
    if not _NAME.fullmatch(row["name"]):
        raise ValueError(row["name"])
    path, body = home / durable_files.SEALS / row["name"], row["body"]
    with disk_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if row["name"].endswith(_ROOTS):
            stamp_queue.keep_roots(path, stamp_queue.pem_blocks(body.decode("latin-1")))
        elif not path.exists() or path.read_bytes() != body:
            stamp_queue.set_aside(path)
            write_durably(path, body)


def _files_of_another(folder: Path, number: int, sha256: str) -> list[durable_files.SealFile]:
    """The files of seals of this number that have another digest, with their stamps."""
    files = [file for file in durable_files.list_files(folder) if file.number == number]
    others = {file.name for file in files if file.is_seal and digest_file(folder / file.name) != sha256}
    return [file for file in files if file.seal_name in others]
