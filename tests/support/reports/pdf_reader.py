"""Reads PDF files: their pages as text, their properties, and whether qpdf finds them sound.

Uses Poppler and qpdf, which are programs of the system; tests that need them say so with `needs_poppler` and
`needs_qpdf`.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter

from archiver.export.pdf.blocks import Block, Chapter, Report
from archiver.export.pdf.typst_pdf import make_pdf

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian: poppler-utils")
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="Debian: libreoffice-writer libreoffice-calc")
needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="Debian: qpdf")

AT = datetime(2026, 11, 25, 1, 44, 33, tzinfo=UTC)


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF that pypdf writes."""
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def report(*blocks: Block, title: str = "１　題", **changed: object) -> Report:
    """A report of one chapter."""
    facts: dict[str, object] = {
        "title": "試し",
        "author": "yamada",
        "header": "試し",
        "reference": "管理番号 CWA-1",
        "exhibit": None,
        "footer": "作成 2026-11-25",
        "left_margin": 20.0,
        "chapters": (Chapter(title, blocks),),
    }
    return Report(**{**facts, **changed})  # type: ignore[arg-type]


def pdf_bytes(report: Report) -> bytes:
    """The bytes of the report as PDF."""
    return make_pdf(report, at=AT)


def plain_objects(pdf: bytes) -> bytes:
    """The file with every stream decompressed and every object in the open; qpdf reads no standard input."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "packed.pdf")
        path.write_bytes(pdf)
        command = ["qpdf", "--qdf", "--object-streams=disable", str(path), "-"]
        laid_open = subprocess.run(command, capture_output=True, check=False).stdout  # it may end with a warning
    assert laid_open.startswith(b"%PDF")
    return laid_open


def text(pdf: bytes) -> str:
    """Every page as text, in the order in which it was written."""
    return "\f".join(pages(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of each page."""
    text = _run(pdf, "pdftotext", "-raw", "-enc", "UTF-8", "{}", "-").decode("utf-8")
    return text.split("\f")[:-1]


def without_spaces(text: str) -> str:
    """The text in NFC without line ends and spaces, which a page adds or drops."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def info(pdf: bytes) -> dict[str, str]:
    """The properties that `pdfinfo` prints, by name."""
    lines = _run(pdf, "pdfinfo", "{}").decode("utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def qpdf_check(pdf: bytes) -> str:
    """The output of `qpdf --check`."""
    return _run(pdf, "qpdf", "--check", "{}").decode("utf-8")


def uncompressed_pdf(pdf: bytes) -> bytes:
    """The file with its objects uncompressed, so that they can be searched."""
    return _run(pdf, "qpdf", "--qdf", "--object-streams=disable", "{}", "-")


def right_edge(pdf: bytes) -> float:
    """How far right any word of any page reaches, in points."""
    boxes = _run(pdf, "pdftotext", "-bbox", "{}", "-").decode("utf-8")
    return max(float(edge) for edge in re.findall(r'<word [^>]*xMax="([0-9.]+)"', boxes))


def _run(pdf: bytes, *command: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.pdf")
        path.write_bytes(pdf)
        process = subprocess.run(
            [part.replace("{}", str(path)) for part in command], capture_output=True, check=True, timeout=120
        )
    return process.stdout


def converted(source: Path, form: str, folder: Path, *options: str) -> Path:
    """The file as LibreOffice writes it in another form, into a folder that has its profile too."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", *options, "--convert-to", form, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder / f"{source.stem}.{form.partition(':')[0]}"


def office_parts(body: bytes) -> dict[str, bytes]:
    """The parts of a file of Word or Excel, by name."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
