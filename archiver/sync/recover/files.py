"""Extracts message ids from files of any kind: saved pages, mails, JSON, CSV, plain lists.

The kind is found from the first bytes, never from the name. Only tables are whole in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from archiver.errors import FileTooLarge, NotAllowed, NothingThere
from archiver.sync.recover.found_ids import FilePageIds, FoundIds
from archiver.sync.recover.id_patterns import take_list, take_page
from archiver.sync.recover.json_and_csv import is_csv, take_csv, take_json
from archiver.sync.recover.mails import MAIL_HEADER, mail_parts
from archiver.sync.recover.text_chunks import decode_parts, encoding_of, text_pieces

HEAD_BYTES = 2**16
CHUNK_BYTES = 2**20
TABLE_BYTES = 64 * 2**20
"""The largest size of a JSON or CSV file, which must be read whole."""

_HTML = re.compile(r"<(?:!doctype|!--|html|head|body|div|span|script|meta|a|p|br|table|ul|li)\b", re.IGNORECASE)
_ROOM_NAMES = (
    re.compile(r"([0-9]{4,12})(?:_[a-z_]{1,40})?\Z"),
    re.compile(r".{0,200}\(([0-9]{4,12})\)\Z", re.DOTALL),
)
"""Names that other tools give to a room's file or folder: `123_messages`, `123`, `name(123)`."""


def take_files(paths: Iterable[Path], found: FoundIds) -> None:
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
    head = file.read(HEAD_BYTES)
    file.seek(0)
    hint = room_in_name(path, found)
    if MAIL_HEADER.match(head):
        _take_mails(file, found, hint)
        return
    encoding = encoding_of(head)
    start = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    page = FilePageIds(found, hint=hint)
    if start.startswith(("{", "[")):
        text = _read_whole(file, path, encoding)
        if not take_json(text, page):
            take_list(text, page)
    elif _HTML.search(start):
        _take_text(_read_chunks(file), encoding, page, take_page)
    elif is_csv(start):
        take_csv(_read_whole(file, path, encoding), page)
    else:
        _take_text(_read_chunks(file), encoding, page, take_list)
    page.close()


def room_in_name(path: Path, found: FoundIds) -> int | None:
    """The contracted room whose id is in the name of the file or of its folder."""
    for name in (path.stem, path.parent.name):
        for pattern in _ROOM_NAMES:
            match = pattern.match(name)
            if match and int(match[1]) in found.rooms:
                return int(match[1])
    return None


def _take_mails(file: BinaryIO, found: FoundIds, hint: int | None) -> None:
    page = FilePageIds(found, hint=hint)
    for begins, texts in mail_parts(file):
        if begins:
            page.close()
            page = FilePageIds(found, hint=hint)
        for piece in text_pieces(texts):
            take_page(piece, page)
    page.close()


def _take_text(
    parts: Iterable[bytes], encoding: str, page: FilePageIds, take: Callable[[str, FilePageIds], None]
) -> None:
    for piece in text_pieces(decode_parts(parts, encoding)):
        take(piece, page)


def _read_chunks(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(CHUNK_BYTES):
        yield part


def _read_whole(file: BinaryIO, path: Path, encoding: str) -> str:
    body = file.read(TABLE_BYTES + 1)
    if len(body) > TABLE_BYTES:
        raise FileTooLarge(path=path, limit_mb=TABLE_BYTES // 2**20)
    return "".join(decode_parts([body], encoding)).lstrip("\ufeff")
