"""A package made anew from its archive has the same bytes, so that the files that were changed can be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.custody.export_records import compare_with_exports
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package_files import PackageFolder
from archiver.export.package.remade_package import compare_with_remade
from archiver.store.archive import Archive
from tests.support.archives.maker import message_object
from tests.support.packages.exported_archives import reopen_maker
from tests.support.packages.sample_package import lawyer_package, renew_lists


def compared(package: Path, home: Path) -> Verification:
    """The package compared with the records of its home, and made anew there."""
    verification, archive = Verification(), Archive(home)
    for subject in ("texts", "data/raw/", "data/transcript/", "omissions"):
        verification.add_unchecked(subject, "…")
    recorded = compare_with_exports(verification, package, archive)
    assert recorded is not None
    compare_with_remade(verification, PackageFolder(package, Verification()), archive, recorded.contract, {})
    archive.close()
    return verification


def test_the_files_that_were_changed_are_named(tmp_path: Path) -> None:
    """A page and the readme, with lists made anew; also after the chat went on and a text was edited."""
    package = lawyer_package(tmp_path)
    maker = reopen_maker(tmp_path / "home")
    maker.sync(
        [message_object(6, "確認しませんでした", sent=4500, update_time=1), message_object(8, "続き", sent=4800)],
        minutes=4900,
    )
    maker.archive.close()
    for name in ("00_README.txt", "data/transcript/index.html"):
        (package / name).write_bytes((package / name).read_bytes() + b" ")
    renew_lists(package)

    verification = compared(package, tmp_path / "home")

    assert ["export-record"] == [one.check for one in verification.findings]
    said = {one.subject: one.text for one in verification.unchecked}
    assert "these do not: 00_README.txt, data/" in said["remade"]
    assert "data/transcript/index.html" in said["remade"]
    assert "data/messages.csv" not in said["remade"]
    assert {"texts", "data/transcript/", "remade"} == said.keys()


@pytest.mark.slow
def test_another_version_is_not_compared(tmp_path: Path) -> None:
    """What another version of the program made may differ in every page."""
    package = lawyer_package(tmp_path)
    info = package / "bag-info.txt"
    info.write_bytes(info.read_bytes().replace(b"chatwork-archiver ", b"chatwork-archiver 9"))
    renew_lists(package)

    verification = compared(package, tmp_path / "home")

    assert "were not made anew to be compared: chatwork-archiver 9" in verification.unchecked[-1].text
