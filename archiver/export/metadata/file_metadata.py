"""A file → what it says beside its content, and a copy of it that does not."""

from __future__ import annotations

from pathlib import Path

from archiver.export.metadata import office, pictures, portable_documents
from archiver.export.metadata.items import FileMetadata, MetadataState
from archiver.export.metadata.pictures import NotRemovable

MAX_BYTES = 50_000_000
"""Larger files are not looked at."""

__all__ = ["MAX_BYTES", "NotRemovable", "read_metadata", "without_metadata"]

_READERS = (
    (pictures.is_picture, pictures.picture_metadata, pictures.picture_without_metadata),
    (portable_documents.is_pdf, portable_documents.pdf_metadata, portable_documents.pdf_without_metadata),
    (office.is_office, office.office_metadata, None),
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
