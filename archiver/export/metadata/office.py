"""Metadata of Office files (docx, xlsx, pptx …): authors, company, who commented, the facts of pictures; Word's text.

An Office file is a zip of XML. Nothing of it is unfolded beyond `MAX_UNFOLDED` bytes, XML with a document type is not
read at all, as entities could grow without end, and neither is XML of another encoding than UTF-8, which could not be
searched for names. No copy without metadata is made of it. Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from archiver.export.metadata.items import MetadataField, MetadataItem
from archiver.export.metadata.pictures import is_picture, picture_metadata

MAX_UNFOLDED = 200_000_000
"""Bytes of all parts of a file together, as it states them; a larger one is not looked at."""

MAX_PROPERTIES = 1_000_000
"""Bytes of a part that says who and where; true ones have a few kilobytes, and a tree of XML takes many times more."""

MAX_TEXT = 50_000_000
"""Bytes of the parts of a Word file that hold its words."""

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORD_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_MAX_PARTS = 5_000
_MAX_VALUE = 200
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How parts may be packed (ECMA-376 part 2, 7.3.4)."""

_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError)
"""What `zipfile` raises for bytes that are no zip, a damaged or an encrypted one."""

_PROPERTIES = frozenset({"docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"})
_FIELDS = {
    "creator": MetadataField.AUTHOR,
    "lastModifiedBy": MetadataField.MODIFIED_BY,
    "Company": MetadataField.COMPANY,
    "Manager": MetadataField.AUTHOR,
    **dict.fromkeys(("title", "subject", "keywords", "description", "category", "lpwstr"), MetadataField.TEXT),
}
_PEOPLE = (
    re.compile(r'\s(?:\w{1,6}:author|displayName|userName|lastEditedBy)="([^"]{1,400})"'),
    re.compile(r"<(?:\w{1,9}:)?author(?:\s[^<>]{0,200})?>([^<]{1,400})</"),
    re.compile(r'<(?:\w{1,9}:)?cmAuthor(?:\s[^<>]{0,300}?)?\sname="([^"]{1,400})"'),
)
"""Where comments and tracked changes name their author; none goes past the next opening, so no filling is slow."""


def is_office(body: bytes) -> bool:
    """Whether the bytes are an Office file: a zip with the list of its parts."""
    if not body.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "[Content_Types].xml" in packed.namelist()
    except _ERRORS:
        return False


def office_metadata(body: bytes) -> list[MetadataItem] | None:
    """What an Office file says beside its content; None if it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            entries = packed.infolist()
            if len(entries) > _MAX_PARTS or sum(one.file_size for one in entries) > MAX_UNFOLDED:
                return None
            return list(dict.fromkeys(item for entry in entries for item in _part_items(packed, entry)))
    except (*_ERRORS, ElementTree.ParseError, RecursionError):
        return None


def office_text(body: bytes) -> str | None:
    """The paragraphs, footnotes and endnotes of a Word file, one a line; None if it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = [packed.getinfo(name) for name in _WORD_PARTS if name in packed.namelist()]
            if not parts or sum(one.file_size for one in parts) > MAX_TEXT:
                return None
            return "\n".join(line for one in parts for line in _paragraphs(_unfolded(packed, one)))
    except (*_ERRORS, ElementTree.ParseError, RecursionError):
        return None


def _paragraphs(part: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in part or b"\0" in part:
        raise ValueError
    letters = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    for paragraph in ElementTree.fromstring(part).iter(f"{_WORD}p"):  # noqa: S314 - no document type, so no entities
        names = ((one.tag.removeprefix(_WORD), one.text or "") for one in paragraph.iter())
        yield "".join(text if name == "t" else letters.get(name, "") for name, text in names)


def _unfolded(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type not in _METHODS:
        raise ValueError(entry.filename)
    with packed.open(entry) as file:
        return file.read(entry.file_size)  # a number, as without one far more may be unfolded at once


def _part_items(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[MetadataItem]:
    part = _unfolded(packed, entry)
    if is_picture(part):
        yield from picture_metadata(part) or ()
    if not entry.filename.endswith(".xml"):
        return
    if b"\0" in part:  # UTF-16 is full of zeros
        raise ValueError(entry.filename)
    if entry.filename in _PROPERTIES:
        yield from _property_items(part)
        return
    text = part.decode("utf-8", "replace")
    for name in (match[1].strip() for pattern in _PEOPLE for match in pattern.finditer(text)):
        if name:
            yield MetadataItem(MetadataField.AUTHOR, name[:_MAX_VALUE])


def _property_items(part: bytes) -> Iterator[MetadataItem]:
    if len(part) > MAX_PROPERTIES or b"<!DOCTYPE" in part:
        raise ValueError
    for element in ElementTree.fromstring(part).iter():  # noqa: S314 - no document type, so no entities
        field, text = _FIELDS.get(element.tag.rpartition("}")[2]), (element.text or "").strip()
        if field is not None and text:
            yield MetadataItem(field, text[:_MAX_VALUE])
