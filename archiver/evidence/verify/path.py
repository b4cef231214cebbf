"""Verifies the package at a path, whether it is a folder or a zip.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import zipfile
from contextlib import closing
from gettext import gettext as _
from pathlib import Path
from typing import Callable  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.manifest import digest_stream
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.package import is_package, verify_package
from archiver.evidence.verify.package_files import READ_FAULTS, Folder, PackageFiles, ZippedPackage
from archiver.evidence.verify.stamps import CheckToken
from archiver.evidence.verify.submission import is_submission, verify_submission

_ZIP_BEGINS = b"PK"


def verify_place(
    path: Path,
    progress: Progress | None = None,
    *,
    check: CheckToken | None = None,
    known: Callable[[str], bool] | None = None,
) -> Verification | None:
    """Check the package at a path; None if there is none.

    `check` judges stamps, `known` tells whether browsers trust a root. Raises OSError.
    """

    def look(told: Verification, tree: PackageFiles) -> Verification:
        if is_package(tree.names()) or not is_submission(tree.names()):
            verify_package(told, tree, progress, check=check, known=known)
        else:
            verify_submission(told, tree, progress)
        told.close()
        return told

    if path.is_dir():
        told = Verification()
        folder = Folder(path, told)
        if _is_either(folder):
            return look(told, folder)
        return _verify_beside(path, look)
    return _verify_zip(path, look) if path.is_file() else None


def _verify_beside(path: Path, look: Callable[[Verification, PackageFiles], Verification]) -> Verification | None:
    """A folder that holds a zip of its own name, with some of its files beside it to be handed in by themselves."""
    packed = path / f"{path.resolve().name}.zip"  # `.` has no name of its own
    told = _verify_zip(packed, look) if packed.is_file() else None
    if told is None:
        return None
    try:
        _compare_loose(told, path, packed)
    except READ_FAULTS as error:
        told.find("unreadable", path.name, _("The file cannot be read: {detail}").format(detail=error))
    return told


def _compare_loose(told: Verification, folder: Path, packed: Path) -> None:
    """Each file beside the zip that bears the name of one in it must be that one."""
    with zipfile.ZipFile(packed) as opened:
        inside = {name.rpartition("/")[2]: name for name in opened.namelist()}
        for loose in sorted(folder.iterdir()):
            if loose.name not in inside or not loose.is_file():
                continue
            with opened.open(inside[loose.name]) as kept, loose.open("rb") as file:
                if digest_stream(kept) != digest_stream(file):
                    said = _("The file is not the one that {list} holds: its SHA-256 differs.")
                    told.find("manifest", loose.name, said.format(list=packed.name))


def _verify_zip(path: Path, look: Callable[[Verification, PackageFiles], Verification]) -> Verification | None:
    """A file that begins as a zip does is one, however damaged."""
    with path.open("rb") as file:
        if file.read(len(_ZIP_BEGINS)) != _ZIP_BEGINS:
            return None
    told = Verification()
    try:
        tree = ZippedPackage(path, told)
    except READ_FAULTS as error:
        told.find("unreadable", path.name, _("The zip cannot be read: {detail}").format(detail=error))
        return told
    with closing(tree):
        if not told.ok or _is_either(tree):
            return look(told, tree)
        if not _once_held_a_package(path):
            return None
        detail = _("its list of files is damaged")
        told.find("unreadable", path.name, _("The zip cannot be read: {detail}").format(detail=detail))
        return told


def _is_either(tree: PackageFiles) -> bool:
    return is_package(tree.names()) or is_submission(tree.names())


def _once_held_a_package(path: Path) -> bool:
    """Whether the name that every bag holds still stands before a file's bytes, though the zip's list lacks it."""
    name, before = b"/bagit.txt", b""
    with path.open("rb") as file:
        while True:
            piece = file.read(2**20)
            if not piece:
                return False
            if name in before + piece:
                return True
            before = piece[-len(name) :]
