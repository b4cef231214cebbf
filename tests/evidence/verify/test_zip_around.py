"""Zips that hide something, and zips that only hold a package somewhere below."""

from __future__ import annotations

import struct
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

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
    path.write_bytes(b"PK\3\4junk")
    with unreadable_found(verification, "a.txt"):
        ZippedPackage(path, verification)

    assert [
        "The file cannot be read: its checksum differs",
        "The file cannot be read: its packed bytes are damaged",
        "The file cannot be read: it is no whole zip",
    ] == [one.text for one in verification.findings]


def test_a_zip_around_a_package_is_not_called_damaged(tmp_path: Path) -> None:
    """A folder above the package's, or its zip with a letter beside it: not a package, and nothing of it is damaged."""
    below = zip_of(tmp_path / "below.zip", ["handed in/P/bagit.txt", "handed in/letter.txt"], zipfile.ZIP_STORED)
    inner = zip_of(tmp_path / "P.zip", ["P/bagit.txt"], zipfile.ZIP_STORED)
    around = tmp_path / "around.zip"
    with zipfile.ZipFile(around, "w") as packed:
        packed.write(inner, "P.zip")

    assert verify_package_at(below) is None
    assert verify_package_at(around) is None


def one_file(
    path: Path,
    *,
    date: tuple[int, int, int] = (2026, 11, 24),
    extra: bytes = b"",
    comment: bytes = b"",
    before: bytes = b"",
    after: bytes = b"",
) -> None:
    """A zip of one file with something odd in it, or around it."""
    info = zipfile.ZipInfo("P/bagit.txt", (*date, 13, 31, 0))
    info.extra = extra
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(info, b"text")
        packed.comment = comment
    path.write_bytes(before + path.read_bytes() + after)


def extra_field(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"extra": extra_field(0x6375, b"text")}, "has a comment"),
        ({"extra": extra_field(0xCAFE, b"text")}, "of an unknown kind"),
        ({"extra": extra_field(0x5455, b"\x01\0\0\0\0")}, ""),  # times, which zip programs write
        ({"date": (1980, 1, 1)}, ""),  # files for which a zip program knew no date
        ({"date": (1981, 1, 1)}, "1981"),
        ({"date": (1999, 1, 1)}, "1999"),
        ({"date": (2000, 1, 1)}, ""),
        ({}, ""),
        ({"comment": b"hidden"}, "The zip has a comment"),
        ({"before": b"PK hidden"}, "bytes from 0 to 9"),
        ({"after": b"hidden"}, "does not fit its list of files"),
    ],
)
def test_what_a_zip_hides_is_found(tmp_path: Path, odd: dict[str, Any], words: str) -> None:
    """Bytes of no file, comments, and dates of long before there could be a package."""
    one_file(tmp_path / "x.zip", **odd)

    found = [text for _subject, text in zip_oddities(tmp_path / "x.zip")]

    assert bool(words) == bool(found)
    assert not words or any(words in text for text in found)


@pytest.mark.parametrize("day", [0, (2020 - 1980) << 9 | 1 << 5 | 1], ids=["none", "another"])
@pytest.mark.parametrize("everywhere", [True, False])
def test_another_date_is_found(tmp_path: Path, day: int, *, everywhere: bool) -> None:
    """One that does not exist, or another one in the file's own header: programs differ in which they show."""
    path = tmp_path / "x.zip"
    one_file(path)
    true, other = path.read_bytes()[12:14], struct.pack("<H", day)
    path.write_bytes(path.read_bytes().replace(true, other, -1 if everywhere else 1))

    assert (not (everywhere and day)) == (["P/bagit.txt"] == [subject for subject, _text in zip_oddities(path)])
