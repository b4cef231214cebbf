"""Metadata of Office files (docx, xlsx, pptx …): authors, company, who commented, the small picture of the first page.

An Office file is a zip of XML. Nothing of it is unfolded beyond `MAX_UNFOLDED` bytes, XML with a document type is not
read at all, as entities could grow without end, and neither is XML of another encoding than UTF-8, which could not be
searched for names. Source: ECMA-376 (Office Open XML), parts 1 and 2.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from archiver.export.metadata.items import MetadataField, MetadataItem
from archiver.export.metadata.pictures import NotRemovable, is_picture, picture_metadata, picture_without_metadata

MAX_UNFOLDED = 200_000_000
"""Bytes of all parts of a file together; a larger one is not looked at."""

MAX_PROPERTIES = 1_000_000
"""Bytes of a part that says who and where; true ones have a few kilobytes, and a tree of XML takes many times more."""

_MAX_PARTS = 5_000
_MAX_XML = 100_000_000
"""Bytes of XML of all parts together; a file with more is not looked at, as it would take too long."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How parts may be packed (ECMA-376 part 2, 7.3.4)."""

_MAX_VALUE = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError)
"""What `zipfile` raises for bytes that are no zip, a damaged or an encrypted one."""

_CORE, _APP, _CUSTOM = "docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"
_FIELDS = {
    "creator": MetadataField.AUTHOR,
    "lastModifiedBy": MetadataField.MODIFIED_BY,
    "Company": MetadataField.COMPANY,
    "Manager": MetadataField.AUTHOR,
    "title": MetadataField.TEXT,
    "subject": MetadataField.TEXT,
    "keywords": MetadataField.TEXT,
    "description": MetadataField.TEXT,
    "category": MetadataField.TEXT,
    "lpwstr": MetadataField.TEXT,
}
_EMPTY = {
    _CORE: '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    _APP: '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    _CUSTOM: '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
"""The parts that say who and where, as they stand in a copy without metadata."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PREFIXES = "|".join(rf"(?<=\s{prefix}:)" for prefix in ("w", "w15", "w16cid", "p15", "p188"))
_WHOLE_NAMES = "|".join(rf"{name}(?<=\s{name})" for name in ("displayName", "userName", "lastEditedBy"))
_PEOPLE = (
    re.compile(rf'(:(?:{_PREFIXES})(?:author|initials|userId|providerId)=")([^"]{{0,400}})(?=")'),
    re.compile(r"(<(?:\w{1,9}:)?author(?:\s[^<>]{0,200})?>)([^<]{0,400})(?=</)"),
    re.compile(rf'((?:{_WHOLE_NAMES})=")([^"]{{0,400}})(?=")'),
    re.compile(r'(<(?:\w{1,9}:)?cmAuthor(?:\s[^<>]{0,300}?)?\s(?:name|initials)=")([^"]{0,400})(?=")'),
)
"""Where comments and tracked changes name their author: what stands before, then the name.

Each begins with a letter of its own, and none goes past the next opening, so that no filling makes them slow.
"""

_RELATION = re.compile(r"<Relationship\s[^<>]{0,900}?/>")


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
        return list(dict.fromkeys(item for name, part in _parts(body) for item in _part_items(name, part)))
    except (*_ERRORS, ElementTree.ParseError, RecursionError):
        return None


def office_without_metadata(body: bytes) -> bytes:
    """The file without what says who made it, who changed it and who commented. Raises NotRemovable."""
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, part in _parts(body):
                if not name.startswith("docProps/thumbnail"):
                    packed.writestr(zipfile.ZipInfo(name, _EPOCH), _clean_part(name, part), zipfile.ZIP_DEFLATED)
    except _ERRORS as error:
        raise NotRemovable from error
    return made.getvalue()


def _parts(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Each part with its content. Raises what is in `_ERRORS`."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        entries = packed.infolist()
        if len(entries) > _MAX_PARTS:
            raise ValueError(len(entries))
        left = MAX_UNFOLDED
        left_of_xml = _MAX_XML
        for entry in entries:
            if entry.compress_type not in _METHODS:
                raise ValueError(entry.filename)
            with packed.open(entry) as file:
                part = file.read(left + 1)
            left -= len(part)
            if _is_xml(entry.filename):
                left_of_xml -= len(part)
            if min(left, left_of_xml) < 0 or (_is_xml(entry.filename) and b"\0" in part):  # UTF-16 is full of zeros
                raise ValueError(entry.filename)
            yield entry.filename, part


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _part_items(name: str, part: bytes) -> Iterator[MetadataItem]:
    if name in _EMPTY:
        yield from _property_items(part)
    elif name.endswith(".xml"):
        for text in _people(part):
            yield MetadataItem(MetadataField.AUTHOR, text)
    elif is_picture(part):
        yield from picture_metadata(part) or ()


def _property_items(part: bytes) -> Iterator[MetadataItem]:
    if len(part) > MAX_PROPERTIES or b"<!DOCTYPE" in part:
        raise ValueError
    for element in ElementTree.fromstring(part).iter():  # noqa: S314 - no document type, so no entities
        field, text = _FIELDS.get(element.tag.rpartition("}")[2]), (element.text or "").strip()
        if field is not None and text:
            yield MetadataItem(field, text[:_MAX_VALUE])


def _people(part: bytes) -> Iterator[str]:
    text = part.decode("utf-8", "replace")
    for pattern in _PEOPLE:
        for match in pattern.finditer(text):
            if match[2].strip() and "initials" not in match[1] and "Id=" not in match[1]:
                yield match[2].strip()[:_MAX_VALUE]


def _without_thumbnail(relation: re.Match[str]) -> str:
    return "" if "thumbnail" in relation[0] else relation[0]


def _clean_part(name: str, part: bytes) -> bytes:
    if name in _EMPTY:
        return (_DECLARATION + _EMPTY[name]).encode()
    if name == "_rels/.rels":
        text = part.decode("utf-8", "surrogateescape")
        return _RELATION.sub(_without_thumbnail, text).encode("utf-8", "surrogateescape")
    if name.endswith(".xml"):
        text = part.decode("utf-8", "surrogateescape")
        for pattern in _PEOPLE:
            text = pattern.sub(r"\1", text)
        return text.encode("utf-8", "surrogateescape")
    return picture_without_metadata(part) if is_picture(part) else part
