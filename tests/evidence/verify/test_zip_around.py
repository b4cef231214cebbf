"""Zips with bytes behind the end of a packed file, and zips that only hold a package somewhere below."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.evidence.verify.package_reader import ZippedPackage, read_all, unreadable_found
from archiver.evidence.verify.zip_structure import zip_oddities
from tests.support.packages.odd_zips import JUNK, hide_bytes


def zip_of(path: Path, names: list[str], method: int) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for name in names:
            packed.writestr(name, b"text " * 1_000)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_bytes_behind_the_end_of_a_packed_file_are_found(tmp_path: Path, method: int) -> None:
    """They are counted as the file's, but no program unpacks them."""
    path = zip_of(tmp_path / "x.zip", ["P/bagit.txt", "P/data/report.pdf"], method)
    assert list(zip_oddities(path)) == []

    hide_bytes(path)

    with zipfile.ZipFile(path) as packed:
        assert packed.read("P/data/report.pdf") == b"text " * 1_000
        end = packed.start_dir
    ((subject, text),) = zip_oddities(path)
    assert subject == "P/data/report.pdf"
    assert str(end - len(JUNK)) in text
    assert str(end) in text


def test_a_wrong_checksum_is_told_in_our_own_words(tmp_path: Path) -> None:
    """Not in those of `zipfile`, which are English everywhere."""
    path, verification = zip_of(tmp_path / "x.zip", ["a.txt"], zipfile.ZIP_STORED), Verification()
    path.write_bytes(path.read_bytes().replace(b"text ", b"tent ", 1))

    with closing(ZippedPackage(path, verification)) as tree, unreadable_found(verification, "a.txt"):
        read_all(tree, "a.txt")

    with unreadable_found(verification, "a.txt"):
        zlib.decompress(b"no such bytes")

    assert [
        "The file cannot be read: its checksum differs",
        "The file cannot be read: its packed bytes are damaged",
    ] == [one.text for one in verification.findings]


@pytest.mark.parametrize(
    ("year", "is_found"), [(1980, False), (1981, True), (1999, True), (2000, False), (2026, False)]
)
def test_a_year_before_there_were_packages_is_found(tmp_path: Path, year: int, *, is_found: bool) -> None:
    """Of 1980 are files for which a zip program knew no date."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(zipfile.ZipInfo("P/bagit.txt", (year, 1, 1, 0, 0, 0)), b"text")

    assert is_found == any(str(year) in text for _subject, text in zip_oddities(path))


def test_a_zip_around_a_package_is_not_called_damaged(tmp_path: Path) -> None:
    """A folder above the package's, or its zip with a letter beside it: not a package, and nothing of it is damaged."""
    below = zip_of(tmp_path / "below.zip", ["handed in/P/bagit.txt", "handed in/letter.txt"], zipfile.ZIP_STORED)
    inner = zip_of(tmp_path / "P.zip", ["P/bagit.txt"], zipfile.ZIP_STORED)
    around = tmp_path / "around.zip"
    with zipfile.ZipFile(around, "w") as packed:
        packed.write(inner, "P.zip")

    assert verify_package_at(below) is None
    assert verify_package_at(around) is None
