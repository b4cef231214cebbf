"""A package as a folder or a zip: files are hashed while they are written, then listed, then the folder is renamed.

BagIt 1.0 (RFC 8493), reduced to a payload below `data/`, one algorithm and no `fetch.txt`.
The folder is called `NAME.partial` until it is complete, so what exists under its final name is complete.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archiver.evidence.chain import digest_file, write_manifest
from archiver.folder_sync import free_name
from archiver.records import JST

PARTIAL = ".partial"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"

_PARTIAL_NAME = re.compile(rf".+_\d{{8}}-\d{{4,6}}_[a-z]+(-\d+)?(\.zip)?{re.escape(PARTIAL)}")
"""The name of an unfinished package, as `make_package` gives it: `CW1_20261124-223105_support-2.zip.partial`."""

ENDINGS = ("", ".zip", PARTIAL, f".zip{PARTIAL}")
"""Of a package, its zip, and unfinished ones: none of them may have the name of a new one."""

_TRIES = 20
"""Names that are tried if others take them at the same moment."""

_CHUNK_BYTES = 1 << 20
_COMPRESSED = frozenset({".zip", ".mp4", ".mov", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp3", ".m4a", ".pdf"})
"""Formats that deflate cannot make smaller; they are stored as they are."""


class HashingWriter:
    """An open file of a package that counts and hashes what is written."""

    def __init__(self, file: BinaryIO) -> None:
        """Write into this open file."""
        self.path = Path(file.name)
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
        """The digest of what was written so far."""
        return self._digest.hexdigest()


class Bag:
    """A package that is being made; names of files are relative paths with `/`."""

    def __init__(self, folder: Path) -> None:
        """Take a folder that exists and is empty."""
        self.folder = folder
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The name that the package gets."""
        return self.folder.name.removesuffix(PARTIAL)

    @contextlib.contextmanager
    def open_file(self, name: str) -> Iterator[HashingWriter]:
        """Open a new file of the package for writing. Raises OSError."""
        path = self.path_for(name)
        with path.open("xb") as file:
            writer = HashingWriter(file)
            yield writer
        self._record(name, writer.sha256, writer.size)

    def add(self, name: str, body: bytes) -> None:
        """Write a file with these bytes. Raises OSError."""
        with self.open_file(name) as writer:
            writer.write_bytes(body)

    def copy(self, name: str, pieces: Iterable[bytes], sha256: str) -> bool:
        """Write the pieces as one file if they have this digest; otherwise remove it. Raises OSError."""
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

    def move_table(self, name: str, table: HashingWriter) -> None:
        """Move a table that was written elsewhere into the package. Raises OSError."""
        table.path.replace(self.path_for(name))
        self._record(name, table.sha256, table.size)

    def path_for(self, name: str) -> Path:
        """The path for a file, whose folder is created. Raises OSError."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add_folder(self, name: str) -> None:
        """Record the files that other code wrote into a folder of the bag. Raises OSError."""
        for path in sorted((self.folder / name).rglob("*")):
            if path.is_file():
                self.add_existing(path.relative_to(self.folder).as_posix())

    def add_existing(self, name: str) -> None:
        """Record one file that other code wrote into the bag. Raises OSError."""
        path = self.folder / name
        self._record(name, digest_file(path), path.stat().st_size)

    def payload(self) -> dict[str, str]:
        """The digests of the files below `data/`."""
        return {name: sha256 for name, sha256 in self.digests.items() if name.startswith("data/")}

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(self.sizes.values())

    def close(self, facts: Mapping[str, str]) -> str:
        """Write `bagit.txt`, `bag-info.txt` and the two manifests; return the digest of the tag manifest."""
        payload = self.payload()
        total = sum(self.sizes[name] for name in payload)
        tags = {**facts, "Payload-Oxum": f"{total}.{len(payload)}"}
        self.add("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        self.add("bag-info.txt", "".join(f"{name}: {tags[name]}\n" for name in sorted(tags)).encode("utf-8"))
        self.add_list(MANIFEST, payload)
        self.add_list(TAG_MANIFEST, {name: one for name, one in self.digests.items() if not name.startswith("data/")})
        return self.digests[TAG_MANIFEST]

    def add_list(self, name: str, digests: Mapping[str, str]) -> None:
        """Write a list of digests. Raises OSError."""
        write_manifest(self.path_for(name), digests)
        self.add_existing(name)

    def _record(self, name: str, sha256: str, size: int) -> None:
        self.digests[name] = sha256
        self.sizes[name] = size


@contextlib.contextmanager
def partial_bag(folder: Path, name: str) -> Iterator[Bag]:
    """A bag in `NAME.partial`, under the first free name; it is removed if anything goes wrong inside. Raises OSError.

    The folder is locked as long as it is being made, so that nobody sweeps it away.
    """
    partial, lock = _claim_partial(folder, name)
    try:
        yield Bag(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def sweep_leftovers(folder: Path, *, older_than: datetime) -> None:
    """Remove unfinished packages that a killed run left, but none that is still being made.

    Where folders cannot be locked (Windows, some shares), only those older than `older_than` are removed.
    Other programs, such as browsers, may leave files with this ending in the folder: only names of packages count.
    """
    leftovers = [path for path in folder.glob(f"*{PARTIAL}") if _PARTIAL_NAME.fullmatch(path.name)]
    for path in leftovers:
        if path.is_dir():
            _sweep_folder(path, older_than)
    for path in leftovers:
        owner = path.with_name(path.name.removesuffix(PARTIAL).removesuffix(".zip") + PARTIAL)
        if path.is_file() and not owner.exists():
            with contextlib.suppress(OSError):
                path.unlink()


def _claim_partial(folder: Path, name: str) -> tuple[Path, int | None]:
    """Make and lock the folder of a new package, whoever takes names at the same time; the folder and its lock."""
    for _ in range(_TRIES):
        chosen = free_name(folder, name, ENDINGS)
        partial = folder / f"{chosen}{PARTIAL}"
        with contextlib.suppress(FileExistsError):
            partial.mkdir(mode=0o700)
            lock = _lock_folder(partial, wait=True)
            is_free = not (folder / chosen).exists() and not (folder / f"{chosen}.zip").exists()
            if partial.is_dir() and is_free:
                return partial, lock
            if lock is not None:
                os.close(lock)
            with contextlib.suppress(OSError):  # somebody swept it away before it was locked
                partial.rmdir()
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))


def _sweep_folder(path: Path, older_than: datetime) -> None:
    with contextlib.suppress(OSError):  # another process holds the lock, or has removed it
        lock = _lock_folder(path, wait=False)
        if lock is not None or path.stat().st_mtime < older_than.timestamp():
            shutil.rmtree(path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _lock_folder(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder until the process ends or closes the handle; None where folders cannot be locked.

    Raises BlockingIOError if another process holds the lock and `wait` is false.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return handle


def pack(source: Path, root: str, target: Path, *, at: datetime) -> None:
    """Zip a folder with all entries below `root/` and with one time, so the same files give the same bytes.

    The zip is written beside its place and renamed. Raises OSError.
    """
    partial = target.with_name(target.name + PARTIAL)
    local = at.astimezone(JST)
    try:
        partial.touch(mode=0o600)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in sorted(_files_below(source)):
                _pack_file(packed, source / name, zipfile.ZipInfo(f"{root}/{name}", local.timetuple()[:6]))
        with partial.open("r+b") as written:  # what has the final name is whole after a power cut too
            os.fsync(written.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def zip_texts(texts: Iterable[tuple[str, str]]) -> bytes:
    """A zip of named texts in this order, without a time or a maker, so the same texts give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in texts:
            info = zipfile.ZipInfo(name)
            info.create_system, info.compress_type = 0, zipfile.ZIP_DEFLATED
            packed.writestr(info, text)
    return made.getvalue()


def _files_below(folder: Path) -> Iterator[str]:
    """Relative paths with `/`, as strings, because `Path` objects take several times the memory."""
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
