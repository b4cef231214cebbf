"""What lawyers take out of files before they file them with a court, and what does not fit the form of its names.

A PDF is read by pypdf in a process of its own, as those of somebody else's packages are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archiver.export.exhibit_names import COURT_EXTENSIONS
from archiver.export.metadata_removal import MAX_BYTES
from archiver.export.pdf.drawn_pages import inside
from archiver.export.pdf_metadata import NOTES, is_pdf, run_apart

MAX_NAME = 50
"""Characters of a file's name that a court's system takes."""

_EXHIBIT = re.compile(r"[甲乙丙丁]第?[0-9０-９].*")
_FORM = re.compile(r"[甲乙丙丁][0-9]{3}(の[0-9]{1,3})?([^0-9０-９].*)?")
_PAPER = ((210, 297), (297, 420))
"""A4 and A3, in millimetres."""

_MILLIMETRES, _TOLERANCE = 25.4 / 72, 2
_MAX_DETAIL, _MAX_DEPTH = 60, 4


def check_folder(folder: Path, limit: int | None) -> tuple[int, list[dict[str, Any]], list[str]]:
    """How many files were looked at, what was found in them, and those that were not looked at. Raises OSError.

    Of what was found the `page` is the first one where it is; 0: it belongs to no page.
    """
    paths = sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("."))
    taken = [one for one in paths if one.suffix[1:].lower() in COURT_EXTENSIONS]
    found = [
        {"file": path.relative_to(folder).as_posix(), "check": check, "detail": detail, "page": page}
        for path in taken
        for check, detail, page in _file_faults(path, limit)
    ]
    return len(taken), found, [one.relative_to(folder).as_posix() for one in paths if one not in taken]


def _file_faults(path: Path, limit: int | None) -> Iterator[tuple[str, str, int]]:
    if len(path.name) > MAX_NAME:
        yield "name_length", f"{len(path.name)}", 0
    if _EXHIBIT.fullmatch(path.stem) and not _FORM.fullmatch(path.stem):
        yield "name_form", "", 0
    size = path.stat().st_size
    if limit is not None and size > limit:
        yield "size", f"{size / 1e6:.1f}", 0
    if path.suffix.lower() == ".pdf":
        body = path.read_bytes() if size <= MAX_BYTES else b""
        faults = run_apart(_pdf_faults, body) if is_pdf(body) else None
        yield from [("unreadable" if size <= MAX_BYTES else "unseen", "", 0)] if faults is None else faults


# --- in a process of its own -------------------------------------------------------------------------


def _pdf_faults(body: bytes) -> list[tuple[str, str, int]]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        return [("password", "", 0)]
    found = dict.fromkeys(_document_faults(reader), 0)
    for number, page in enumerate(reader.pages, 1):
        for fault in _page_faults(page):
            found.setdefault(fault, number)
    return [(check, detail, page) for (check, detail), page in found.items()]


def _document_faults(reader: Any) -> Iterator[tuple[str, str]]:
    root, names = reader.root_object, inside(reader.root_object, "/Names")
    facts = [f"{name[1:]} {value}"[:_MAX_DETAIL] for name, value in inside(reader.trailer, "/Info").items() if value]
    if facts or "/Metadata" in root:
        yield "metadata", ", ".join([*facts, *(["XMP"] if "/Metadata" in root else [])])
    if not reader.pages:
        yield "pages", ""
    if "/First" in inside(root, "/Outlines"):
        yield "bookmarks", ""
    if "/EmbeddedFiles" in names or "/AF" in root:
        yield "attachment", ""
    if "/JavaScript" in names or "/AA" in root or _is_active(inside(root, "/OpenAction")):
        yield "script", ""


def _page_faults(page: Any) -> Iterator[tuple[str, str]]:
    width, height = (round(float(one) * _MILLIMETRES) for one in (page.mediabox.width, page.mediabox.height))
    sides = sorted((width, height))
    if not any(all(abs(a - b) <= _TOLERANCE for a, b in zip(sides, paper, strict=True)) for paper in _PAPER):
        yield "paper", f"{width} × {height} mm"
    for one in inside(page, "/Annots") or ():
        note = one.get_object()
        if note.get("/Subtype") == "/FileAttachment":
            yield "attachment", ""
        if note.get("/Subtype") in NOTES:
            yield "note", note["/Subtype"][1:]
        if "/AA" in note or _is_active(inside(note, "/A")):
            yield "script", ""
    for font in _fonts(inside(page, "/Resources")):
        if not _is_embedded(font):
            yield "font", str(font.get("/BaseFont", "?"))[1 : _MAX_DETAIL + 1]


def _is_active(action: Any) -> bool:
    """Whether an action is more than a step to another page or an address."""
    return hasattr(action, "get") and action.get("/S") not in (None, "/GoTo", "/URI")


def _fonts(resources: Any, depth: int = 0) -> Iterator[Any]:
    """The fonts of a page, and of what is drawn on it."""
    yield from (one.get_object() for one in inside(resources, "/Font").values())
    for one in inside(resources, "/XObject").values() if depth < _MAX_DEPTH else ():
        yield from _fonts(inside(one.get_object(), "/Resources"), depth + 1)


def _is_embedded(font: Any) -> bool:
    kind = font.get("/Subtype")
    inner = inside(font, "/DescendantFonts")[0].get_object() if kind == "/Type0" else font
    return kind == "/Type3" or any(name.startswith("/FontFile") for name in inside(inner, "/FontDescriptor"))
