"""`archive verify FILED.pdf` and `archive verify CODE`: pages of a court's export are found again."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from archiver.export.pdf import page_code
from archiver.export.pdf.page_items import read_pages
from tests.support.archives.maker import story
from tests.support.packages.exported_archives import export_package
from tests.support.reports import pdf_reader
from tests.support.terminals.forked_program import program, run_command

pytestmark = pytest.mark.drawn


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export for a court in the folder that the archive's settings name."""
    place = tmp_path_factory.mktemp("court")
    return Path(export_package(story(place / "home"), "court", place / "home" / "exports").path)


def _verify(package: Path, *arguments: object, lang: str = "en", code: int = 3) -> str:
    environ = {**os.environ, "ARCHIVE_HOME": str(package.parents[1]), "ARCHIVE_LANG": lang, "HOME": str(package)}
    process = run_command(program("verify", *map(str, arguments)), environ)
    assert code == process.returncode, process.stdout + process.stderr
    return process.stdout


def _merged(package: Path, target: Path) -> Path:
    """Pages of two files in another order, behind one of another export, one without text, and without metadata."""
    writer = PdfWriter()
    writer.append(io.BytesIO(pdf_reader.pdf_bytes(pdf_reader.report(code_label="ページの符号"))))
    writer.add_blank_page(595, 842)
    for name, number in (("甲001の2.pdf", 0), ("甲001の1.pdf", 1), ("甲001の1.pdf", 2)):
        writer.add_page(PdfReader(package / name).pages[number])
    writer.write(target)
    return target


def test_each_page_of_a_filed_file_is_found_again(package: Path, tmp_path: Path) -> None:
    """In the exports of this archive without naming one; what is of no export, or has no text, is told apart."""
    document = json.loads(_verify(package, _merged(package, tmp_path / "甲1.pdf"), "--json"))

    found = [(one["status"], one["reason"], (one["of"] or {}).get("page")) for one in document["pages"]]
    assert [("unknown", "", None), ("unreadable", "no_text", None)] == found[:2]
    assert [("same", "", 1), ("same", "", 2), ("same", "", 3)] == found[2:]
    assert [(str(package), True)] == [(one["path"], one["ok"]) for one in document["exports"]]
    assert document["ok"] is False


def test_a_page_that_cannot_be_read_is_not_passed_over(package: Path, tmp_path: Path) -> None:
    """A page that was put in empty, and one laid over another: nothing was found altered, but not all was compared."""
    writer, pages = PdfWriter(), PdfReader(package / "甲001の1.pdf").pages
    writer.add_page(pages[0])
    writer.add_blank_page(595, 842)
    writer.add_page(pages[1]).merge_page(pages[2])
    writer.write(tmp_path / "甲1.pdf")

    document = json.loads(_verify(package, tmp_path / "甲1.pdf", "--json", code=4))

    assert [("same", ""), ("unreadable", "no_text"), ("unreadable", "several")] == [
        (one["status"], one["reason"]) for one in document["pages"]
    ]
    assert document["ok"] is False


def test_it_is_read_by_people_in_both_languages(package: Path, tmp_path: Path) -> None:
    """Pages that follow one another are one row; nothing to find is 0, also for an export that is named."""
    told = _verify(package, package / "甲001の1.pdf", package, code=0)
    japanese = _verify(package, _merged(package, tmp_path / "甲1.pdf"), lang="ja")

    last = len(PdfReader(package / "甲001の1.pdf").pages)
    assert f"  Page 1–{last}: reads the same: 甲001の1.pdf, page 1–{last} of {package.name}\n" in told
    assert f"{package.name}: no change was found\n  This archive made this export" in told
    assert "  4–5ページ: 印刷したときと同じです: " in japanese


def test_a_code_from_paper_finds_its_page(package: Path) -> None:
    """In any writing; a mistyped one is told apart from one of another export."""
    code = page_code.printed_codes(read_pages((package / "甲001の1.pdf").read_bytes())[2])[0]
    wrong, other = f"O{code[1:]}", "22222-22222-2222"

    assert f"甲001の1.pdf, page 3 of {package.name}" in _verify(package, code.lower().replace("-", ""), code=0)
    assert [("unknown", "sign"), ("unknown", "")] == [
        (one["status"], one["reason"]) for one in json.loads(_verify(package, wrong, other, "--json"))["pages"]
    ]


def test_pages_of_an_export_that_was_altered_are_no_good_news(package: Path, tmp_path: Path) -> None:
    """Whoever alters the export too, is told of; and without any export there is nothing to compare with."""
    copy = tmp_path / package.name
    shutil.copytree(package, copy)
    (copy / "甲001の2.pdf").write_bytes((copy / "甲001の1.pdf").read_bytes())
    document: dict[str, Any] = json.loads(_verify(package, package / "甲001の1.pdf", copy, "--json"))

    assert ({"same"}, [False]) == (
        {one["status"] for one in document["pages"]},
        [one["ok"] for one in document["exports"]],
    )
    assert document["ok"] is False
    assert "" == _verify(tmp_path / "none" / "x", package / "甲001の1.pdf", code=2)
