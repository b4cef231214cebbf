"""A package without the files that an operating system put into it.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from typing import BinaryIO

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_files import READ_ERRORS, PackageFiles, read_all
from archiver.evidence.verify.system_names import is_system_name, tell_system_files

_BASES = {
    "manifest-sha256.txt": "",
    "tagmanifest-sha256.txt": "",
    "data/content-sha256.txt": "data/",
    "SHA256SUMS.txt": "",
}
"""Lists of digests, and below which folder the names in them begin."""


class PackageWithoutSystemFiles:
    """The files of a package except those with an operating system's names that no list has; these are told."""

    def __init__(self, tree: PackageFiles, verification: Verification) -> None:
        """Take them out."""
        self._tree = tree
        suspects = [name for name in tree.names() if is_system_name(name)]
        listed = _listed_names(tree) if suspects else set()
        left_out = {name for name in suspects if name not in listed}
        self._names = [name for name in tree.names() if name not in left_out]
        tell_system_files(verification, sorted(left_out))

    def names(self) -> list[str]:
        """Every file but those, sorted."""
        return self._names

    def size(self, name: str) -> int:
        """Bytes of a file. Raises READ_ERRORS."""
        return self._tree.size(name)

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises READ_ERRORS."""
        return self._tree.open(name)

    def seekable(self, name: str) -> BinaryIO:
        """A file for reading anywhere. Raises READ_ERRORS."""
        return self._tree.seekable(name)

    def close(self) -> None:
        """Close the package."""
        self._tree.close()


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
