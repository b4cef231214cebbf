"""The archive that made a package knows it again, and tells a change that the package itself cannot tell."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.custody.exported_package_check import compare_with_exports, verify_here
from archiver.custody.verify import verify_path
from archiver.evidence.verify.findings import Verification
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from tests.support.archives.maker import story
from tests.support.packages.sample_package import NOW, lawyer_package, renew_lists, zip_package
from tests.support.stamps.stamped_archives import stamped_package


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


@pytest.mark.drawn
def test_a_package_made_here_leaves_nothing_unchecked(package: Path) -> None:
    """Its digest is the one recorded when it was made."""
    verification = verified(package, home_of(package))

    told = r"This archive made this export at [-\d]+ [:\d]+ \(Japan time\)"
    assert any(re.match(told, note) for note in verification.notes)
    assert ([], []) == (verification.findings, verification.unchecked)
    assert "No change was found." == verification.closing_sentence()


def checks(package: Path, home: Path) -> set[str]:
    """The checks that found something, in a home."""
    return {one.check for one in verified(package, home).findings}


def forged(package: Path, target: Path) -> Path:
    """A copy with an edited readme and lists made anew."""
    shutil.copytree(package, target)
    (target / "00_README.txt").write_bytes((target / "00_README.txt").read_bytes() + b"x")
    renew_lists(target)
    return target


@pytest.mark.drawn
def test_the_recorded_list_lying_elsewhere_in_a_package_is_not_taken_for_its_own(package: Path, tmp_path: Path) -> None:
    """In a zip without a folder, `data/tagmanifest-sha256.txt` lies as deep as the list of another zip."""
    target = forged(package, tmp_path / package.name)
    shutil.copy(package / "tagmanifest-sha256.txt", target / "data/tagmanifest-sha256.txt")
    renew_lists(target)
    path = zip_package(target, tmp_path / f"{package.name}.zip", root="")

    assert {"export-record"} == checks(path, home_of(package))


@pytest.mark.drawn
def test_a_zip_that_was_made_here_does_not_vouch_for_the_folder_around_it(package: Path, tmp_path: Path) -> None:
    """A package for an office, put into a package for a lawyer that was changed."""
    home = home_of(package)
    archive = Archive(home)
    order = ExportOrder(contract="job1", profile="support", out=tmp_path / "office")
    report = export(archive, order, now=lambda: NOW + timedelta(days=1))
    archive.close()
    target = forged(package, tmp_path / Path(str(report.zip)).stem)
    shutil.copy(str(report.zip), target)
    renew_lists(target)

    verification = verified(target, home)

    assert not any(note.startswith("This archive made this") for note in verification.notes)
    assert {"00_README.txt", Path(str(report.zip)).name} <= {one.subject for one in verification.findings}


def test_a_record_beside_an_honest_reply_is_found_deeply(package: Path, tmp_path: Path) -> None:
    """Records, seals and lists may be made anew; the reply beside them shows what Chatwork sent."""
    target = shutil.copytree(package, tmp_path / "altered")
    for said in (target / "data" / "raw").glob("*_messages_*[0-9].json"):
        said.write_bytes(said.read_bytes().replace(b'"body": "', b'"body": "x'))

    found = [
        "reply-object" in {one.check for one in verify_here(path, tmp_path, now=NOW, deep=deep).findings}
        for path, deep in ((target, True), (target, False), (package, True))
    ]
    assert [True, False, False] == found


def test_another_name_of_the_folder_hides_no_change(package: Path, tmp_path: Path) -> None:
    """The package is known by the name that it states, too."""
    assert {"export-record"} == checks(forged(package, tmp_path / "資料"), home_of(package))


def test_a_file_that_is_gone_and_one_too_many_are_named_as_long_as_that_is_remembered(
    package: Path, tmp_path: Path
) -> None:
    """An erasure forgets the names and digests of a package's files; then only that it was changed is told."""
    other = Path(shutil.copytree(package, tmp_path / package.name))
    (other / "data/transcript/index.html").rename(other / "data/transcript/more.html")
    (other / ".DS_Store").write_bytes(b"of the system")
    renew_lists(other)
    home = Path(shutil.copytree(home_of(package), tmp_path / "home"))

    named = verified(other, home)
    archive = Archive(home)
    with archive.writing() as writing:
        remembered_values.EXPORT_FILES.of("job1").remember(writing, None)
    archive.close()
    forgotten = verified(other, home)

    texts = {one.subject: one.text for one in named.findings if one.check == "export-record"}
    changed = {"data/transcript/index.html", "data/transcript/more.html", "bag-info.txt"}
    assert {package.name, *changed} == texts.keys()
    assert "it is not here" in texts["data/transcript/index.html"]
    assert "put no such file" in texts["data/transcript/more.html"]
    assert [package.name] == [one.subject for one in forgotten.findings if one.check == "export-record"]
    assert any("not remembered any more" in one.text for one in forgotten.unchecked)


@pytest.mark.parametrize("line", ["作成: 2026-11-24 22:31:07(日本時間)", "Made: 24 November 2026, 22:31:00 JST "])
def test_another_package_of_the_same_name_is_not_called_changed(package: Path, tmp_path: Path, line: str) -> None:
    """One of another second or in another language, made where it was not recorded, is no change of ours."""
    other = forged(package, tmp_path / package.name)
    readme = (other / "00_README.txt").read_text("utf-8")
    assert readme.count("作成: 2026-11-24 22:31:00(日本時間)") == 1
    (other / "00_README.txt").write_text(
        readme.replace("作成: 2026-11-24 22:31:00(日本時間)", line), "utf-8", newline=""
    )
    renew_lists(other)

    verification = verified(other, home_of(package))

    assert [] == verification.findings
    assert "not checked" in verification.closing_sentence()
    assert any("export of this name at another time or in another language" in one for one in verification.notes)


@pytest.mark.drawn
def test_own_stamps_that_are_gone_or_others_are_found(tmp_path: Path) -> None:
    """No list names them; the archive recorded them when the package was made."""
    package = Path(stamped_package(tmp_path / "made").path)
    (package / "tagmanifest-sha256.txt.a.tsr").unlink()
    home = tmp_path / "made/home"

    removed = verified(package, home)
    assert [("export-record", "a")] == [(one.check, one.subject) for one in removed.findings]
    shutil.copy(package / "tagmanifest-sha256.txt.b.tsr", package / "tagmanifest-sha256.txt.a.tsr")

    assert ("export-record", "a") in {(one.check, one.subject) for one in verified(package, home).findings}
    shutil.copy(package / "tagmanifest-sha256.txt.b.tsr", package / "tagmanifest-sha256.txt.c.tsr")
    assert ("export-record", "c") in {(one.check, one.subject) for one in verified(package, home).findings}


def test_a_package_for_an_office_is_known_unpacked_too_and_what_lies_beside_it_is_not_vouched_for(
    package: Path, tmp_path: Path
) -> None:
    """By its list of digests; a file beside the zip stays unchecked."""
    home = home_of(package)
    archive = Archive(home)
    order = ExportOrder(contract="job1", profile="support", out=tmp_path / "office")
    report = export(archive, order, now=lambda: NOW + timedelta(days=2))
    archive.close()
    with zipfile.ZipFile(str(report.zip)) as packed:
        packed.extractall(tmp_path)
    (Path(report.path) / "05_more.pdf").write_bytes(b"%PDF")

    unpacked, beside = verified(tmp_path / Path(report.path).name, home), verified(Path(report.path), home)

    assert ([], []) == (unpacked.findings, unpacked.unchecked)
    assert ["beside"] == [one.subject for one in beside.unchecked]


def test_of_a_package_without_a_record_only_that_is_said(package: Path, tmp_path: Path) -> None:
    """Automatic copies have none, and neither has an older state of the archive that made it."""
    story(tmp_path / "older").archive.close()

    (note,) = [one for one in verified(package, tmp_path / "older").notes if "record that it made" in one]

    assert "daily copies are not recorded" in note
    assert "older state" in note
