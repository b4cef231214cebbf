"""A folder that becomes a package: every file is hashed while it is written, then listed, then all is renamed.

BagIt 1.0 (RFC 8493), as far as it is written here: payload below `data/`, one algorithm, no `fetch.txt`.
It lies in `NAME.partial` until it is whole, so what exists under its name is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archiver.evidence.manifest import digest_file, write_manifest
from archiver.export.format_input import PreparedTable
from archiver.records import JST

PARTIAL = ".partial"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"

_PARTIAL_NAME = re.compile(rf".+_\d{{8}}-\d{{4}}_[a-z]+(-\d+)?(\.zip)?{re.escape(PARTIAL)}")
"""The name of a half package, as `package.export` gives it: `CW1_20261124-2231_support-2.zip.partial`."""

_CHUNK_BYTES = 1 << 20
_COMPRESSED = frozenset({".zip", ".mp4", ".mov", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp3", ".m4a", ".pdf"})
"""Bytes that deflate cannot make smaller are stored as they are."""


class HashingWriter:
    """An open file of a package: what is written is counted and hashed."""

    def __init__(self, file: BinaryIO) -> None:
        """Write into an open file."""
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> None:
        """Write a text as UTF-8. Raises OSError."""
        self.write_bytes(text.encode("utf-8"))

    def write_bytes(self, body: bytes) -> None:
        """Write bytes. Raises OSError."""
        self._file.write(body)
        self._digest.update(body)
        self.size += len(body)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()


class Bag:
    """A package while it is made; paths are relative with `/`."""

    def __init__(self, folder: Path) -> None:
        """Lie in a folder that exists and is empty."""
        self.folder = folder
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    @contextlib.contextmanager
    def open_file(self, name: str) -> Iterator[HashingWriter]:
        """Write one file. Raises OSError."""
        path = self.path_for(name)
        with path.open("xb") as file:
            writer = HashingWriter(file)
            yield writer
        self._record(name, writer.sha256, writer.size)

    def add(self, name: str, body: bytes) -> None:
        """Put a file of these bytes. Raises OSError."""
        with self.open_file(name) as writer:
            writer.write_bytes(body)

    def copy(self, name: str, pieces: Iterable[bytes], sha256: str) -> bool:
        """Write pieces if together they have this digest; otherwise nothing stays. Raises OSError."""
        path = self.path_for(name)
        try:
            with path.open("xb") as file:
                writer = HashingWriter(file)
                for piece in pieces:
                    writer.write_bytes(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if writer.sha256 != sha256:
            path.unlink()
            return False
        self._record(name, sha256, writer.size)
        return True

    def move_table(self, name: str, table: PreparedTable) -> None:
        """Move a table that lies ready to its place. Raises OSError."""
        table.path.replace(self.path_for(name))
        self._record(name, table.sha256, table.size)

    def path_for(self, name: str) -> Path:
        """Where a file lies; the folder around it is made. Raises OSError."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add_folder(self, name: str) -> None:
        """Take in what another wrote into a folder of the bag. Raises OSError."""
        for path in sorted((self.folder / name).rglob("*")):
            if path.is_file():
                self.add_existing(path.relative_to(self.folder).as_posix())

    def add_existing(self, name: str) -> None:
        """Take in one file that another wrote into the bag. Raises OSError."""
        path = self.folder / name
        self._record(name, digest_file(path), path.stat().st_size)

    def payload(self) -> dict[str, str]:
        """The digests of what lies below `data/`."""
        return {name: sha256 for name, sha256 in self.digests.items() if name.startswith("data/")}

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.sizes.values())

    def close(self, facts: Mapping[str, str]) -> str:
        """Write the declaration, `bag-info.txt` and the two lists; the digest of the list of tag files."""
        payload = self.payload()
        total = sum(self.sizes[name] for name in payload)
        tags = {**facts, "Payload-Oxum": f"{total}.{len(payload)}"}
        self.add("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        self.add("bag-info.txt", "".join(f"{name}: {tags[name]}\n" for name in sorted(tags)).encode("utf-8"))
        self._write_list(MANIFEST, payload)
        self._write_list(
            TAG_MANIFEST, {name: one for name, one in self.digests.items() if not name.startswith("data/")}
        )
        return self.digests[TAG_MANIFEST]

    def _write_list(self, name: str, digests: Mapping[str, str]) -> None:
        write_manifest(self.path_for(name), digests)
        self.add_existing(name)

    def _record(self, name: str, sha256: str, size: int) -> None:
        self.digests[name] = sha256
        self.sizes[name] = size


def free_name(folder: Path, name: str) -> str:
    """The name, or with `-2`, `-3` … if a package, its zip or a half one has it."""
    taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    number = 1
    while True:
        candidate = name if number == 1 else f"{name}-{number}"
        if taken.isdisjoint({candidate, f"{candidate}.zip", f"{candidate}{PARTIAL}", f"{candidate}.zip{PARTIAL}"}):
            return candidate
        number += 1


@contextlib.contextmanager
def partial_bag(folder: Path, name: str) -> Iterator[Bag]:
    """A bag in `NAME.partial`; whatever goes wrong inside, the half folder is removed. Raises OSError."""
    partial = folder / f"{name}{PARTIAL}"
    partial.mkdir(mode=0o700)
    try:
        yield Bag(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def sweep_leftovers(folder: Path, *, older_than: datetime) -> None:
    """Remove half packages that a kill left long ago; a younger one may be another run's.

    The folder may be anybody's, where browsers too leave files that end so: only names of packages count.
    """
    for path in folder.glob(f"*{PARTIAL}"):
        with contextlib.suppress(OSError):
            if _PARTIAL_NAME.fullmatch(path.name) and path.stat().st_mtime < older_than.timestamp():
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()


def pack(source: Path, root: str, target: Path, *, at: datetime) -> None:
    """A zip of a folder whose entries lie below `root/` and all bear one time, so the same files are the same bytes.

    Written beside its place and renamed. Raises OSError.
    """
    partial = target.with_name(target.name + PARTIAL)
    local = at.astimezone(JST)
    try:
        partial.touch(mode=0o600)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in sorted(_files_below(source)):
                _pack_file(packed, source / name, zipfile.ZipInfo(f"{root}/{name}", local.timetuple()[:6]))
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _files_below(folder: Path) -> Iterator[str]:
    """Relative paths with `/`; as texts, for a path takes several times the memory."""
    for directory, _folders, files in os.walk(folder):
        inside_path = Path(directory).relative_to(folder).as_posix()
        yield from (name if inside_path == "." else f"{inside_path}/{name}" for name in files)


def _pack_file(packed: zipfile.ZipFile, path: Path, info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o100644 << 16
    info.create_system = 3
    info.file_size = path.stat().st_size
    info.compress_type = zipfile.ZIP_STORED if path.suffix in _COMPRESSED else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, packed.open(info, "w") as entry:
        shutil.copyfileobj(source, entry, _CHUNK_BYTES)
