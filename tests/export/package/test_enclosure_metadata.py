"""The user's own evidence leaves for a platform without what names others, and for a lawyer as it is; both are told."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.verify import verify_path
from archiver.export.package.make_package import ExportReport
from archiver.export.package.order import LeftoverWish
from archiver.export.package.recipe import PackagePreview
from tests.support.archives.maker import CLIENT, ArchiveMaker, story
from tests.support.packages.exported_archives import (
    FACTS,
    add_enclosure,
    export_package,
    story_with_secrets,
    zip_files,
)
from tests.support.packages.files_with_metadata import AUTHOR, POSITION, picture


def printed(report: ExportReport) -> str:
    """The words of the report without spaces."""
    body = zip_files(report)["01_report.pdf"]
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True).stdout
    return "".join(text.decode().split())


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """The story with a photo whose author is nobody of the chat."""
    archive_maker = story(tmp_path / "home")
    archive_maker.contract("job1", platform="crowdworks", client="田中", **FACTS)
    add_enclosure(archive_maker, 1, "photo.jpg", picture("JPEG", author="栗本 実"))
    return archive_maker


@pytest.mark.drawn
def test_nothing_leaves_until_the_user_decided_about_metadata(maker: ArchiveMaker, tmp_path: Path) -> None:
    """Author and position are leftovers; hidden, a copy leaves whose digest stands beside the original's."""
    with pytest.raises(errors.LeftoversOpen) as refused:
        export_package(maker, "support", tmp_path / "out")

    assert {"栗本 実", POSITION, "栗本"} >= {one.piece for one in refused.value.leftovers} >= {"栗本 実", POSITION}
    report = export_package(maker, "support", tmp_path / "out", leftovers=LeftoverWish.HIDE)
    copy = zip_files(report)["04_screenshots/S-001.jpg"]
    assert "栗本".encode() not in copy
    words = printed(report)
    for body in (copy, picture("JPEG", author="栗本 実")):
        assert hashlib.sha256(body).hexdigest()[:16] in words
    assert "除きました(作成者、位置)" in words
    assert verify_path(Path(report.path)).ok


@pytest.mark.drawn
def test_what_the_user_leaves_stays_in_the_file_and_is_told(maker: ArchiveMaker, tmp_path: Path) -> None:
    """The file as it is, and its metadata in the report and in the preview."""
    previews: list[PackagePreview] = []
    answers = {"栗本 実": False, POSITION: False, "栗本": False}

    report = export_package(
        maker,
        "support",
        tmp_path / "out",
        leftover_answers=answers,
        confirm=lambda preview: not previews.append(preview),  # type: ignore[func-returns-value]
    )

    assert picture("JPEG", author="栗本 実") == zip_files(report)["04_screenshots/S-001.jpg"]
    words = printed(report)
    assert "作成者栗本実" in words
    assert f"位置{POSITION.replace(' ', '')}" in words
    assert [("S-001", False)] == [(one.file, one.removed) for one in previews[0].metadata]


@pytest.mark.drawn
def test_a_known_third_person_in_metadata_is_hidden_unasked(tmp_path: Path) -> None:
    """As in any text of such a package."""
    maker = story_with_secrets(tmp_path / "home")
    maker.contract("job1", platform="crowdworks", client="田中", **FACTS)
    add_enclosure(maker, 1, "photo.png", picture("PNG"))

    report = export_package(
        maker, "support", tmp_path / "out", counterparts={CLIENT}, leftover_answers={POSITION: False}
    )

    assert AUTHOR.encode() not in zip_files(report)["04_screenshots/S-001.png"]


@pytest.mark.drawn
def test_all_files_leave_as_copies_if_the_user_wants_it(maker: ArchiveMaker, tmp_path: Path) -> None:
    """What no copy can be made of stays out and is said; plain text has nothing to remove."""
    add_enclosure(maker, 2, "mail.txt", "納品しました".encode(), kind="mail")
    add_enclosure(maker, 3, "movie.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 40, kind="notice")

    report = export_package(maker, "support", tmp_path / "out", strip_metadata=True)

    files = zip_files(report)
    assert "納品しました".encode() == files["05_cw_notices/N-02.txt"]
    assert "05_cw_notices/N-03.mp4" not in files
    assert "N-03" in files["00_README.txt"].decode("utf-8-sig")
    assert any(one.startswith("N-03: 中に残るメタデータ") for one in report.missing)
    assert 1 == printed(report).count("除きました")
    assert "この資料に入っていません" in printed(report)


@pytest.mark.drawn
def test_a_lawyer_gets_the_files_as_they_are_and_is_told(maker: ArchiveMaker, tmp_path: Path) -> None:
    """The wish to remove metadata is refused there with one sentence."""
    with pytest.raises(errors.UsageError):
        export_package(maker, "lawyer", tmp_path / "out", strip_metadata=True)
    report = export_package(maker, "lawyer", tmp_path / "out")

    assert picture("JPEG", author="栗本 実") == Path(report.path, "data/enclosures/S-001.jpg").read_bytes()
    body = next(Path(report.path).rglob("report.pdf")).read_bytes()
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True).stdout
    assert "作成者 栗本 実" in text.decode()
