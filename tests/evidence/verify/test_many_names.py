"""A zip with very many names: the work grows with their number, is told while it goes on, and has a bound."""

from __future__ import annotations

import copy
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from archiver.evidence.verify import package_reader
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_at_path import verify_package_at
from archiver.evidence.verify.package_reader import ZippedPackage, leave_out_system_files

NAMES = 1_000


class ComparedName(str):
    """A name that counts how often it is compared with others."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        ComparedName.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def zip_of(path: Path, names: list[str]) -> Path:
    """A zip with empty files."""
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, b"")
    return path


@pytest.mark.parametrize(
    ("name", "first"),
    [("f{}/a", "P/bagit.txt"), ("f{}/a", "x"), ("P/{}/.DS_Store", "P/bagit.txt"), ("__MACOSX/{}/._a", "P/bagit.txt")],
)
def test_each_name_is_compared_with_few_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, first: str
) -> None:
    """With 60,000 of them, comparing each with each takes minutes."""
    path = zip_of(tmp_path / "x.zip", [first, *map(name.format, range(NAMES))])
    listed = zipfile.ZipFile.infolist

    def counted(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        infos = [copy.copy(info) for info in listed(packed)]
        for info in infos:
            info.filename = ComparedName(info.filename)
        return infos

    monkeypatch.setattr(zipfile.ZipFile, "infolist", counted)
    monkeypatch.setattr(ComparedName, "compared", 0)
    tree = ZippedPackage(path, Verification())
    names = [ComparedName(one) for one in tree.names()]
    monkeypatch.setattr(tree, "names", lambda: names)
    leave_out_system_files(tree, Verification())
    tree.close()

    assert ComparedName.compared < 10 * NAMES


def test_how_far_the_look_at_a_zip_is_is_told(tmp_path: Path) -> None:
    """Before its files are read; what is called may end the work, as Ctrl-C does."""
    told: list[tuple[str, int, int]] = []

    verify_package_at(zip_of(tmp_path / "x.zip", ["P/bagit.txt", "P/a"]), lambda *step: told.append(step))

    assert [("zip", 1, 2), ("zip", 2, 2)] == told[:2]
    assert {"files"} == {what for what, _done, _total in told[2:]}


def test_bytes_that_many_names_share_are_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the names could claim the whole of a large file for itself."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("P/bagit.txt", b"text " * 1_000)
        for number in range(20):
            info = copy.copy(packed.infolist()[0])
            info.filename = info.orig_filename = f"P/{number}"
            packed.filelist.append(info)
    unpacked: list[int] = []
    unpack = zlib.decompressobj

    def counted(bits: int) -> Any:
        unpacked.append(bits)
        return unpack(bits)

    monkeypatch.setattr(zlib, "decompressobj", counted)

    verification = verify_package_at(path)

    assert verification is not None
    assert 20 == sum("larger than it can be" in one.text for one in verification.findings)
    assert len(unpacked) <= 3  # once to look behind its end, and as often as it is read


def test_a_list_of_files_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a list of digests of so many files is not."""
    path = zip_of(tmp_path / "x.zip", ["P/bagit.txt", "P/a"])
    monkeypatch.setattr(package_reader, "TEXT_LIMIT", 100)

    verification = verify_package_at(path)

    assert verification is not None
    assert ["The zip cannot be read: its list of files is too long"] == [one.text for one in verification.findings]


def test_lists_that_many_files_are_about_are_read_a_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file could be about a list as long as a list may be."""
    names = [f"manifest{number:08}.txt" for number in range(20)]
    names += [f"tagmanifest-sha256.txt.a{number}.tsr" for number in range(20)]
    for name in ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/entries.jsonl", *names):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    opened: list[str] = []
    opens = package_reader.PackageFolder.open

    def counted(tree: package_reader.PackageFolder, name: str) -> BinaryIO:
        opened.append(name)
        return opens(tree, name)

    monkeypatch.setattr(package_reader.PackageFolder, "open", counted)

    verification = verify_package_at(tmp_path)

    assert verification is not None
    assert 20 == verification.checked["stamps"]
    assert max(map(opened.count, ("manifest-sha256.txt", "tagmanifest-sha256.txt"))) < 5
