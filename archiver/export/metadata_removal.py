"""The metadata of a file of any format, and a copy without it; how an Office file is read, its words too."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from archiver.export import pdf_metadata, picture_metadata
from archiver.export.exhibit_names import FileMetadata, MetadataField, MetadataItem, MetadataState
from archiver.export.picture_metadata import NotRemovable

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
    if picture_metadata.is_picture(part):
        yield from picture_metadata.picture_metadata(part) or ()
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


MAX_BYTES = 50_000_000
"""Larger files are not looked at."""

__all__ = ["MAX_BYTES", "NotRemovable", "read_metadata", "without_metadata"]

_READERS = (
    (picture_metadata.is_picture, picture_metadata.picture_metadata, picture_metadata.picture_without_metadata),
    (pdf_metadata.is_pdf, pdf_metadata.pdf_metadata, pdf_metadata.pdf_without_metadata),
    (is_office, office_metadata, None),
)
"""Of each family of formats: whether bytes are of it, how its metadata is read, how it is removed; None: not."""


def read_metadata(file: str, path: Path) -> FileMetadata:
    """The metadata of the file at a path, whose number in the package is `file`. Raises OSError."""
    body = _read(path)
    if body is None:
        return FileMetadata(file, MetadataState.UNKNOWN, ())
    for is_of_family, read, _remove in _READERS:
        if is_of_family(body):
            items = read(body)
            state = MetadataState.DAMAGED if items is None else MetadataState.READ
            return FileMetadata(file, state, tuple(dict.fromkeys(items or ())))
    return FileMetadata(file, MetadataState.PLAIN if _is_plain(body) else MetadataState.UNKNOWN, ())


def without_metadata(path: Path) -> bytes:
    """The bytes of a copy without metadata. Raises NotRemovable, OSError."""
    body = _read(path)
    if body is None:
        raise NotRemovable
    for is_of_family, read, remove in _READERS:
        if is_of_family(body):
            if remove is None:
                raise NotRemovable
            copy = remove(body)
            if read(copy) != []:  # what was removed must be gone, and the copy must be readable
                raise NotRemovable
            return copy
    if not _is_plain(body):
        raise NotRemovable
    return body


def _read(path: Path) -> bytes | None:
    """All bytes of a file; None if it is too large."""
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    return body if len(body) <= MAX_BYTES else None


def _is_plain(body: bytes) -> bool:
    """Whether the bytes are plain text, or a bitmap, which holds nothing but pixels."""
    if body[:2] == b"BM":
        return True
    for encoding in ("utf-8", "cp932"):
        try:
            return "\0" not in body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return False
