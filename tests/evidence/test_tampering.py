"""The tampering suite: every kind of change to an archive or a package is found, under the name that the table gives.

What a package shows is found by the `verify.py` that lies in it too, finding by finding.
What no verification can find is listed in `test_undetectable.py`.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
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
from tests.support.cases import cases_of
from tests.support.packages import package_damage
from tests.support.packages.exported_archives import read_all
from tests.support.packages.sample_package import NOW
from tests.support.stamps.stamped_archives import authority, stamp_service, stamped_archive, stamped_package
from tests.support.world import Clock

ONLY_DEEPLY = ("readable-rows", "triggers")
"""Checks that `archive verify --deep` makes."""

ARCHIVE = dict(cases_of(__file__, "archive"))

PACKAGE = dict(cases_of(__file__, "package"))

ENCLOSURES = dict(cases_of(__file__, "enclosures"))

ZIP = dict(cases_of(__file__, "zip"))

SUPPORT = dict(cases_of(__file__, "support"))


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


def judge(path: Path, expected: str, script: ModuleType, check: Any) -> None:
    """The program names the expected, and the script finds the same, in the same order, and counted as much."""
    ours, theirs = verify_path(path), script.verify_package_at(path, check=check)

    assert names(ours, expected), verification_of(ours)
    assert verification_of(ours) == verification_of(theirs)
    assert (ours.checked, ours.ok) == (theirs.checked, theirs.ok)


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


@pytest.mark.drawn(but=40)
@pytest.mark.parametrize("kind", PACKAGE)
def test_a_damaged_package_is_found(stamped: Path, script: ModuleType, check: Any, kind: str) -> None:
    """By the program and by the script alike: check and subject of every finding, their order, what was counted."""
    package_damage.KINDS[kind](stamped)

    judge(stamped, PACKAGE[kind], script, check)


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

    judge(package, ENCLOSURES[kind], script, check)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ZIP)
def test_a_zip_that_was_tampered_with_is_found(
    stamped: Path, script: ModuleType, check: Any, tmp_path: Path, kind: str
) -> None:
    """By both alike, without doing what it asks for."""
    path = tmp_path / "x.zip"
    package_damage.ZIP_KINDS[kind](stamped, path)

    judge(path, ZIP[kind], script, check)


@pytest.fixture(scope="module")
def submission(stamped_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped package for a platform's office, unpacked."""
    archive, folder = Archive(stamped_sample.parents[1] / "home"), tmp_path_factory.mktemp("submission")
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

    judge(folder, SUPPORT[kind], script, check)
