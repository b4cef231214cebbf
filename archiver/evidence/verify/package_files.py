"""The files of a package, whether it lies in a folder or in a zip; what could do harm is told and left alone.

Nothing is unpacked but single files into nameless temporary ones. Standard library and Python 3.8 syntax,
because this module is also handed out inside packages.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from archiver.evidence.manifest import PIECE, is_safe
from archiver.evidence.verify.findings import Verification

READ_FAULTS = (OSError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What reading a file of a folder or of a zip can raise."""

TEXT_LIMIT = 64 << 20
"""Bytes of a file that is read at once: lists and seals are far smaller."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DEFLATE_AT_MOST = 1100
"""Deflate cannot make bytes more than about 1,032 times smaller."""
_HEADER = 30
"""Bytes of a file's header in a zip, its name aside."""


class PackageFiles(Protocol):
    """Files by their relative path with `/`."""

    def names(self) -> list[str]:
        """Every file, sorted."""

    def size(self, name: str) -> int:
        """Bytes of a file. Raises READ_FAULTS."""

    def open(self, name: str) -> BinaryIO:
        """A file for reading from its beginning to its end. Raises READ_FAULTS."""

    def seekable(self, name: str) -> BinaryIO:
        """A file for reading anywhere. Raises READ_FAULTS."""

    def close(self) -> None:
        """Give everything back."""


def read_all(tree: PackageFiles, name: str) -> bytes:
    """A whole small file. Raises READ_FAULTS, also for one that is not small."""
    with tree.open(name) as file:
        body = file.read(TEXT_LIMIT + 1)
    if len(body) > TEXT_LIMIT:
        raise OSError(_("the file is too large"))
    return body


class Folder:
    """A folder on disk; links are told and not followed."""

    def __init__(self, root: Path, told: Verification) -> None:
        """Look what lies in the folder."""
        self._root = root
        self._names: list[str] = []
        for folder, folders, files in os.walk(str(root)):
            listed = frozenset(files)
            for name in sorted(folders + files):
                path = Path(folder) / name
                relative = path.relative_to(root).as_posix()
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    told.find("unsafe", relative, _("It is a link or no ordinary file; it was not looked at."))
                elif name in listed:
                    self._names.append(relative)
        self._names.sort()

    def names(self) -> list[str]:
        """Every file, sorted."""
        return self._names

    def size(self, name: str) -> int:
        """Bytes of a file. Raises OSError."""
        return (self._root / name).stat().st_size

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises OSError."""
        return (self._root / name).open("rb", buffering=PIECE)

    def seekable(self, name: str) -> BinaryIO:
        """A file for reading anywhere. Raises OSError."""
        return (self._root / name).open("rb")

    def close(self) -> None:
        """There is nothing to give back."""


class ZippedPackage:
    """A zip; what it says of its files is believed only as far as it cannot do harm."""

    def __init__(self, path: Path, told: Verification) -> None:
        """Read the zip's list of files. Raises READ_FAULTS if it is not one."""
        try:
            self._zip = zipfile.ZipFile(str(path))
        except (ValueError, OverflowError, struct.error) as error:  # names and numbers that cannot be
            raise zipfile.BadZipFile(str(error)) from error
        try:
            listed = _harmless(self._zip.infolist(), told)
        except BaseException:
            self._zip.close()
            raise
        self.root = _root(list(listed))
        """The folder in which everything lies, with its `/`; empty if there is none."""
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for name, info in listed.items():
            if name.startswith(self.root):
                self._infos[name[len(self.root) :]] = info
            else:
                told.find("unsafe", name, _("It lies outside the package's folder in the zip."))

    def names(self) -> list[str]:
        """Every file, sorted."""
        return sorted(self._infos)

    def size(self, name: str) -> int:
        """Bytes of a file."""
        return self._infos[name].file_size

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises READ_FAULTS."""
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", self._zip.open(self._infos[name])), PIECE))

    def seekable(self, name: str) -> BinaryIO:
        """A nameless copy of a file. Raises READ_FAULTS."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - handed out
        try:
            with self._zip.open(self._infos[name]) as file:
                shutil.copyfileobj(file, copy, PIECE)
            copy.seek(0)
        except BaseException:
            copy.close()
            raise
        return cast("BinaryIO", copy)

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()


def _harmless(infos: list[zipfile.ZipInfo], told: Verification) -> dict[str, zipfile.ZipInfo]:
    """The files that can be read without harm, by name; the others are told."""
    found: dict[str, zipfile.ZipInfo] = {}
    end = 0
    overlapping = set()
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            overlapping.add(id(info))
        end = max(end, info.header_offset + _HEADER + info.compress_size)
    for info in infos:
        said = _harm(info, overlaps=id(info) in overlapping)
        if said is None and info.filename in found:
            said = _("The zip holds two files of this name.")
        if said is not None:
            told.find("unsafe", info.filename, said)
        elif not info.filename.endswith("/"):
            found[info.filename] = info
    return found


def _harm(info: zipfile.ZipInfo, *, overlaps: bool) -> str | None:
    """Why a file of a zip is not looked at; None if it is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not is_safe(info.filename.rstrip("/")):
        return _("The zip holds a path that leads out of its folder.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return _("It is a link or no ordinary file; it was not looked at.")
    if info.flag_bits & 1:
        return _("It is encrypted; it was not looked at.")
    if info.compress_type not in _METHODS:
        return _("It is compressed in a way that packages do not use; it was not looked at.")
    if overlaps or info.file_size > info.compress_size * _DEFLATE_AT_MOST + PIECE:
        return _("It says to be larger than it can be; it was not looked at.")
    return None


def _root(names: list[str]) -> str:
    """The one folder that holds `bagit.txt`; empty if that lies at the top, or nowhere."""
    if "bagit.txt" in names:
        return ""
    folders = [name.partition("/")[0] for name in names if "/" in name]
    holding = sorted({folder for folder in folders if f"{folder}/bagit.txt" in names})
    if not holding and folders and len(set(folders)) == 1:
        holding = folders[:1]
    return f"{holding[0]}/" if holding else ""
