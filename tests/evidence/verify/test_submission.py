"""A package for a platform's office, by its one list; `tests/evidence/test_tampering.py` damages more of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from archiver.evidence.stamps.timestamp import request_stamp
from archiver.evidence.verify.package_at_path import is_submission, verify_package_at
from archiver.export.package.verify_script import verify_script
from tests.support.archives.maker import story
from tests.support.packages.exported_archives import export_package
from tests.support.packages.package_damage import renew_sums
from tests.support.packages.sample_package import NOW
from tests.support.stamps.stamped_archives import authority


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an undamaged package: zip, and files beside it."""
    place = tmp_path_factory.mktemp("whole")
    return Path(export_package(story(place / "home"), "support", place / "out").path)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """An unpacked copy."""
    with zipfile.ZipFile(whole / f"{whole.name}.zip") as packed:
        packed.extractall(tmp_path)
    return tmp_path / whole.name


def findings(place: Path) -> list[tuple[str, str]]:
    """Check and subject of each finding."""
    verification = verify_package_at(place)
    assert verification is not None
    return [(one.check, one.subject) for one in verification.findings]


def change(path: Path) -> None:
    """Change one byte."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


@pytest.mark.drawn
def test_an_undamaged_one_says_what_was_not_checked(whole: Path, folder: Path) -> None:
    """That its records are not in it; files are counted, the list itself is not."""
    for place in (whole, whole / f"{whole.name}.zip", folder):
        verification = verify_package_at(place)

        assert verification is not None
        assert ([], 4) == (verification.findings, verification.checked["files"])
        assert any("holds no records" in one.text for one in verification.unchecked)
        assert "Files checked against the list: 4." == verification.checked_sentence()


def test_a_loose_file_must_be_the_one_in_the_zip(whole: Path, tmp_path: Path) -> None:
    """Each of them may be handed in by itself; others that lie there do not matter."""
    beside = Path(shutil.copytree(whole, tmp_path / "copy" / whole.name))
    (beside / "memo.txt").write_text("mine")
    verification = verify_package_at(beside)
    assert verification is not None
    assert [] == verification.findings
    assert any(one.text.startswith("memo.txt: these lie beside") for one in verification.unchecked)

    change(beside / "01_report.pdf")

    assert [("manifest", "01_report.pdf")] == findings(beside)


def test_the_folder_is_found_by_its_name_from_within(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`verify.py .` in the folder of zip and loose files."""
    monkeypatch.chdir(whole)

    assert [] == findings(Path())


def test_a_list_that_leads_out_of_the_folder_is_found(folder: Path) -> None:
    """Nothing outside is opened."""
    with (folder / "SHA256SUMS.txt").open("a") as listed:
        listed.write(f"{'0' * 64}  ../../etc/passwd\n")

    assert [("manifest", "../../etc/passwd")] == findings(folder)


def test_nothing_to_check_is_a_finding(tmp_path: Path) -> None:
    """An empty list of no files proves nothing."""
    (tmp_path / "SHA256SUMS.txt").write_bytes(b"")

    assert [("nothing", "SHA256SUMS.txt")] == findings(tmp_path)


def test_a_list_made_anew_hides_an_edit(folder: Path) -> None:
    """It is said that only a package with records can show such a thing."""
    change(folder / "02_messages.csv")
    renew_sums(folder)

    verification = verify_package_at(folder)

    assert verification is not None
    assert verification.ok
    assert any("can be compared with the records" in one.text for one in verification.unchecked)


def test_a_stamp_must_be_over_the_list(folder: Path) -> None:
    """One over these bytes is counted, and that its signature was not checked is said; another one is found."""
    stamp, stamper = folder / "SHA256SUMS.txt.a.tsr", authority()
    stamp.write_bytes(request_stamp((folder / "SHA256SUMS.txt").read_bytes(), stamper, now=lambda: NOW).reply)
    good = verify_package_at(folder)
    stamp.write_bytes(request_stamp(b"something else", stamper, now=lambda: NOW).reply)

    assert good is not None
    assert ([], 1) == (good.findings, good.checked["stamps"])
    assert any("SHA256SUMS.txt.a.tsr" in note for note in good.notes)
    assert [("stamp", "SHA256SUMS.txt.a.tsr")] == findings(folder)


def test_a_link_in_it_is_told_and_not_followed(folder: Path) -> None:
    """It might lead anywhere."""
    (folder / "05_cw_notices").symlink_to("/etc")

    assert ("unsafe", "05_cw_notices") in findings(folder)


def test_the_program_for_lawyers_reads_it_too(folder: Path, tmp_path: Path) -> None:
    """`verify.py PATH` gives the same findings."""
    program = tmp_path / "verify.py"
    program.write_bytes(verify_script())
    command = [sys.executable, "-I", str(program), str(folder), "--json"]
    good = subprocess.run(command, capture_output=True, check=True)
    change(folder / "01_report.pdf")

    bad = subprocess.run(command, capture_output=True, check=False)

    assert json.loads(good.stdout)["ok"]
    assert 3 == bad.returncode
    assert ["01_report.pdf"] == [one["subject"] for one in json.loads(bad.stdout)["findings"]]


def test_only_its_list_makes_it_one() -> None:
    """Names alone decide."""
    assert is_submission(["a", "SHA256SUMS.txt"])
    assert not is_submission(["a", "sub/SHA256SUMS.txt"])
