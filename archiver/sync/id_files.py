"""Extracts message ids from files that the user kept: saved pages, mails, mailboxes, JSON, CSV, plain lists.

The kind is found from the first bytes, never from the name. Of a mailbox one mail is in memory, of all else the whole.
Only ids are taken: every text comes from Chatwork.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import BinaryIO

from archiver.errors import FileTooLarge, NotAllowed, NothingThere
from archiver.sync.found_ids import FilePageIds, FoundIds, take_list, take_page

_MESSAGE_KEYS = ("message_id", "messageId", "mid", "メッセージID")
_ROOM_KEYS = ("room_id", "roomId", "rid", "ルームID")
_MESSAGE_FIELDS = frozenset({"msg", "body", "text", "message", "aid", "account", "account_id", "user"})
"""Fields of a message: in an object with one of these a plain `id` is that of a message."""

_CSV_MESSAGE = ("メッセージid", "message_id", "messageid", "mid", "chat_id", "id")
_CSV_ROOM = ("チャット(ルームid)", "ルームid", "room_id", "roomid", "rid")
_CSV_HEADER = re.compile(r"(?:^|[,;\t\"])(?:メッセージID|message_?id|mid|chat_id|id)(?:$|[,;\t\"\r])", re.IGNORECASE)
_MAY_NAME = re.compile("rid|mid|to=|_messageId")
_DIGITS = re.compile(r"[\s\"'=]{0,9}m?([0-9]{1,19})[\s\"']{0,9}")


def take_json(text: str, page: FilePageIds) -> bool:
    """Add the ids of a JSON document or of JSON lines; returns False if the text is neither."""
    try:
        values = [_load_json(text)]
    except (ValueError, RecursionError):
        values = list(_json_lines(text))
    for value in values:
        _take_value(value, page)
    return bool(values)


def is_csv(head: str) -> bool:
    """Whether the first line of a text names a column of message ids."""
    lines = head.lstrip("\ufeff \r\n").splitlines()
    return bool(lines) and _CSV_HEADER.search(lines[0]) is not None


def take_csv(text: str, page: FilePageIds) -> None:
    """Add the ids of a table whose first line names its columns."""
    rows = _csv_rows(text)
    header = [cell.strip().lower() for cell in next(rows, [])]
    message = next((header.index(name) for name in _CSV_MESSAGE if name in header), None)
    room = next((header.index(name) for name in _CSV_ROOM if name in header), None)
    if message is None:
        take_list(text, page)
        return
    for row in rows:
        message_match = _DIGITS.fullmatch(row[message]) if message < len(row) else None
        room_match = _DIGITS.fullmatch(row[room]) if room is not None and room < len(row) else None
        if message_match:
            page.add(room_match[1] if room_match else None, message_match[1])
    take_page(text, page)


def _csv_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text; the separator is the commonest of the first line. Unreadable rows are skipped."""
    start = text.lstrip("\ufeff \r\n")
    first = start.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    # The end of a cut file may contain NUL, which the reader refuses.
    lines = iter(start.replace("\0", " ").splitlines(keepends=True))
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field larger than the reader takes
            continue


def _load_json(text: str) -> object:
    # A number that is too long for an id counts as 0.
    return json.loads(text, parse_int=lambda one: int(one) if len(one) <= 19 else 0, parse_constant=lambda _name: None)


def _json_lines(text: str) -> Iterator[object]:
    for line in text.splitlines():
        if line.lstrip().startswith(("{", "[")):
            try:
                yield _load_json(line)
            except (ValueError, RecursionError):
                continue


def _take_value(value: object, page: FilePageIds) -> None:
    """Add the ids in a document, without recursion; objects inside a room's object belong to that room."""
    stack: list[tuple[object, object]] = [(value, None)]
    while stack:
        element, room = stack.pop()
        match element:
            case dict():
                inner = element.get("room")  # a task's: `"room": {"room_id": …}`
                of_task = _id_under_keys(inner, _ROOM_KEYS) if isinstance(inner, dict) else None
                room = _id_under_keys(element, _ROOM_KEYS) or of_task or room
                _take_object(element, room, page)
                stack.extend((child, room) for child in element.values())
            case list():
                stack.extend((child, room) for child in element)
            case str() if _MAY_NAME.search(element):
                take_page(element, page)


def _take_object(element: dict[str, object], room: object, page: FilePageIds) -> None:
    keys: Iterable[str] = _MESSAGE_KEYS
    if not any(key in element for key in _MESSAGE_KEYS) and not _MESSAGE_FIELDS.isdisjoint(element):
        keys = ("id",)
    message = _id_under_keys(element, keys)
    if message is not None:
        page.add(room if isinstance(room, (str, int)) else None, message)


def _id_under_keys(element: dict[str, object], keys: Iterable[str]) -> str | int | None:
    """The first of these keys that holds an id."""
    for key in keys:
        value = element.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and (found := _DIGITS.fullmatch(value)):
            return found[1]
    return None


HEAD_BYTES = 2**16
LARGEST_BYTES = 64 * 2**20
"""Of a file that is read whole."""

MAIL_BYTES = 16 * 2**20
"""So much of one mail is read; the library needs ten times as much memory."""

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
    page, body = FilePageIds(found, hint=hint), file.read(LARGEST_BYTES + 1)
    if len(body) > LARGEST_BYTES:
        raise FileTooLarge(path=path, limit_mb=LARGEST_BYTES // 2**20)
    text = body.decode(encoding, "replace").lstrip("\ufeff")
    is_json = start.startswith(("{", "["))
    if not is_json and _HTML.search(start):
        take_page(text, page)
    elif not is_json and is_csv(start):
        take_csv(text, page)
    elif not is_json or not take_json(text, page):
        take_list(text, page)
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
    for mail in mails(file, MAIL_BYTES):
        found.cut_mails += len(mail) > MAIL_BYTES
        page = FilePageIds(found, hint=hint)
        for text in mail_texts(mail):
            take_page(text, page)
        page.close()


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: that of its byte order mark, UTF-8 if valid, else CP932."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=False)
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


MAIL_HEADER = re.compile(
    rb"(?im)\A(?:From \S|[A-Za-z][A-Za-z0-9\-]{1,60}:)(?:.*\n)*?"
    rb"(?:content-type|mime-version|message-id|received|return-path|subject|date):"
)
"""Matches the beginning of a mail, a mailbox or a page saved as MHTML."""

_LINE_BYTES = 2**16
_CODING = re.compile(r"[\w\-]+")
_TEXTS = ("text/", "multipart/", "message/", "application/xhtml", "application/json")


def mails(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Each mail of a mailbox, which begins with `From `, else the whole file; each is cut soon after the limit."""
    mail, before, is_mailbox = bytearray(), b"", False
    while line := file.readline(_LINE_BYTES):
        if line.startswith(b"From ") and not before.strip() and (is_mailbox or not mail):
            is_mailbox = True
            if mail:
                yield bytes(mail)
            mail = bytearray()
        elif len(mail) <= limit:
            mail += line
        before = line
    yield bytes(mail)


def mail_texts(mail: bytes) -> list[str]:
    """Headers, text around parts and bodies that are texts; all of it as it is where the library gives it up."""
    try:
        return [text for part in message_from_bytes(mail).walk() for text in _part_texts(part)]
    except Exception:  # noqa: BLE001 - of broken mails the library raises AssertionError, TypeError and others
        return [mail.decode("ascii", "replace")]


def _part_texts(part: Message) -> Iterator[str]:
    yield "\n".join(f"{name}: {' '.join(str(value).split())}" for name, value in part.items())
    yield from filter(None, (part.preamble, part.epilogue))
    if coding := _CODING.search(str(part.get("content-transfer-encoding", ""))):
        part.replace_header("content-transfer-encoding", coding[0])  # the library knows none with `;` behind it
    body = part.get_payload(decode=True) if part.get_content_type().startswith(_TEXTS) else None
    if isinstance(body, bytes):  # ids are ASCII in every encoding that mails have
        yield body.decode("utf-8", "replace")
