"""A package holds the stamps of its seals and one over itself; what did not come is said."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import bagit
import pytest

from archiver.custody.verify import verify_path
from archiver.evidence.stamps.roots import fingerprint, pem_to_der
from archiver.export.package.copied_parts import CopiedFiles, put_seals
from archiver.export.package.daily_copy import write_daily_copy
from archiver.export.package.make_package import ExportReport, export
from archiver.export.package.order import ExportOrder
from archiver.export.package.verify_script import verify_script
from archiver.export.stamps import StampService
from archiver.store import seals
from archiver.store.archive import Archive
from tests.support.archives.maker import at
from tests.support.packages.sample_package import NOW, archive_of_the_story, renew_lists
from tests.support.stamps.authorities import authority_in_memory
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority
from tests.support.stamps.stamped_archives import (
    authority,
    stamp_seals,
    stamp_service,
    stamped_archive,
    stamped_package,
)
from tests.support.world import Clock


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ExportReport:
    """Stamped by `a` and `b`; not to be changed."""
    return stamped_package(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(report: ExportReport, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(report.path, tmp_path / "package"))


def exported(archive: Archive, handed_in: StampService | None) -> ExportReport:
    return export(archive, ExportOrder(contract="job1", profile="lawyer"), now=lambda: NOW, stamping=handed_in)


def names(report: ExportReport) -> set[str]:
    root = Path(report.path)
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def text(report: ExportReport | Path, name: str = "00_README.txt") -> str:
    root = report if isinstance(report, Path) else Path(report.path)
    return (root / name).read_text(encoding="utf-8-sig")


# --- what is in it ----------------------------------------------------------------------------


def test_every_seal_bears_its_stamps_and_the_package_its_own(report: ExportReport) -> None:
    """Each beside what it stamps, with the roots to check; readme and rows tell how many and how late they came."""
    seals = [path.name for path in (Path(report.path) / "data/seals").glob("*.json")]
    lines = text(report, "data/messages.jsonl").split("\n")
    times = {one["message_id"]: one["stamped_at"] for one in map(json.loads, filter(None, lines))}

    assert 3 == len(seals)
    assert {f"data/seals/{name}.{one}.tsr" for name in seals for one in "ab"} <= names(report)
    assert {"data/tsa/a.pem", "data/tsa/b.pem", "verify.py"} <= names(report)
    assert {"tagmanifest-sha256.txt.a.tsr", "tagmanifest-sha256.txt.b.tsr"} <= names(report)
    assert (True, ()) == (report.stamped, report.incomplete)
    assert ("2026-11-14T13:31:00.000Z", "2026-11-24T13:31:00.000Z") == (times["1"], times["7"])
    told = [
        one in text(report) for one in ("確定記録 3件のうち 3件に付いています", "最も長いもので 9日", "付いていません")
    ]
    assert [True, True, False] == told
    assert verify_script() == (Path(report.path) / "verify.py").read_bytes()


@pytest.mark.drawn
def test_nobody_checked_whether_certificates_were_revoked(package: Path) -> None:
    """That is said; what an older package holds of it is unchecked too, and no finding."""
    for name in ("a.1.crl", "a.1.ors", "a.1.pem"):
        (package / "data/tsa" / name).write_bytes(b"once asked for")
    for own in package.glob("tagmanifest-sha256.txt.*"):
        own.unlink()
    renew_lists(package)

    verification = verify_path(package)

    assert "証明書が失効していないかは確かめていません。" in text(package, "VERIFY.txt")
    assert [] == verification.findings
    unchecked = {one.subject: one.text for one in verification.unchecked}
    assert "Whether certificates were revoked was not checked." in unchecked["data/tsa/"]
    assert "data/tsa/a.1.crl, data/tsa/a.1.ors, data/tsa/a.1.pem: " in unchecked["other files"]


def test_other_programs_find_it_whole(report: ExportReport) -> None:
    """The stamps beside the list disturb neither bagit-python nor sha256sum; the zip holds them too."""
    bagit.Bag(report.path).validate()
    for folder, name in (("", "manifest-sha256.txt"), ("", "tagmanifest-sha256.txt"), ("data", "content-sha256.txt")):
        command = ["sha256sum", "--strict", "--quiet", "-c", name]
        subprocess.run(command, cwd=Path(report.path, folder), check=True)
    with zipfile.ZipFile(str(report.zip)) as packed:
        assert f"{Path(report.path).name}/tagmanifest-sha256.txt.a.tsr" in packed.namelist()


# --- what is not ------------------------------------------------------------------------------


@pytest.mark.drawn
@pytest.mark.parametrize("silent", [["a"], ["a", "b"]])
def test_a_stamp_that_did_not_come_is_said(tmp_path: Path, silent: Sequence[str]) -> None:
    """Of the package and of its last seal; the package is made all the same, and verifies."""
    report = stamped_package(tmp_path, silent=silent)

    assert not report.stamped
    assert {
        sentence
        for name in silent
        for sentence in (
            f"タイムスタンプ({name}): この資料に付けられませんでした",
            f"タイムスタンプ({name}): 最後の確定記録(第3号)にまだ付いていません",
        )
    } == set(report.incomplete)
    assert "最後の確定記録(第3号)にまだ付いていません" in text(report)
    assert [] == verify_path(Path(report.path)).findings


@pytest.mark.drawn
def test_stamps_made_before_stay_although_no_authority_is_asked_any_more(tmp_path: Path) -> None:
    """What is held is handed out, with its root."""
    archive = archive_of_the_story(tmp_path / "home")
    stamp_seals(archive, [authority()])

    report = exported(archive, None)

    assert {"data/tsa/a.pem"} == {name for name in names(report) if name.endswith(".pem")}
    assert 2 == len([name for name in names(report) if name.endswith(".tsr")])
    assert (False, ()) == (report.stamped, report.incomplete)


@pytest.mark.drawn
def test_a_damaged_stamp_stays_out_and_is_said(tmp_path: Path) -> None:
    """The record of its arrival is in the package, so a verification says that the stamp is not there."""
    archive = archive_of_the_story(tmp_path / "home")
    stamp_seals(archive, [authority()])
    (path,) = (archive.home / seals.FOLDER).glob("000001-*.tsr")
    path.write_bytes(b"junk")

    report = exported(archive, None)

    assert (f"seals/{path.name}: タイムスタンプのファイルが壊れています",) == report.incomplete
    assert ["stamp-missing"] == [finding.check for finding in verify_path(Path(report.path)).findings]


@pytest.mark.drawn
def test_an_archive_that_cannot_be_written_is_handed_out_with_what_it_holds(tmp_path: Path) -> None:
    """The package's own stamp needs no archive."""
    archive = archive_of_the_story(tmp_path / "home")
    stamp_authority = authority()
    seals.close_seals(archive, now=NOW)
    stamp_seals(archive, [stamp_authority])
    archive.close()
    folder = archive.home / "seals"
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)

    handed_in = stamp_service(archive, stamp_authority)
    report = export(
        Archive(archive.home, unchanging=True),
        ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out"),
        now=lambda: NOW,
        stamping=StampService(handed_in.roots, lambda: None, handed_in.stamp),
    )

    folder.chmod(0o700)
    assert (True, ()) == (report.stamped, report.incomplete)
    assert (3, 3) == (report.seal, report.unsealed)  # the records of the three stamps
    assert [] == verify_path(Path(report.path)).findings


def test_a_daily_copy_holds_the_stamps_of_its_seals(tmp_path: Path) -> None:
    """But asks nobody."""
    archive = archive_of_the_story(tmp_path / "home")
    stamp_seals(archive, [authority()])
    path = write_daily_copy(archive, "job1", now=lambda: at(4600), file_limit_bytes=3, at_once=True)
    assert path is not None

    verification = verify_path(path)

    with zipfile.ZipFile(path) as packed:
        names = {name.partition("/")[2] for name in packed.namelist()}
        assert "openssl ts -verify" in packed.read(f"{path.stem}/VERIFY.txt").decode("utf-8")
    assert ([], 2) == (verification.findings, verification.checked["stamps"])
    assert "data/tsa/a.pem" in names
    assert "verify.py" not in names


# --- VERIFY.txt, word for word ----------------------------------------------------------------


def commands(package: Path, *programs: str) -> list[str]:
    """The lines of `VERIFY.txt` that call one of these programs."""
    lines = text(package, "VERIFY.txt").split("\n")
    return [line.strip() for line in lines if line.startswith("   ") and line.split()[0] in programs]


def run(package: Path, command: str) -> tuple[int, str]:
    done = subprocess.run(
        command, shell=True, cwd=package, capture_output=True, text=True, check=False, executable="/bin/sh"
    )
    return done.returncode, done.stdout + done.stderr


def test_every_line_can_be_run_as_it_stands(package: Path) -> None:
    """On an intact package each says that all is well; each root is named by its fingerprint, to be compared."""
    lists = commands(package, "sha256sum")
    stamps = [line for line in commands(package, "openssl") if "-verify" in line]

    assert (2, 2 + 2 + 6) == (len(lists), len(stamps))
    for line in lists:
        code, output = run(package, line)
        assert 0 == code
        assert {"OK"} == {one.rpartition(": ")[2] for one in output.strip().split("\n")}
    for line in stamps:
        code, output = run(package, line)
        assert (0, True) == (code, "Verification: OK" in output)
    assert ["python3 -I verify.py"] == commands(package, "python3")
    for name in "ab":
        (der,) = pem_to_der((package / f"data/tsa/{name}.pem").read_text())
        assert f"{name}: SHA-256 {fingerprint(der)}" in text(package, "VERIFY.txt")


def test_after_one_changed_byte_they_fail(package: Path) -> None:
    """Whichever file it is in."""
    for name in ("data/messages.csv", "manifest-sha256.txt", "tagmanifest-sha256.txt"):
        path = package / name
        path.write_bytes(path.read_bytes()[:-2] + b"x\n")
    for path in (package / "data/seals").glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"chatwork", b"chatwerk", 1))

    for line in commands(package, "sha256sum"):
        code, output = run(package, line)
        assert 0 != code
        assert "FAILED" in output
    for line in commands(package, "openssl"):
        if "-verify" in line:
            code, output = run(package, line)
            assert 0 != code
            assert "Verification: FAILED" in output


def test_the_lines_about_records_and_seals_find_what_they_should(package: Path) -> None:
    """The first record stands in a seal; the last seal names the one before; the package's stamp shows its own time."""
    (find, compare) = commands(package, "grep")
    (line, _other) = [line for line in commands(package, "openssl") if "-reply" in line]

    assert "data/seals/000001-2026-11-05.json" == run(package, find)[1].strip()
    assert "1" == run(package, compare)[1].strip()
    assert "Time stamp: Nov 24 13:31:00 2026 GMT" in run(package, line)[1]


@pytest.mark.drawn
def test_the_certificate_may_have_ended_long_ago(tmp_path: Path) -> None:
    """The moment of judging stands in each line, so today does not matter."""
    archive = archive_of_the_story(tmp_path / "home")
    long_ago = NOW - timedelta(days=900)
    brief = authority_in_memory(SimulatedAuthority(now=lambda: long_ago), AuthorityFault.BRIEF)
    stamp_seals(archive, [brief], at=long_ago)

    package = Path(exported(archive, None).path)

    for line in commands(package, "openssl"):
        assert "Verification: OK" in run(package, line)[1]
        assert "has expired" in run(package, line.partition(" -attime")[0])[1]


def test_a_stamp_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    """A package without seals still tells of every other third-party time on them."""
    archive, _authorities = stamped_archive(tmp_path / "home", Clock(NOW))
    with archive.reading() as reading:
        archived_seals = seals.seals(reading)
    broken = archive.home / seals.FOLDER / f"{archived_seals[0].name}.a.tsr"
    broken.unlink()
    broken.mkdir()
    copied = CopiedFiles()

    put_seals(None, archive.home, archived_seals, copied)

    stamps = {(one.number, one.authority) for one in copied.stamps.seal_stamps}
    assert {(one.number, name) for one in archived_seals for name in "ab"} - {(archived_seals[0].number, "a")} == stamps
    archive.close()
