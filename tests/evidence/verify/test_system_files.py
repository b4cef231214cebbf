"""Files that macOS puts into folders and zips are told, and are no findings."""

from __future__ import annotations

import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.errors import NoPackageItself
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_at_path import packages_below, verify_package_at
from archiver.evidence.verify.zip_structure import zip_oddities
from tests.support.packages.sample_package import lawyer_package, renew_lists, zip_package
from tests.support.packages.system_files import LEFT_BY_SYSTEMS, put_system_files


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lawyer's package; its archive is beside it."""
    return lawyer_package(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(sample: Path, tmp_path: Path) -> Path:
    """A copy of the package to be changed."""
    return Path(shutil.copytree(sample, tmp_path / sample.name))


def checked(path: Path) -> Verification:
    """The package at a path as it is verified."""
    verification = verify_package_at(path)
    assert verification is not None
    return verification


def told(verification: Verification) -> str:
    """What is said of an operating system's files."""
    return "\n".join(one.text for one in verification.unchecked if one.subject == "system files")


@pytest.mark.drawn
def test_what_a_system_puts_into_a_folder_is_told_and_no_finding(package: Path) -> None:
    """Whichever folder of the package it is in."""
    put_system_files(package)

    verification = checked(package)

    assert [] == verification.findings
    for name in LEFT_BY_SYSTEMS:
        assert name in told(verification)


@pytest.mark.drawn
def test_what_a_system_puts_into_a_zip_is_told_and_no_finding(package: Path, tmp_path: Path) -> None:
    """Beside the package's folder, too."""
    path = zip_package(package, tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("__MACOSX/P/data/._report.pdf", b"x")
        packed.writestr("P/.DS_Store", b"x")

    verification = checked(path)

    assert [] == verification.findings
    assert "__MACOSX/P/data/._report.pdf" in told(verification)
    assert ".DS_Store" in told(verification)


OTHER_NAMES = {
    *("__MACOSX/検収書.exe", "data/._reply.json", "data/Thumbs.db", "data/desktop.ini", "data/files/DS_Store"),
    "x__MACOSX/._a",
}
"""Names that somebody gave, as far as anybody can tell."""


@pytest.mark.drawn
def test_other_names_stay_findings(package: Path) -> None:
    """Only exactly those names are told."""
    for name in OTHER_NAMES:
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_bytes(b"x")

    verification = checked(package)

    assert OTHER_NAMES == {one.subject for one in verification.findings if one.check == "manifest"}
    assert told(verification) == ""
    assert not any("検収書" in one.text and "protected by the lists" in one.text for one in verification.unchecked)


@pytest.mark.drawn
def test_what_hides_beside_the_package_in_a_zip_is_a_finding(package: Path, tmp_path: Path) -> None:
    """Below the folder that a Mac makes, too."""
    path = zip_package(package, tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("__MACOSX/検収書.exe", b"x")

    assert ["__MACOSX/検収書.exe"] == [one.subject for one in checked(path).findings]


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


def test_where_the_package_lies_is_said_of_what_only_holds_it(sample: Path, tmp_path: Path) -> None:
    """A folder above it, and a zip with its zip beside a letter."""
    above = tmp_path / "above"
    shutil.copytree(sample, above / "P")
    inner, outer = zip_package(sample, tmp_path / "inner.zip"), tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as packed:
        packed.write(inner, "inner.zip")
        packed.writestr("letter.txt", "Dear …")

    assert (["P"], ["inner.zip"]) == (packages_below(above), packages_below(outer))
    with pytest.raises(NoPackageItself, match="inner"):
        verify_path(outer)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (struct.pack("<HH", 0x6375, 4) + b"text", "has a comment"),
        (struct.pack("<HH", 0xCAFE, 4) + b"text", "of an unknown kind"),
        (struct.pack("<HH", 0x5455, 5) + b"\x01\0\0\0\0", ""),
    ],
)
def test_what_extra_fields_of_a_zip_hide_is_found(tmp_path: Path, extra: bytes, words: str) -> None:
    """Times, which zip programs write, are nothing to find."""
    info = zipfile.ZipInfo("P/bagit.txt", (2026, 11, 24, 13, 31, 0))
    info.extra = extra
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(info, b"text")

    found = list(zip_oddities(path))

    assert bool(words) == bool(found)
    assert all(words in text for _subject, text in found)


def test_another_date_in_a_files_own_header_is_found(tmp_path: Path) -> None:
    """Programs differ in which of the two they show."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(zipfile.ZipInfo("P/bagit.txt", (2026, 11, 24, 13, 31, 0)), b"text")
    body = bytearray(path.read_bytes())
    struct.pack_into("<H", body, 12, (2020 - 1980) << 9 | 1 << 5 | 1)
    path.write_bytes(body)

    assert ["P/bagit.txt"] == [subject for subject, _text in zip_oddities(path)]
