"""Metadata of PDF files: the document's facts, XMP anywhere in it, authors of notes, pictures; and its words.

It is read by pypdf in a process of its own with a limit of time, as a file may be built to keep a reader busy for ever.
A copy without metadata holds only what the present pages need: earlier states and attached files stay behind.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from archiver.export.child_processes import OneAnswer
from archiver.export.exhibit_names import MetadataField, MetadataItem
from archiver.export.picture_metadata import (
    NotRemovable,
    is_picture,
    picture_metadata,
    picture_without_metadata,
    xmp_items,
)

TIME_LIMIT = 20.0
"""Seconds for one file."""

_MEMORY_LIMIT = 2 << 30
_MAX_VALUE = 200
_MAX_OBJECTS = 200_000
_MAX_TEXT = 10_000_000
_FIELDS = {
    "/Author": MetadataField.AUTHOR,
    "/Company": MetadataField.COMPANY,
    "/Title": MetadataField.TEXT,
    "/Subject": MetadataField.TEXT,
    "/Keywords": MetadataField.TEXT,
}
_REMOVED = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/EmbeddedFiles", "/AF", "/EF")
"""Keys of any object that lead to something beside the pages."""


def is_pdf(body: bytes) -> bool:
    """Whether the bytes begin like a PDF."""
    return b"%PDF-" in body[:1024]


def pdf_metadata(body: bytes) -> list[MetadataItem] | None:
    """What a PDF says beside its pages; None if it cannot be read in time."""
    found = run_apart(_read, body)
    return [MetadataItem(MetadataField(field), value) for field, value in found] if found is not None else None


def pdf_text(body: bytes) -> str | None:
    """The words on its pages; None if it cannot be read in time."""
    found = run_apart(_words, body)
    return found if isinstance(found, str) else None


def pdf_without_metadata(body: bytes) -> bytes:
    """The pages as a PDF of their own, without what stands beside them. Raises NotRemovable."""
    made = run_apart(_clean, body)
    if not made:
        raise NotRemovable
    return bytes(made)


# --- in a process of its own -------------------------------------------------------------------------


def run_apart(work: Callable[[bytes], Any], body: bytes, seconds: float = TIME_LIMIT) -> Any:
    """The result of a function for these bytes; None if it failed, took too long or too much memory."""
    with suppress(BrokenPipeError):  # it ended before it had all of a large file
        return OneAnswer(_limited, work, body).answer(seconds)
    return None


def _limited(work: Callable[[bytes], Any], body: bytes) -> Any:
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    logging.disable()  # oddities of an untrusted file interest nobody here
    return work(body)


def _read(body: bytes) -> list[tuple[str, str]]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        reader.decrypt("")
    facts = reader.trailer.get("/Info")
    items = list(_fact_items(facts.get_object() if facts is not None else {}))
    for found in _objects(reader.trailer):
        items += _object_items(found)
    return list(dict.fromkeys((item.field.value, item.value) for item in (*items, *xmp_items(body))))


def _words(body: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)[:_MAX_TEXT]


def _fact_items(facts: Any) -> Iterator[MetadataItem]:
    for name, value in dict(facts).items():
        text = str(value).strip()[:_MAX_VALUE]
        if text and name in _FIELDS:
            yield MetadataItem(_FIELDS[name], text)


def _object_items(found: Any) -> Iterator[MetadataItem]:
    """What one object says: the author of a note, an XMP packet, a picture's own metadata."""
    if found.get("/Subtype") in NOTES and found.get("/T"):
        yield MetadataItem(MetadataField.AUTHOR, str(found["/T"])[:_MAX_VALUE])
    if found.get("/Type") == "/Metadata" and hasattr(found, "get_data"):
        yield from xmp_items(found.get_data())
    jpeg = _jpeg(found)
    if jpeg is not None:
        yield from picture_metadata(jpeg) or ()


def _jpeg(found: Any) -> bytes | None:
    """The JPEG in a stream; None if there is none."""
    if "/DCTDecode" not in str(found.get("/Filter")):
        return None
    body = bytes(found.get_data())
    return body if is_picture(body) else None


NOTES = frozenset(
    {
        *("/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly"),
        *("/Stamp", "/Ink", "/Square", "/Circle", "/Line", "/Caret"),
    }
)
"""Kinds of annotations whose title is the name of who made them."""


def _objects(root: Any) -> Iterator[Any]:
    """Every dictionary and stream that can be reached, each once."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [root]
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        count += 1
        if count > _MAX_OBJECTS:
            raise ValueError(count)
        if isinstance(found, DictionaryObject):
            yield found
            waiting += found.values() if not hasattr(found, "raw_get") else [found.raw_get(key) for key in found]
        elif isinstance(found, ArrayObject):
            waiting += list.__iter__(found)


def _clean(body: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        reader.decrypt("")
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    writer.metadata = None
    for found in _objects(writer.root_object):
        for name in _REMOVED:
            if name in found:
                del found[name]
        if found.get("/Subtype") in NOTES and "/T" in found:
            found[NameObject("/T")] = TextStringObject("")
        jpeg = _jpeg(found)
        if jpeg is not None:
            found._data = picture_without_metadata(jpeg)  # noqa: SLF001 - pypdf sets no data of this kind of stream
            found[NameObject("/Filter")] = NameObject("/DCTDecode")
            found.pop("/DecodeParms", None)
    made = io.BytesIO()
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    writer.write(made)
    return made.getvalue()
