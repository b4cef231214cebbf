"""Files for a court: what a lawyer takes out first is named, and filed pages are found again."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from archiver.export.pdf import page_code
from archiver.export.pdf.drawn_pages import read_pages
from tests.support.archives.maker import story
from tests.support.packages import files_with_metadata
from tests.support.packages.exported_archives import export_package
from tests.support.reports import pdf_reader
from tests.support.terminals.forked_program import program, run_command


def _burdened() -> bytes:
    """A clean page of ours, and behind it one with everything that is taken out."""
    writer = PdfWriter(io.BytesIO(pdf_reader.pdf_bytes(pdf_reader.report(is_bare=True))))
    writer.append(io.BytesIO(files_with_metadata.document()))
    names = (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names})
    resources = writer.pages[1]["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/Font")] = DictionaryObject({NameObject("/F1"): font})
    writer.add_outline_item(title="初め", page_number=0)
    writer.add_attachment("控え.txt", b"x")
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    writer.root_object[NameObject("/OpenAction")] = action
    writer.add_metadata({"/Author": "田中", "/Producer": ""})
    return pdf_reader.written(writer)


def _locked() -> bytes:
    writer = PdfWriter(io.BytesIO(pdf_reader.pdf_bytes(pdf_reader.report(is_bare=True))))
    writer.encrypt("", "owner")
    return pdf_reader.written(writer)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files as somebody collects them."""
    folder = tmp_path_factory.mktemp("filed")
    files = {
        "甲001の1.png": b"x",
        "甲002 画面.png": b"x" * 1_000_001,
        "甲3.png": b"x",
        "甲004.pdf": _burdened(),
        "甲005.pdf": _locked(),
        "甲006.pdf": b"broken",
        "甲007.PDF": pdf_reader.written(PdfWriter()),
        "甲008.pdf": b"%PDF-1.7".ljust(50_000_001),
        "甲府の地図" + "x" * 50 + ".jpg": b"x",
        "控え.eml": b"x",
        ".DS_Store": b"x",
    }
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return folder


def _check(folder: Path, *options: str, code: int = 3) -> str:
    command = program("export", "--for", "court", "--check", str(folder), *options)
    process = run_command(command, {**os.environ, "ARCHIVE_HOME": str(folder / "none"), "ARCHIVE_LANG": "en"})
    assert code == process.returncode, process.stdout + process.stderr
    return process.stdout


def test_each_thing_is_named_once_with_its_file_and_page(folder: Path) -> None:
    """What a court's record never takes is told apart."""
    document = json.loads(_check(folder, "--json", "--max-mb", "1"))

    found: dict[str, list[tuple[str, str, int]]] = {}
    for one in document["findings"]:
        found.setdefault(one["file"], []).append((one["check"], one["detail"], one["page"]))
    assert {
        "甲002 画面.png": [("size", "1.0", 0)],
        "甲3.png": [("name_form", "", 0)],
        "甲004.pdf": [
            ("metadata", "Author 田中", 0),
            ("bookmarks", "", 0),
            ("attachment", "", 0),
            ("script", "", 0),
            ("paper", "14 × 11 mm", 2),
            ("note", "FreeText", 2),
            ("font", "Helvetica", 2),
        ],
        "甲005.pdf": [("password", "", 0)],
        "甲006.pdf": [("unreadable", "", 0)],
        "甲007.PDF": [("metadata", "Producer pypdf", 0), ("pages", "", 0)],
        "甲008.pdf": [("size", "50.0", 0), ("unseen", "", 0)],
        "甲府の地図" + "x" * 50 + ".jpg": [("name_length", "59", 0)],
    } == found
    assert (9, ["控え.eml"]) == (document["checked"], document["not_checked"])


def test_the_list_is_read_by_people(folder: Path, tmp_path: Path) -> None:
    """A file that this program makes for a court has nothing, which is 0; without --for court it is wrong usage."""
    (tmp_path / "甲004.pdf").write_bytes((folder / "甲004.pdf").read_bytes())

    printed = _check(tmp_path)
    (tmp_path / "甲004.pdf").rename(tmp_path / "b.eml")
    (tmp_path / "甲001の1.pdf").write_bytes(pdf_reader.pdf_bytes(pdf_reader.report(is_bare=True)))

    assert printed.startswith("甲004.pdf\n  It says beside its pages: Author 田中\n")
    assert "  A font is not embedded (page 2): Helvetica\n" in printed
    assert "no such files: b.eml\nFiles looked at: 1; things to look at before filing: 0" in _check(tmp_path, code=0)
    assert 2 == run_command(program("export", "--check", str(tmp_path)), dict(os.environ)).returncode


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


@pytest.mark.drawn
def test_each_page_of_a_filed_file_is_found_again(package: Path, tmp_path: Path) -> None:
    """In the exports of this archive without naming one; what is of no export, or has no text, is told apart."""
    document = json.loads(_verify(package, _merged(package, tmp_path / "甲1.pdf"), "--json"))

    found = [(one["status"], one["reason"], (one["of"] or {}).get("page")) for one in document["pages"]]
    assert [("unknown", "", None), ("unreadable", "no_text", None)] == found[:2]
    assert [("same", "", 1), ("same", "", 2), ("same", "", 3)] == found[2:]
    assert [(str(package), True)] == [(one["path"], one["ok"]) for one in document["exports"]]
    assert document["ok"] is False


@pytest.mark.drawn
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


@pytest.mark.drawn
def test_it_is_read_by_people_in_both_languages(package: Path, tmp_path: Path) -> None:
    """Pages that follow one another are one row; nothing to find is 0, also for an export that is named."""
    told = _verify(package, package / "甲001の1.pdf", package, code=0)
    japanese = _verify(package, _merged(package, tmp_path / "甲1.pdf"), lang="ja")

    last = len(PdfReader(package / "甲001の1.pdf").pages)
    assert f"  Page 1–{last}: reads the same: 甲001の1.pdf, page 1–{last} of {package.name}\n" in told
    assert f"{package.name}: No change was found.\n  This archive made this export" in told
    assert "  4–5ページ: 印刷したときと同じです: " in japanese


@pytest.mark.drawn
def test_a_code_from_paper_finds_its_page(package: Path) -> None:
    """In any writing; a mistyped one is told apart from one of another export."""
    code = page_code.printed_codes(read_pages((package / "甲001の1.pdf").read_bytes())[2])[0]
    wrong, other = f"O{code[1:]}", "22222-22222-2222"

    assert f"甲001の1.pdf, page 3 of {package.name}" in _verify(package, code.lower().replace("-", ""), code=0)
    assert [("unknown", "sign"), ("unknown", "")] == [
        (one["status"], one["reason"]) for one in json.loads(_verify(package, wrong, other, "--json"))["pages"]
    ]


@pytest.mark.drawn
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
