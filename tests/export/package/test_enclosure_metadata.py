"""The user's own evidence leaves for a platform without what names others, and for a lawyer as it is; both are told."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package.recipe import PackagePreview
from tests.support.archives.maker import ArchiveMaker, story
from tests.support.packages.exported_archives import FACTS, add_enclosure, export_package, zip_files
from tests.support.packages.files_with_metadata import office_file, picture
from tests.support.reports import pdf_reader


def printed(pdf: bytes) -> str:
    """The words of a report without spaces."""
    return pdf_reader.without_spaces(pdf_reader.text(pdf))


@pytest.fixture
def maker(tmp_path: Path) -> ArchiveMaker:
    """The story with a photo whose author is nobody of the chat."""
    archive_maker = story(tmp_path / "home")
    archive_maker.contract("job1", platform="crowdworks", client="田中", **FACTS)
    add_enclosure(archive_maker, 1, "photo.jpg", picture("JPEG", author="栗本 実"))
    return archive_maker


@pytest.mark.drawn
def test_whatever_a_file_says_beside_its_content_stays_here(maker: ArchiveMaker, tmp_path: Path) -> None:
    """A copy leaves, whose digest stands beside the original's; what was removed is named, without its words."""
    previews: list[PackagePreview] = []
    add_enclosure(maker, 2, "memo.docx", office_file(), kind="other")

    def look(preview: PackagePreview) -> bool:
        previews.append(preview)
        return True

    report = export_package(maker, "support", tmp_path / "out", confirm=look)

    copy = zip_files(report)["04_screenshots/S-001.jpg"]
    assert "栗本".encode() not in copy
    words = printed(zip_files(report)["01_report.pdf"])
    for body in (copy, picture("JPEG", author="栗本 実")):
        assert hashlib.sha256(body).hexdigest()[:16] in words
    assert "除きました(作成者、位置)" in words
    assert verify_path(Path(report.path)).ok
    assert [("S-001", True), ("N-02", False)] == [(one.file, one.removed) for one in previews[0].metadata]
    assert "N-02" in report.incomplete[-1]
    assert "archive job enter " in report.incomplete[-1]


@pytest.mark.drawn
def test_a_lawyer_gets_the_files_as_they_are_and_is_told(maker: ArchiveMaker, tmp_path: Path) -> None:
    """Nothing is taken out of them; a report prints no word of them that the user hides."""
    report = export_package(maker, "lawyer", tmp_path / "out")
    hidden = export_package(maker, "lawyer", tmp_path / "hidden", policy=masking_policy("lawyer", masks=["栗本 実"]))

    assert picture("JPEG", author="栗本 実") == Path(report.path, "data/enclosures/S-001.jpg").read_bytes()
    assert "作成者栗本実" in printed(next(Path(report.path).rglob("report.pdf")).read_bytes())
    assert "作成者■■(指定)" in printed(next(Path(hidden.path).rglob("report.pdf")).read_bytes())
