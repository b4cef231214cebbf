"""`export --for court --check FOLDER`: each thing that a lawyer takes out first is named, with file and page."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from tests.support.packages import files_with_metadata
from tests.support.reports import pdf_reader
from tests.support.terminals.forked_program import program, run_command


def _written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


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
    return _written(writer)


def _locked() -> bytes:
    writer = PdfWriter(io.BytesIO(pdf_reader.pdf_bytes(pdf_reader.report(is_bare=True))))
    writer.encrypt("", "owner")
    return _written(writer)


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
        "甲007.PDF": _written(PdfWriter()),
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
