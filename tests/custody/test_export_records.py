"""The archive that made a package knows it again, and tells a change that the package itself cannot tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from archiver.custody.export_records import compare_with_exports
from archiver.custody.verify import verify_path
from archiver.evidence.verify.findings import Verification
from archiver.store.archive import Archive
from tests.support.packages.sample_package import lawyer_package, renew_lists


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lawyer's package; its archive is beside it."""
    return lawyer_package(tmp_path_factory.mktemp("made"))


def verified(package: Path, home: Path) -> Verification:
    """The package as `archive verify` checks it in a home."""
    verification = verify_path(package)
    compare_with_exports(verification, package, Archive(home))
    return verification


def home_of(package: Path) -> Path:
    """The home of the archive that made it."""
    return next(path.parent for path in package.parent.parent.rglob("archive.sqlite3"))


def test_a_package_made_here_leaves_nothing_unchecked(package: Path) -> None:
    """Its digest is the one recorded when it was made."""
    verification = verified(package, home_of(package))

    assert any(note.startswith("This archive made this package at") for note in verification.notes)
    assert ([], []) == (verification.findings, verification.unchecked)
    assert "No change was found." == verification.closing_sentence()


def test_a_page_changed_with_lists_made_anew_is_found_at_home(package: Path) -> None:
    """The package alone cannot tell it, and says so."""
    readme = package / "00_README.txt"
    original = readme.read_bytes()
    readme.write_bytes(original + "書き足した行\r\n".encode())
    renew_lists(package)

    alone, at_home = verify_path(package), verified(package, home_of(package))

    assert alone.ok
    assert "not checked" in alone.closing_sentence()
    assert ["export-record"] == [one.check for one in at_home.findings]
    readme.write_bytes(original)
    renew_lists(package)


@pytest.mark.parametrize("oddity", ["before", "after", "comment", "date"])
def test_what_a_zip_hides_is_found(tmp_path: Path, oddity: str) -> None:
    """Bytes of no file, a comment, a date that does not exist."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        info = zipfile.ZipInfo("a/SHA256SUMS.txt", (2026, 11, 24, 0, 0, 0))
        packed.writestr(info, b"")
        if oddity == "comment":
            packed.comment = b"hidden"
    body = path.read_bytes()
    if oddity == "before":
        path.write_bytes(b"PK hidden" + body)
    elif oddity == "after":
        path.write_bytes(body + b"hidden")
    elif oddity == "date":
        path.write_bytes(body.replace(info.FileHeader()[12:14], b"\x00\x00"))

    assert "zip-form" in {one.check for one in verify_path(path).findings}
