"""JSON and CSV as other tools write them (chatwork-api §12.2): which value is a message's id, and of which room.

Their texts are only looked through for links and replies.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator

from archiver.sync.recover.found_ids import FilePageIds
from archiver.sync.recover.patterns import take_list, take_page

_MESSAGE_KEYS = ("message_id", "messageId", "mid", "メッセージID")
_ROOM_KEYS = ("room_id", "roomId", "rid", "ルームID")
_TELLS_A_MESSAGE = frozenset({"msg", "body", "text", "message", "aid", "account", "account_id", "user"})
"""Beside one of these a plain `id` is that of a message."""

_CSV_MESSAGE = ("メッセージid", "message_id", "messageid", "mid", "chat_id", "id")
_CSV_ROOM = ("チャット(ルームid)", "ルームid", "room_id", "roomid", "rid")
_CSV_HEADER = re.compile(r"(?:^|[,;\t\"])(?:メッセージID|message_?id|mid|chat_id|id)(?:$|[,;\t\"\r])", re.IGNORECASE)
_MAY_NAME = re.compile("rid|mid|to=|_messageId")
_DIGITS = re.compile(r"[\s\"'=]{0,9}m?([0-9]{1,19})[\s\"']{0,9}")


def take_json(text: str, page: FilePageIds) -> bool:
    """Ids of a JSON document, or of one a line; False if it is neither, and nothing was taken."""
    try:
        values = [_load(text)]
    except (ValueError, RecursionError):
        values = list(_lines(text))
    for value in values:
        _take_value(value, page)
    return bool(values)


def is_csv(head: str) -> bool:
    """Whether the first line of a text names a column of message ids."""
    lines = head.lstrip("\ufeff \r\n").splitlines()
    return bool(lines) and _CSV_HEADER.search(lines[0]) is not None


def take_csv(text: str, page: FilePageIds) -> None:
    """Ids of a table whose first line names its columns."""
    rows = _rows(text)
    header = [cell.strip().lower() for cell in next(rows, [])]
    message = next((header.index(name) for name in _CSV_MESSAGE if name in header), None)
    room = next((header.index(name) for name in _CSV_ROOM if name in header), None)
    if message is None:
        take_list(text, page)
        return
    for row in rows:
        found = _DIGITS.fullmatch(row[message]) if message < len(row) else None
        where = _DIGITS.fullmatch(row[room]) if room is not None and room < len(row) else None
        if found:
            page.add(where[1] if where else None, found[1])
    take_page(text, page)


def _rows(text: str) -> Iterator[list[str]]:
    """The rows; the separator is that of the first line. A row that is none ends the table."""
    start = text.lstrip("\ufeff \r\n")
    first = start.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    # Half of a cut file may hold NUL, which the reader refuses.
    lines = iter(start.replace("\0", " ").splitlines(keepends=True))
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field larger than the reader takes
            continue


def _load(text: str) -> object:
    return json.loads(text, parse_int=_whole, parse_constant=lambda _name: None)


def _whole(digits: str) -> int:
    """A number as JSON has it; one that no id can be counts as 0, however long it is."""
    return int(digits) if len(digits) <= 19 else 0


def _lines(text: str) -> Iterator[object]:
    for line in text.splitlines():
        if line.lstrip().startswith(("{", "[")):
            try:
                yield _load(line)
            except (ValueError, RecursionError):
                continue


def _take_value(value: object, page: FilePageIds) -> None:
    """Walk through a document without recursion; objects inside a room's object are of that room."""
    stack: list[tuple[object, object]] = [(value, None)]
    while stack:
        one, room = stack.pop()
        match one:
            case dict():
                room = _of(one, _ROOM_KEYS) or _room_of(one.get("room")) or room
                _take_object(one, room, page)
                stack.extend((child, room) for child in one.values())
            case list():
                stack.extend((child, room) for child in one)
            case str() if _MAY_NAME.search(one):
                take_page(one, page)


def _take_object(one: dict[str, object], room: object, page: FilePageIds) -> None:
    keys: Iterable[str] = _MESSAGE_KEYS
    if not any(key in one for key in _MESSAGE_KEYS) and not _TELLS_A_MESSAGE.isdisjoint(one):
        keys = ("id",)
    message = _of(one, keys)
    if message is not None:
        page.add(room if isinstance(room, (str, int)) else None, message)


def _room_of(value: object) -> str | int | None:
    """The room inside a task's object (`"room": {"room_id": …}`)."""
    return _of(value, _ROOM_KEYS) if isinstance(value, dict) else None


def _of(one: dict[str, object], keys: Iterable[str]) -> str | int | None:
    """The first of these keys that holds an id."""
    for key in keys:
        value = one.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and (found := _DIGITS.fullmatch(value)):
            return found[1]
    return None
