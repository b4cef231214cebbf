"""The tampering suite: every kind of change to an archive or a package is found, under the name that the table gives.

What a package shows is found by the `verify.py` that lies in it too, finding by finding.
What no verification can find is listed in `test_undetectable.py`.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archiver.custody.verify import verify_archive, verify_path
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.findings import Verification
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.store.archive import Archive
from tests.support.archives import archive_damage
from tests.support.archives.tampering import copy_of
from tests.support.packages import package_damage
from tests.support.packages.exported_archives import read_all
from tests.support.packages.sample_package import NOW, load_script
from tests.support.stamps.stamped_archives import (
    authority,
    stamp_service,
    stamped_archive,
    stamped_copy,
    stamped_package,
)
from tests.support.world import Clock

ONLY_DEEPLY = ("readable-rows", "triggers")
"""Checks that `archive verify --deep` makes."""

ARCHIVE = {
    "bit of a record": "entry-digest entry/9",
    "bit of a digest": "entry-digest entry/9",
    "record edited": "entry-sealed entry/12",
    "record edited with its seal": "seal-chain seal/2",
    "salt replaced": "entry-sealed entry/12",
    "time of a record replaced": "entry-sealed entry/12",
    "record of another room": "entry-columns entry/9",
    "record of another account": "entry-columns entry/9",
    "key of a record": "entry-columns entry/9",
    "record removed": "entry-missing entry/9",
    "records removed": "entry-missing entry/9-12",
    "all records removed": "entry-missing entry/1-37",
    "records reordered": "entry-sealed entry/10",
    "record pushed in": "entry-sealed entry/12-37",
    "record before the first": "entry-number entry/0",
    "sealed end cut": "entry-missing entry/37",
    "last seal cut with its records": "stamp stamp/3/a",
    "re-chained with stale stamps": "stamp stamp/1/a",
    "re-chained, stamps by another root": "stamp stamp/3/a",
    "re-chained, stamps and root exchanged": "stamp-root seals/a.pem",
    "all seals back-dated": "stamp stamp/3/b",
    "last seal back-dated": "stamp stamp/3/a",
    "bit of a reply": "reply-digest reply/2",
    "reply cut": "reply-digest reply/2",
    "reply replaced with its digest": "reply-missing entry/14",
    "replies swapped": "reply-digest reply/3",
    "reply that cannot be opened": "reply-digest reply/2",
    "reply removed": "reply-missing entry/14",
    "bit of a file": "file-changed files/",
    "file cut": "file-changed files/",
    "file emptied": "file-changed files/",
    "file removed": "file-missing files/",
    "files swapped": "file-changed files/",
    "bit of a seal": "seal-digest seal/2",
    "seal cut": "seal-digest seal/2",
    "seal removed": "seal-missing seal/2",
    "first seal removed": "seal-missing seal/1",
    "last seal removed": "seal-missing seal/3",
    "row of the first seal removed": "seal-row seal/1",
    "seal removed with its row": "seal-missing seal/2",
    "seals swapped": "seal-digest seal/1",
    "seal renamed": "seal-form seal/2",
    "second file of a seal": "seal-extra seal/2",
    "row of a seal removed": "seal-row seal/2",
    "row of the last seal removed": "seal-row seal/3",
    "row of a seal back-dated": "seal-row seal/2",
    "digest in the row of a seal": "seal-digest seal/2",
    "stamp is none": "stamp stamp/2/a",
    "stamp cut": "stamp stamp/2/a",
    "bit of a stamp's signature": "stamp stamp/2/a",
    "stamps swapped": "stamp stamp/1/a",
    "stamp of another authority": "stamp stamp/1/a",
    "stamp by another root": "stamp stamp/3/a",
    "stamp over no seal": "stamp stamp/9/a",
    "stamps stripped": "stamp-missing stamp/1/a",
    "root of another": "stamp-root seals/a.pem",
    "root removed": "stamp-root seals/a.pem",
    "root is none": "stamp-root seals/a.pem",
    "text in the readable table": "readable-rows message_version/123456789/4/1",
    "row of the readable table removed": "readable-rows task/123456789/55",
    "trigger removed": "triggers entry_no_delete",
    "page of the database": "database archive.sqlite3",
    "database replaced": "database archive.sqlite3",
    "index of the database": "database archive.sqlite3",
}

PACKAGE = {
    "file changed": "manifest data/files/F-0001.png",
    "file removed": "manifest data/files/F-0001.png",
    "file added": "manifest data/extra.txt",
    "tag file added": "manifest extra.txt",
    "page changed": "manifest data/transcript/index.html",
    "script changed": "manifest verify.py",
    "manifest removed": "manifest manifest-sha256.txt",
    "manifest is none": "manifest manifest-sha256.txt",
    "manifest leads out": "manifest ../outside",
    "manifest not canonical": "manifest manifest-sha256.txt",
    "tagmanifest removed": "manifest tagmanifest-sha256.txt",
    "declaration removed": "package-form bagit.txt",
    "declaration changed": "package-form bagit.txt",
    "link": "unsafe data/messages.csv",
    "message edited": "table-rows message/4",
    "message renumbered": "table-rows message/3",
    "time of a stamp edited": "table-rows message/1",
    "messages removed": "table-rows data/messages.jsonl",
    "csv edited": "table-rows message/4",
    "csv removed": "table-rows data/events.csv",
    "record edited": "entry-sealed entry/12",
    "record removed": "table-rows message/7",
    "records reordered": "entry-order entry/38",
    "record that is none": "entry-form entries.jsonl:32",
    "record masked": "masked data/masked.jsonl",
    "records removed": "package-form data/entries.jsonl",
    "records emptied": "table-rows message/7",
    "file of another record": "package-files data/files/F-0009.png",
    "reply changed": "raw-replies data/raw/20261105T010500Z_messages_r123456789_1.json",
    "seals removed": "seal-missing data/seals/",
    "seal removed": "seal-missing seal/2",
    "seal cut": "seal-form seal/2",
    "last seal forged": "stamp stamp/3/a",
    "stamp removed": "manifest data/seals/000003-2026-11-14.json.a.tsr",
    "stamp removed, lists anew": "stamp-missing stamp/2/a",
    "stamp exchanged, lists anew": "stamp-changed stamp/1/a",
    "stamps removed": "table-rows message/1",
    "stamp is none": "stamp stamp/2/a",
    "stamp cut": "stamp stamp/2/a",
    "stamps swapped": "stamp stamp/1/a",
    "stamp of another authority": "stamp stamp/1/a",
    "stamp of no seal": "stamp stamp/9/a",
    "root of another": "stamp stamp/1/a",
    "root removed": "stamp-root data/tsa/a.pem",
    "root is none": "stamp-root data/tsa/a.pem",
    "page changed, lists anew": "stamp tagmanifest-sha256.txt.a.tsr",
    "report changed": "manifest data/report.pdf",
    "report changed, lists anew": "stamp tagmanifest-sha256.txt.a.tsr",
    "script changed, lists anew": "stamp tagmanifest-sha256.txt.a.tsr",
    "instructions changed, lists anew": "stamp tagmanifest-sha256.txt.a.tsr",
    "list cut": "manifest data/tsa/b.pem",
    "file renamed": "manifest verify.txt",
    "file emptied": "manifest data/files/F-0001.png",
    "files edited, lists anew": "package-files data/files/F-0001.png",
    "csv row removed": "table-rows message/7",
    "messages reordered": "table-rows message/7",
    "salt replaced": "entry-sealed entry/39",
    "records renumbered": "entry-sealed entry/38",
    "record twice": "entry-order entry/39",
    "record cut": "entry-form entries.jsonl:31",
    "seals back-dated": "stamp stamp/3/a",
    "seals swapped": "seal-chain seal/2",
    "first seal removed": "seal-missing seal/1",
    "last seal removed": "entry-unsealed entry/35-39",
    "stamp by another root": "stamp stamp/1/a",
    "stamp before its seal": "stamp-time stamp/3/late",
    "replies swapped": "raw-replies data/raw/20261105T010500Z_messages_r123456789_1.json",
    "masked, shown otherwise than in the tables": "table-rows message/7",
    "masked, more shown than masked": "masked data/masked.jsonl",
    "masked, shown under the key of no message": "entry-form entry/",
    "masked, shown in a room that cannot be": "entry-form entry/",
    "name like another": "unsafe data/messages.csv",
    "masked, never sealed": "entry-sealed entries.jsonl:29",
    "own stamp is none": "stamp tagmanifest-sha256.txt.a.tsr",
    "own stamp of something else": "stamp tagmanifest-sha256.txt.a.tsr",
}

ENCLOSURES = {
    "screenshot changed": "manifest data/enclosures/S-001.png",
    "screenshot changed, lists anew": "package-enclosures data/enclosures/S-001.png",
    "notice emptied, lists anew": "package-enclosures data/enclosures/N-02.eml",
    "notice removed, lists anew": "package-enclosures data/enclosures/N-02",
    "all removed, lists anew": "package-enclosures data/enclosures/S-001",
    "swapped, lists anew": "package-enclosures data/enclosures/S-001.png",
    "added, lists anew": "package-enclosures data/enclosures/S-004.png",
    "taken back and there all the same": "package-enclosures data/enclosures/S-003.png",
    "under another name, lists anew": "package-enclosures data/enclosures/x.png",
    "twice, lists anew": "package-enclosures data/enclosures/S-001.",
}

ZIP = {
    "two files of a name": "unsafe P/data/messages.csv",
    "path that leads out": "unsafe P/../../evil",
    "path from the root": "unsafe /etc/evil",
    "path of another system": "unsafe P\\..\\evil",
    "path with a drive": "unsafe C:/evil",
    "link": "unsafe P/data/link",
    "something beside the package": "unsafe Q/other",
    "bomb": "unsafe P/data/messages.csv",
    "files that overlap": "unsafe P/data/messages.jsonl",
    "encrypted": "unsafe P/data/messages.csv",
    "way of compressing": "unsafe P/data/messages.csv",
    "name in the list": "unreadable data/massages.csv",
    "cut": "unreadable x.zip",
    "list cut off": "unreadable x.zip",
    "end that states another place": "zip-form x.zip",
    "end that states fewer files": "zip-form x.zip",
    "header that states another way of compressing": "zip-form P/00_README.txt",
    "header that states another checksum": "zip-form P/00_README.txt",
    "second name": "zip-form P/data/messages.csv",
    "without declaration": "package-form bagit.txt",
    "root removed": "stamp-root data/tsa/a.pem",
}

SUPPORT = {
    "report changed": "manifest 01_report.pdf",
    "csv edited": "manifest 02_messages.csv",
    "file removed": "manifest 03_inquiry_text.txt",
    "file added": "manifest 04_extra.txt",
    "list is none": "manifest SHA256SUMS.txt",
    "stamp is none": "stamp SHA256SUMS.txt.a.tsr",
    "report changed, list anew": "stamp SHA256SUMS.txt.a.tsr",
    "csv edited, list anew": "stamp SHA256SUMS.txt.a.tsr",
    "file removed, list anew": "stamp SHA256SUMS.txt.a.tsr",
}


def test_every_kind_is_in_the_tables() -> None:
    """A kind that somebody adds must say under which name it is found."""
    assert archive_damage.KINDS.keys() == ARCHIVE.keys()
    assert package_damage.KINDS.keys() == PACKAGE.keys()
    assert package_damage.ENCLOSURE_KINDS.keys() == ENCLOSURES.keys()
    assert package_damage.ZIP_KINDS.keys() == ZIP.keys()
    assert package_damage.SUPPORT_KINDS.keys() == SUPPORT.keys()


def verification_of(verification: Any) -> list[str]:
    """Check and subject of each finding."""
    return [f"{one.check} {one.subject}" for one in verification.findings]


def names(verification: Verification, expected: str) -> bool:
    """Whether a finding is the expected one."""
    return any(one.startswith(expected) for one in verification_of(verification))


# --- archives ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive_sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, tuple[Authority, ...]]:
    """A stamped archive to be copied, and the authorities that its settings name."""
    archive, authorities = stamped_archive(tmp_path_factory.mktemp("kept") / "home", Clock())
    archive.close()
    return archive, authorities


@pytest.fixture
def archive(archive_sample: tuple[Archive, tuple[Authority, ...]], tmp_path: Path) -> Iterator[Archive]:
    """A copy to be damaged."""
    copy = copy_of(archive_sample[0], tmp_path / "home")
    yield copy
    copy.close()


def test_the_archive_is_whole_before(archive_sample: tuple[Archive, tuple[Authority, ...]]) -> None:
    """Nothing is found in what was not damaged, however deep one looks."""
    verification = verify_archive(archive_sample[0], deep=True, authorities=archive_sample[1])

    assert [] == verification.findings
    assert {"entries": 45, "seals": 3, "stamps": 6, "files": 2, "messages": 8} == verification.checked


@pytest.mark.parametrize("kind", ARCHIVE)
def test_a_damaged_archive_is_found(
    archive: Archive, archive_sample: tuple[Archive, tuple[Authority, ...]], kind: str
) -> None:
    """`archive verify` names what is wrong."""
    archive_damage.KINDS[kind](archive)

    verification = verify_archive(archive, deep=ARCHIVE[kind].startswith(ONLY_DEEPLY), authorities=archive_sample[1])

    assert names(verification, ARCHIVE[kind]), verification_of(verification)


# --- packages ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package to be copied."""
    return stamped_copy(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(package_sample: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(shutil.copytree(package_sample, tmp_path / package_sample.name))


@pytest.fixture(scope="module")
def script(package_sample: Path) -> ModuleType:
    """The package's own script."""
    return load_script(package_sample / "verify.py")


@pytest.fixture(scope="module")
def check(script: ModuleType) -> Any:
    """The script's own judge of stamps, who is asked about each only once."""
    return cache(script.openssl_check())


@pytest.mark.drawn(but=25)
@pytest.mark.parametrize("kind", PACKAGE)
def test_a_damaged_package_is_found(package: Path, script: ModuleType, check: Any, kind: str) -> None:
    """By the program and by the script alike: check and subject of every finding, their order, what was counted."""
    package_damage.KINDS[kind](package)

    ours, theirs = verify_path(package), script.verify_package_at(package, check=check)

    assert names(ours, PACKAGE[kind]), verification_of(ours)
    assert verification_of(ours) == verification_of(theirs)
    assert (ours.checked, ours.ok) == (theirs.checked, theirs.ok)


@pytest.fixture(scope="module")
def enclosed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package with the user's own evidence in it, to be copied."""
    return Path(stamped_package(tmp_path_factory.mktemp("enclosed"), enclosed=True).path)


@pytest.mark.drawn
def test_a_package_with_the_users_own_evidence_is_whole_before(enclosed: Path, script: ModuleType, check: Any) -> None:
    """What was taken back is not in it, and that is right."""
    ours, theirs = verify_path(enclosed), script.verify_package_at(enclosed, check=check)

    assert {"N-02.eml", "S-001.png"} == {path.name for path in (enclosed / "data/enclosures").iterdir()}
    assert [] == ours.findings
    assert [] == theirs.findings
    assert {"entries": 35, "seals": 3, "stamps": 8, "files": 3, "messages": 7} == ours.checked


@pytest.mark.drawn
@pytest.mark.parametrize("kind", ENCLOSURES)
def test_damaged_evidence_of_the_user_is_found(
    enclosed: Path, script: ModuleType, check: Any, tmp_path: Path, kind: str
) -> None:
    """By the program and by the script alike, against the digests that were sealed."""
    package = Path(shutil.copytree(enclosed, tmp_path / enclosed.name))
    package_damage.ENCLOSURE_KINDS[kind](package)

    ours, theirs = verify_path(package), script.verify_package_at(package, check=check)

    assert names(ours, ENCLOSURES[kind]), verification_of(ours)
    assert verification_of(ours) == verification_of(theirs)
    assert (ours.checked, ours.ok) == (theirs.checked, theirs.ok)


@pytest.mark.drawn(but=5)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ZIP)
def test_a_zip_that_was_tampered_with_is_found(
    package: Path, script: ModuleType, check: Any, tmp_path: Path, kind: str
) -> None:
    """By both alike, without doing what it asks for."""
    path = tmp_path / "x.zip"
    package_damage.ZIP_KINDS[kind](package, path)

    ours, theirs = verify_path(path), script.verify_package_at(path, check=check)

    assert names(ours, ZIP[kind]), verification_of(ours)
    assert verification_of(ours) == verification_of(theirs)


@pytest.fixture(scope="module")
def submission(package_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package for a platform's office, unpacked."""
    archive, folder = Archive(package_sample.parents[1] / "home"), tmp_path_factory.mktemp("submission")
    report = export(
        archive,
        read_all(archive, ExportOrder(contract="job1", profile="support", out=folder / "out")),
        now=lambda: NOW,
        stamping=stamp_service(archive, authority()),
    )
    archive.close()
    with zipfile.ZipFile(str(report.zip)) as packed:
        packed.extractall(folder)
    return folder / Path(str(report.zip)).stem


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize("kind", SUPPORT)
def test_a_damaged_package_for_an_office_is_found(
    submission: Path, script: ModuleType, check: Any, tmp_path: Path, kind: str
) -> None:
    """It holds no records: its one list, and the stamp over that, must hold everything."""
    folder = Path(shutil.copytree(submission, tmp_path / "P"))
    assert verify_path(folder).ok
    package_damage.SUPPORT_KINDS[kind](folder)

    ours, theirs = verify_path(folder), script.verify_package_at(folder, check=check)

    assert names(ours, SUPPORT[kind]), verification_of(ours)
    assert verification_of(ours) == verification_of(theirs)
