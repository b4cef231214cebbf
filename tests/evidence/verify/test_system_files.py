"""Files that macOS puts into folders and zips are told, and are no findings."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.errors import NoPackageItself
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_at_path import packages_below, verify_package_at
from tests.support.packages.sample_package import renew_lists, zip_package
from tests.support.packages.system_files import LEFT_BY_SYSTEMS, put_system_files


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
