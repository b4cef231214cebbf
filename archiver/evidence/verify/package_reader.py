"""The files of a package in a folder or in a zip; harmful ones become findings and are never read."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import AbstractSet, BinaryIO, Dict, Iterable, Iterator, Optional, Sequence, cast  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import CHUNK_BYTES, is_safe
from archiver.evidence.verify.findings import Verification, first_names
from archiver.evidence.verify.zip_structure import listed_name

_SYSTEM_NAME = re.compile(r"(?:.*/)?\.DS_Store|__MACOSX/(?:.*/)?\._[^/]+", re.DOTALL)


def is_system_name(name: str) -> bool:
    """Whether an operating system gives this name to files of its own."""
    return _SYSTEM_NAME.fullmatch(name) is not None


def tell_system_files(verification: Verification, names: Sequence[str]) -> None:
    """Say that these files were not looked at."""
    if names:
        sentence = _(
            "{files}: files of such names are put there by the operating system. No list names them, and they were not "
            "looked at."
        )
        verification.add_unchecked("system files", sentence.format(files=first_names(names)))


def find_similar_names(verification: Verification, names: Iterable[str]) -> None:
    """Add a finding for each name that Windows or macOS take for one before it."""
    first: Dict[str, str] = {}  # noqa: UP006
    for name in sorted(names):
        other = first.setdefault(_plain_name(name), name)
        if other != name:
            sentence = _(
                "Windows and macOS take its name for that of {other}: unpacked there, only one of them is left."
            )
            verification.add_finding("unsafe", name, sentence.format(other=other))


def _plain_name(name: str) -> str:
    """The name as Windows or macOS take it: without the stream behind a colon and without dots and spaces at an end."""
    parts = unicodedata.normalize("NFC", name).lower().split("/")
    return "/".join(part.split(":")[0].rstrip(". ") or part for part in parts)


READ_ERRORS = (OSError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What reading a file of a folder or of a zip can raise."""

TEXT_LIMIT = 64 << 20
"""The largest size in bytes of a file that is read at once: lists and seals are far smaller."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DEFLATE_RATIO = 1100
"""The highest ratio that is believed: deflate makes bytes at most about 1,032 times smaller."""
_HEADER_BYTES = 30
"""Bytes of a file's header in a zip, its name aside."""


@contextmanager
def unreadable_found(verification: Verification, name: str, sentence: str = "") -> Iterator[None]:
    """Add a finding for what cannot be read."""
    try:
        yield
    except READ_ERRORS as error:
        detail = (error.strerror if isinstance(error, OSError) else None) or str(error)
        if detail.startswith("Bad CRC-32"):  # what `zipfile` and `zlib` say is English
            detail = _("its checksum differs")
        elif isinstance(error, (zlib.error, EOFError)) or detail.startswith(("Bad magic number", "File name in dir")):
            detail = _("its packed bytes are damaged")
        elif isinstance(error, zipfile.BadZipFile):
            detail = _("it is no whole zip")
        text = (sentence or _("The file cannot be read: {detail}")).format(detail=detail)
        verification.add_finding("unreadable", name, text)


class PackageFiles:
    """The files of a package, named by their relative path with `/`."""

    _names: Sequence[str] = ()

    def names(self) -> Sequence[str]:
        """Every file, sorted."""
        return self._names

    def leave_out(self, names: AbstractSet[str]) -> None:
        """Name these files no more."""
        self._names = [name for name in self._names if name not in names]

    def size(self, name: str) -> int:
        """Bytes of a file. Raises READ_ERRORS."""
        raise NotImplementedError

    def open(self, name: str) -> BinaryIO:
        """A file for reading from its beginning to its end. Raises READ_ERRORS."""
        raise NotImplementedError

    def seekable(self, name: str) -> BinaryIO:
        """A file for reading anywhere. Raises READ_ERRORS."""
        raise NotImplementedError

    def close(self) -> None:
        """Release everything that is open; a folder holds nothing open."""


def read_all(tree: PackageFiles, name: str) -> bytes:
    """A whole small file. Raises READ_ERRORS, also for one that is not small."""
    with tree.open(name) as file:
        body = file.read(TEXT_LIMIT + 1)
    if len(body) > TEXT_LIMIT:
        raise OSError(_("the file is too large"))
    return body


class PackageFolder(PackageFiles):
    """A package in a folder on disk; links become findings and are not followed."""

    def __init__(self, root: Path, verification: Verification) -> None:
        """List the files of the folder."""
        self._root = root
        names: list[str] = []
        for folder, folders, files in os.walk(str(root)):
            listed = frozenset(files)
            for name in sorted(folders + files):
                path = Path(folder) / name
                relative = path.relative_to(root).as_posix()
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    verification.add_finding(
                        "unsafe", relative, _("It is a link or not an ordinary file; it was not looked at.")
                    )
                elif name in listed:
                    names.append(relative)
        self._names = sorted(names)

    def size(self, name: str) -> int:
        """Bytes of a file. Raises OSError."""
        return (self._root / name).stat().st_size

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises OSError."""
        return (self._root / name).open("rb", buffering=CHUNK_BYTES)

    def seekable(self, name: str) -> BinaryIO:
        """A file for reading anywhere. Raises OSError."""
        return (self._root / name).open("rb")


class ZippedPackage(PackageFiles):
    """A package in a zip; what the zip says of its files is believed only as far as it cannot do harm."""

    def __init__(self, path: Path, verification: Verification) -> None:
        """Read the zip's list of files. Raises READ_ERRORS if it is not one."""
        self._file = _BoundedReader(io.FileIO(str(path)))
        try:
            self._zip = zipfile.ZipFile(self._file)
            listed = _harmless_files(self._zip.infolist(), verification)
        except (ValueError, OverflowError, struct.error) as error:  # names and numbers that cannot be
            self._file.close()
            raise zipfile.BadZipFile(str(error)) from error
        except BaseException:
            self._file.close()
            raise
        self.root = _root_folder({name for name in listed if not is_system_name(name)})
        """The folder that contains everything, with its `/`; empty if there is none."""
        self._infos: dict[str, zipfile.ZipInfo] = {}
        outside = {name for name in listed if is_system_name(name) and not name.startswith(self.root)}
        tell_system_files(verification, sorted(outside))
        for name, info in listed.items():
            if name.startswith(self.root):
                self._infos[name[len(self.root) :]] = info
            elif name not in outside:
                verification.add_finding("unsafe", name, _("It is outside the package's folder in the zip."))
        self._names = sorted(self._infos)

    def _info(self, name: str) -> zipfile.ZipInfo:
        """What the zip says of a file. Raises FileNotFoundError, as a folder does."""
        if name not in self._infos:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._infos[name]

    def size(self, name: str) -> int:
        """Bytes of a file. Raises READ_ERRORS."""
        return self._info(name).file_size

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises READ_ERRORS."""
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", self._zip.open(self._info(name))), CHUNK_BYTES))

    def seekable(self, name: str) -> BinaryIO:
        """A nameless copy of a file. Raises READ_ERRORS."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - handed out
        try:
            with self._zip.open(self._info(name)) as file:
                shutil.copyfileobj(file, copy, CHUNK_BYTES)
            copy.seek(0)
        except BaseException:
            copy.close()
            raise
        return cast("BinaryIO", copy)

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()
        self._file.close()


class _BoundedReader(io.BufferedReader):
    """A file of which no more than a list of that length is read at once, as `zipfile` reads the whole list of a zip.

    Raises OSError.
    """

    def read(self, size: Optional[int] = -1) -> bytes:  # noqa: UP045 - Python 3.8 syntax
        if size is not None and size > TEXT_LIMIT:
            raise OSError(_("its list of files is too long"))
        return super().read(size)


def _harmless_files(infos: list[zipfile.ZipInfo], verification: Verification) -> dict[str, zipfile.ZipInfo]:
    """The files that can be read without harm, by name; the others become findings."""
    files: dict[str, zipfile.ZipInfo] = {}
    end = 0
    overlapping = set()
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            overlapping.add(id(info))
        end = max(end, info.header_offset + _HEADER_BYTES + info.compress_size)
    for name, info in ((listed_name(info), info) for info in infos):
        reason = _unsafe_reason(info, overlaps=id(info) in overlapping)
        if reason is None and name in files:
            reason = _("The zip holds two files of this name.")
        if reason is not None:
            verification.add_finding("unsafe", name, reason)
        elif not name.endswith("/"):
            files[name] = info
    return files


def _unsafe_reason(info: zipfile.ZipInfo, *, overlaps: bool) -> str | None:
    """Why a file of a zip must not be read; None if it may be."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not is_safe(listed_name(info).rstrip("/")):
        return _("The zip holds a path that leads outside its folder.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return _("It is a link or not an ordinary file; it was not looked at.")
    if info.flag_bits & 1:
        return _("It is encrypted; it was not looked at.")
    if info.compress_type not in _METHODS:
        return _("It is compressed in a way that packages do not use; it was not looked at.")
    if overlaps or info.file_size > info.compress_size * _DEFLATE_RATIO + CHUNK_BYTES:
        return _("It claims to be larger than it can be; it was not looked at.")
    return None


def _root_folder(names: AbstractSet[str]) -> str:
    """The one folder that holds `bagit.txt`, with its `/`; empty if that file is at the top, or nowhere."""
    if "bagit.txt" in names:
        return ""
    folders = {name.partition("/")[0] for name in names if "/" in name}
    holding = sorted(folder for folder in folders if f"{folder}/bagit.txt" in names)
    if not holding and len(folders) == 1:
        holding = [*folders]
    return f"{holding[0]}/" if holding else ""


_BASES = {
    "manifest-sha256.txt": "",
    "tagmanifest-sha256.txt": "",
    "data/content-sha256.txt": "data/",
    "SHA256SUMS.txt": "",
}
"""Lists of digests, and below which folder the names in them begin."""


def leave_out_system_files(tree: PackageFiles, verification: Verification) -> None:
    """Take files with an operating system's names that no list has out of a package, and tell them."""
    suspects = [name for name in tree.names() if is_system_name(name)]
    listed = _listed_names(tree) if suspects else set()
    left_out = [name for name in suspects if name not in listed]
    tree.leave_out(frozenset(left_out))
    tell_system_files(verification, left_out)


def _listed_names(tree: PackageFiles) -> set[str]:
    """The names in the lists of digests, as far as these can be read."""
    listed = set()
    for name in sorted(_BASES.keys() & set(tree.names())):
        try:
            text = read_all(tree, name).decode("utf-8", "replace")
        except READ_ERRORS:
            continue  # found when the list is checked
        listed |= {_BASES[name] + line.partition("  ")[2].rstrip("\r") for line in text.split("\n")}
    return listed
