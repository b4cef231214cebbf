"""Zips that hide something or only hold a package somewhere below, and files that macOS puts into folders and zips."""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.custody.verify import verify_path
from archiver.errors import NoExportThere
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.evidence.verify.package_reader import ZippedPackage, read_all, unreadable_found
from archiver.evidence.verify.zip_structure import zip_oddities
from tests.support.cases import cases_of
from tests.support.packages.sample_package import renew_lists, zip_package
from tests.support.packages.system_files import LEFT_BY_SYSTEMS, put_system_files


def zip_of(path: Path, names: list[str], method: int) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for name in names:
            packed.writestr(name, b"text " * 1_000)
    return path


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
    cases_of(__file__, "hidden"),
)
def test_what_a_zip_hides_is_found(tmp_path: Path, odd: dict[str, Any], words: str) -> None:
    """Bytes of no file, comments, a second name."""
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


# --- files of operating systems -------------------------------------------------------------------


def checked(path: Path) -> Verification:
    """The package at a path as it is verified."""
    verification = verify_package_at(path)
    assert verification is not None
    return verification


def told(verification: Verification) -> str:
    """What is said of an operating system's files."""
    return "\n".join(one.text for one in verification.unchecked if one.subject == "system files")


OTHER_NAMES = {
    *("__MACOSX/検収書.exe", "data/._reply.json", "data/Thumbs.db", "data/desktop.ini", "data/files/DS_Store"),
    "x__MACOSX/._a",
}
"""Names that somebody gave, as far as anybody can tell."""


@pytest.mark.drawn
def test_what_a_system_puts_into_a_folder_is_told_and_other_names_stay_findings(package: Path) -> None:
    """Whichever folder of the package it is in; only exactly those names are told."""
    put_system_files(package)
    for name in OTHER_NAMES:
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_bytes(b"x")

    verification = checked(package)

    assert OTHER_NAMES == {one.subject for one in verification.findings if one.check == "manifest"}
    assert [] == [name for name in LEFT_BY_SYSTEMS if name not in told(verification)]
    assert [] == [name for name in OTHER_NAMES if name in told(verification)]
    assert not any("検収書" in one.text and "protected by the lists" in one.text for one in verification.unchecked)


@pytest.mark.drawn
def test_what_a_system_puts_into_a_zip_is_told_and_what_hides_beside_it_is_a_finding(
    package: Path, tmp_path: Path
) -> None:
    """Beside the package's folder, and below the folder that a Mac makes."""
    path = zip_package(package, tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as packed:
        for name in ("__MACOSX/P/data/._report.pdf", "P/.DS_Store", "__MACOSX/検収書.exe"):
            packed.writestr(name, b"x")

    verification = checked(path)

    assert ["__MACOSX/検収書.exe"] == [one.subject for one in verification.findings]
    assert [True, True] == [name in told(verification) for name in ("__MACOSX/P/data/._report.pdf", ".DS_Store")]


def test_such_a_name_that_a_list_has_is_checked_as_any_other(package: Path) -> None:
    """Nothing can be taken out of the check by its name alone."""
    (package / "data/.DS_Store").write_bytes(b"x")
    renew_lists(package)
    (package / "data/.DS_Store").write_bytes(b"y")

    assert ("manifest", "data/.DS_Store") in [(one.check, one.subject) for one in checked(package).findings]


def test_the_only_zip_of_a_folder_is_checked_and_named(sample: Path, tmp_path: Path) -> None:
    """As a letter often lies beside it."""
    folder = tmp_path / "from the client"
    folder.mkdir()
    zip_package(sample, folder / "evidence.zip")
    (folder / "letter.txt").write_text("Dear …")
    (folder / "._evidence.zip").write_bytes(b"x")  # as macOS puts it there on a stick

    verification = checked(folder)

    assert [] == verification.findings
    assert "Checked: evidence.zip, which lies in this folder." in verification.notes
    assert any("letter.txt" in one.text for one in verification.unchecked)


def test_what_only_holds_a_package_is_none_itself(sample: Path, tmp_path: Path) -> None:
    """A folder above it, and a zip with its zip beside a letter."""
    above = tmp_path / "above"
    shutil.copytree(sample, above / "P")
    inner, outer = zip_package(sample, tmp_path / "inner.zip"), tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as packed:
        packed.write(inner, "inner.zip")
        packed.writestr("letter.txt", "Dear …")

    for holder in (above, outer):
        with pytest.raises(NoExportThere):
            verify_path(holder)
