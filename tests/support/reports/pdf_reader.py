"""What a reader of a PDF gets: its pages as text, its facts, and whether the file is sound.

Uses Poppler and qpdf, which are programs of the system; tests that need them say so with `needs_poppler` and
`needs_qpdf`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.export.pdf.blocks import Block, Chapter, Report
from archiver.export.pdf.typst_pdf import make_pdf

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian: poppler-utils")
needs_qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="Debian: qpdf")

AT = datetime(2026, 11, 25, 1, 44, 33, tzinfo=UTC)


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


def pdf_bytes(made: Report) -> bytes:
    """The report as a PDF."""
    return make_pdf(made, at=AT)


def text(made: bytes) -> str:
    """Every page as text, in the order in which it was written."""
    return "\f".join(pages(made))


def pages(made: bytes) -> list[str]:
    """The text of each page."""
    told = _run(made, "pdftotext", "-raw", "-enc", "UTF-8", "{}", "-").decode("utf-8")
    return told.split("\f")[:-1]


def without_spaces(shown: str) -> str:
    """Without what a page adds or cannot keep: line ends and spaces; signs that are the same sign are one."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", shown))


def info(made: bytes) -> dict[str, str]:
    """What `pdfinfo` tells."""
    lines = _run(made, "pdfinfo", "{}").decode("utf-8").splitlines()
    return {name: told.strip() for name, _, told in (line.partition(":") for line in lines)}


def qpdf_check(made: bytes) -> str:
    """What `qpdf --check` says."""
    return _run(made, "qpdf", "--check", "{}").decode("utf-8")


def uncompressed_pdf(made: bytes) -> bytes:
    """The file with its objects laid open, for what no tool tells."""
    return _run(made, "qpdf", "--qdf", "--object-streams=disable", "{}", "-")


def right_edge(made: bytes) -> float:
    """How far right any word of any page reaches, in points."""
    told = _run(made, "pdftotext", "-bbox", "{}", "-").decode("utf-8")
    return max(float(found) for found in re.findall(r'<word [^>]*xMax="([0-9.]+)"', told))


def _run(made: bytes, *command: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.pdf")
        path.write_bytes(made)
        told = subprocess.run(
            [part.replace("{}", str(path)) for part in command], capture_output=True, check=True, timeout=120
        )
    return told.stdout
