"""A package is verified by itself: every change is found and named, also when its lists were made anew.

Most kinds of damage are played by `tests/evidence/test_tampering.py`, against the package's own script too.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver import errors
from archiver.custody.verify import verify_path
from archiver.evidence import chain
from archiver.evidence.masked_and_erased import masked_line
from archiver.evidence.tables import build
from archiver.evidence.tables.links_and_pauses import PAUSES
from archiver.evidence.verify.findings import Verification
from archiver.export.package.daily_copy import write_daily_copy
from tests.support.archives.maker import at
from tests.support.archives.tampering import findings_of, with_flipped_bit
from tests.support.cases import cases_of
from tests.support.packages.exported_archives import add_enclosure, reopen_maker
from tests.support.packages.sample_package import archive_of_the_story, renew_lists, zip_package

NO_STAMP = "No time stamp covers the seals: nothing shows since when they have existed."
HIDDEN = (
    "The seals name 8 records that are not in this package. By what the package states: records of saves: 1, "
    "alerts, notes and the owner's name: 1, of other chats or jobs: 6. "
    "Only the archive can tell whether that is so."
)
NOTE = (
    "The pages in data/transcript/ are protected by the lists of hashes alone; they were not compared with the records."
)

REPORTS = (
    "The reports (data/*.pdf, data/evidence_list.docx, data/evidence_list.xlsx) are protected by the lists of hashes "
    "alone; they were not compared with the records."
)


# --- nothing wrong -----------------------------------------------------------------------------


def test_an_intact_package_has_no_findings(sample: Path) -> None:
    """Everything is counted; what cannot be proved is said."""
    verification = verify_path(sample)

    assert [] == verification.findings
    assert {"entries": 29, "seals": 3, "stamps": 0, "files": 1, "messages": 7} == verification.checked
    assert [HIDDEN, NO_STAMP] == verification.notes
    assert [NOTE, REPORTS] == [
        one.text for one in verification.unchecked if one.subject in ("data/transcript/", "data/*.pdf")
    ]
    assert {"texts", "tagmanifest-sha256.txt", "data/raw/", "omissions"} < {
        one.subject for one in verification.unchecked
    }
    assert "6 things that were not checked" in verification.closing_sentence()


def test_its_zip_gives_the_same(sample: Path) -> None:
    """A zip is read as it lies there; it may hide bytes, which a folder cannot."""
    folder, packed = verify_path(sample), verify_path(sample.with_name(sample.name + ".zip"))

    assert ["zip"] == [one.subject for one in packed.unchecked if one not in folder.unchecked]
    packed.unchecked = folder.unchecked
    assert folder == packed


def test_a_zip_without_a_folder_around_it_is_a_package_too(sample: Path, tmp_path: Path) -> None:
    """Whoever packs it again packs it as they like."""
    verification = verify_path(zip_package(sample, tmp_path / "x.zip", root=""))

    assert [] == verification.findings


def test_a_daily_copy_has_no_findings(tmp_path: Path) -> None:
    """It holds messages and records, but no tables, and neither the user's own evidence nor the records of it."""
    archive = archive_of_the_story(tmp_path / "home")
    add_enclosure(reopen_maker(tmp_path / "home"), 1, "画面.png", b"png")
    path = write_daily_copy(archive, "job1", now=lambda: at(4600), file_limit_bytes=3, at_once=True)
    archive.close()
    assert path is not None

    verification = verify_path(path)

    assert [] == verification.findings
    assert 7 == verification.checked["messages"]


def test_progress_is_told(sample: Path) -> None:
    """Files, then messages, each to its end."""
    heard: dict[str, tuple[int, int]] = {}

    verify_path(sample, progress=lambda what, done, total: heard.update({what: (done, total)}))

    assert {"files", "messages"} == heard.keys()
    assert all(done == total for done, total in heard.values())


# --- files against their lists -----------------------------------------------------------------


@pytest.mark.drawn
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_any_flipped_bit_of_any_file_is_found_and_named(package: Path, data: strategies.DataObject) -> None:
    """One bit, wherever it lies: the file is named, or, for a list, what the list now says otherwise."""
    names = sorted(path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file())
    name = data.draw(strategies.sampled_from(names))
    whole = (package / name).read_bytes()
    (package / name).write_bytes(with_flipped_bit(whole, data.draw(strategies.integers(0, len(whole) * 8 - 1))))

    verification = verify_path(package)

    (package / name).write_bytes(whole)
    assert not verification.ok
    assert len(verification.findings) <= 12
    if not name.endswith("manifest-sha256.txt"):
        assert ("manifest", name) in findings_of(verification)


# --- lists made anew ---------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "before", "after", "subject"), cases_of(__file__, "edits"))
def test_an_edit_is_found_although_the_lists_were_made_anew(
    package: Path, name: str, before: str, after: str, subject: str
) -> None:
    """The records tell what every table must say."""
    path = package / "data" / name
    assert before.encode() in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(before.encode(), after.encode()))
    renew_lists(package)

    verification = verify_path(package)

    assert ("table-rows", subject) in findings_of(verification)
    assert all(check != "manifest" for check, _ in findings_of(verification))
    assert len(verification.findings) <= 12


def test_a_record_from_elsewhere_is_found(package: Path) -> None:
    """A line that was never sealed can be of the right form."""
    path = package / "data/entries.jsonl"
    last = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(chain.canonical(last | {"seq": last["seq"] + 1, "key": "message/8"}) + "\n")
    renew_lists(package)

    verification = verify_path(package)

    assert ("entry-unsealed", f"entry/{last['seq'] + 1}") == findings_of(verification)[0]


@pytest.mark.parametrize("is_described", [True, False])
def test_a_reply_that_its_description_or_the_records_do_not_name_is_found(package: Path, is_described: bool) -> None:
    """Changed together with its description, or without one, so that nobody could tell when it came."""
    path = min(path for path in (package / "data/raw").glob("*.json") if not path.name.endswith(".meta.json"))
    meta = path.with_name(path.stem + ".meta.json")
    if is_described:
        path.write_bytes(path.read_bytes() + b" ")
        described = json.loads(meta.read_bytes())
        digest = chain.reply_digest(bytes.fromhex(described["salt"]), path.read_bytes())
        meta.write_bytes(meta.read_bytes().replace(described["digest"].encode(), digest.encode()))
    else:
        meta.unlink()
    renew_lists(package)

    verification = verify_path(package)

    assert [("raw-replies", f"data/raw/{path.name}")] == findings_of(verification)


def test_a_masked_record_is_accepted_if_its_digest_was_sealed(package: Path) -> None:
    """What is hidden can still be counted."""
    path = package / "data/entries.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")  # no table shows the membership
    index = next(index for index, line in enumerate(lines) if '"key":"member/' in line and '"state":"present"' in line)
    lines[index] = masked_line(chain.digest(lines[index]), "第三者")
    path.write_bytes("\n".join(lines).encode())
    renew_lists(package)

    verification = verify_path(package)

    assert not [one for one in verification.findings if one.check.startswith("entry")]
    assert 29 == verification.checked["entries"]


# --- zips that want to do harm -----------------------------------------------------------------


@pytest.mark.drawn
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_a_damaged_zip_never_ends_in_an_exception(sample: Path, tmp_path: Path, data: strategies.DataObject) -> None:
    """Cut or with flipped bits in its list of files, it is told as far as it can be read."""
    path = tmp_path / "x.zip"
    whole = bytearray((sample.with_name(sample.name + ".zip")).read_bytes())
    start = whole.index(b"PK\x01\x02")
    for bit in data.draw(strategies.lists(strategies.integers(start * 8, len(whole) * 8 - 1), min_size=1, max_size=4)):
        whole[bit // 8] ^= 1 << bit % 8
    path.write_bytes(whole[: data.draw(strategies.sampled_from([len(whole), len(whole) - 30, start + 10]))])

    verification = verify_path(path)

    assert isinstance(verification, Verification)


# --- what is no package ------------------------------------------------------------------------


def test_what_is_neither_package_nor_archive_is_an_error(tmp_path: Path) -> None:
    """An empty folder, a text, a zip of something else, nothing at all."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("x", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("readme.txt", "x")

    told = []
    for name in ("empty", "text.txt", "other.zip", "absent"):
        with pytest.raises(errors.NothingThere) as raised:
            verify_path(tmp_path / name)
        told.append("does not exist" in str(raised.value))
    assert [False, False, False, True] == told


def test_a_zip_that_was_cut_off_is_told_as_such(package: Path, tmp_path: Path) -> None:
    """As after a download that broke off: what to do about it is to get it again."""
    whole = zip_package(package, tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])

    (finding,) = verify_path(tmp_path / "cut.zip").findings

    assert "its end is missing or damaged; copy or download it once more" in finding.text


def test_a_package_without_records_is_a_finding(package: Path) -> None:
    """Nothing to check is not the same as nothing wrong."""
    (package / "data/entries.jsonl").write_bytes(b"")
    for name in build.CSV_HEADERS:
        (package / "data" / name).unlink()
    for name in (build.MESSAGES, PAUSES):
        (package / "data" / name).write_bytes(b"")
    shutil.rmtree(package / "data/files")
    shutil.rmtree(package / "data/raw")
    renew_lists(package)

    verification = verify_path(package)

    assert [("nothing", "data/entries.jsonl")] == findings_of(verification)
