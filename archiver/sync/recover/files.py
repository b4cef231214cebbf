"""Message ids out of files of any kind: saved pages, mails, JSON, CSV, plain lists.

The kind is told by the first bytes, never by the name. Only tables are held in memory whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from archiver.errors import FileTooLarge, NotAllowed, NothingThere
from archiver.sync.recover.found_ids import FilePageIds, FoundIds
from archiver.sync.recover.mails import HEADER, parts
from archiver.sync.recover.patterns import take_list, take_page
from archiver.sync.recover.tables import is_csv, take_csv, take_json
from archiver.sync.recover.text_chunks import decoded, encoding_of, pieces

HEAD = 2**16
CHUNK = 2**20
MOST_TABLE = 64 * 2**20
"""Bytes of a JSON or CSV file, which must be read whole."""

_HTML = re.compile(r"<(?:!doctype|!--|html|head|body|div|span|script|meta|a|p|br|table|ul|li)\b", re.IGNORECASE)
_NAMED = (
    re.compile(r"([0-9]{4,12})(?:_[a-z_]{1,40})?\Z"),
    re.compile(r".{0,200}\(([0-9]{4,12})\)\Z", re.DOTALL),
)
"""Names that other tools give to a room's file or folder: `123_messages`, `123`, `name(123)`."""


def take(paths: Iterable[Path], found: FoundIds) -> None:
    """Add the ids in these files. Raises NothingThere, FileTooLarge, NotAllowed."""
    for path in paths:
        if not path.is_file():
            raise NothingThere(path=path)
    for path in paths:
        try:
            with path.open("rb") as file:
                take_file(file, path, found)
        except OSError as error:
            raise NotAllowed(path=path, detail=error.strerror or str(error)) from error


def take_file(file: BinaryIO, path: Path, found: FoundIds) -> None:
    """Add the ids in one open file; its path is only a hint at the room. Raises FileTooLarge, OSError."""
    head = file.read(HEAD)
    file.seek(0)
    hint = room_in_name(path, found)
    if HEADER.match(head):
        _take_mails(file, found, hint)
        return
    encoding = encoding_of(head)
    start = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    page = FilePageIds(found, hint=hint)
    if start.startswith(("{", "[")):
        text = _whole(file, path, encoding)
        if not take_json(text, page):
            take_list(text, page)
    elif _HTML.search(start):
        _take_text(_chunks(file), encoding, page, take_page)
    elif is_csv(start):
        take_csv(_whole(file, path, encoding), page)
    else:
        _take_text(_chunks(file), encoding, page, take_list)
    page.close()


def room_in_name(path: Path, found: FoundIds) -> int | None:
    """The contracted room that the name of the file or of its folder holds."""
    for name in (path.stem, path.parent.name):
        for pattern in _NAMED:
            told = pattern.match(name)
            if told and int(told[1]) in found.rooms:
                return int(told[1])
    return None


def _take_mails(file: BinaryIO, found: FoundIds, hint: int | None) -> None:
    page = FilePageIds(found, hint=hint)
    for begins, texts in parts(file):
        if begins:
            page.close()
            page = FilePageIds(found, hint=hint)
        for piece in pieces(texts):
            take_page(piece, page)
    page.close()


def _take_text(
    parts: Iterable[bytes], encoding: str, page: FilePageIds, take: Callable[[str, FilePageIds], None]
) -> None:
    for piece in pieces(decoded(parts, encoding)):
        take(piece, page)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(CHUNK):
        yield part


def _whole(file: BinaryIO, path: Path, encoding: str) -> str:
    told = file.read(MOST_TABLE + 1)
    if len(told) > MOST_TABLE:
        raise FileTooLarge(path=path, limit_mb=MOST_TABLE // 2**20)
    return "".join(decoded([told], encoding)).lstrip("\ufeff")
