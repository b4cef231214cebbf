"""Replies made at random by the schemas of Chatwork's API: the types of its fields, every value that fits them.

The fields and types are those of `reply_shapes`. Unknown fields are added and texts are any, as the schemas allow
both; numbers are not negative, as no count, id or time is.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from tests.support.chatwork.reply_shapes import NOT_REQUIRED, SHAPES
from tests.support.json_strategies import ANY_TEXT, JSON

IDS = strategies.integers(1, 2**53) | strategies.integers(1, 30)
"""Accounts, rooms, files and tasks; few of them, so that the same ones come again."""

MESSAGE_IDS = strategies.integers(1, 2**63 - 1) | strategies.integers(
    2_100_000_000_000_000_000, 2_100_000_000_000_000_009
)
NUMBERS = strategies.integers(0, 2**40) | strategies.integers(0, 2**63 - 1)
ADDRESSES = ANY_TEXT | strategies.sampled_from(
    ["file:///etc/hostname", "http://127.0.0.1:1/v2/me", "https://example.invalid", "http://[", "//a", "http://a b/"]
)
"""Of downloads: nobody answers at any of them."""

BY_NAME: dict[str, SearchStrategy[Any]] = {
    **dict.fromkeys(("account_id", "room_id", "task_id", "file_id"), IDS),
    "message_id": MESSAGE_IDS.map(str),
    "filesize": strategies.integers(0, 2**40),
    "download_url": ADDRESSES,
}
"""Fields of which not every value of their type is to the point."""

BY_TYPE: dict[type, SearchStrategy[Any]] = {int: NUMBERS, str: ANY_TEXT, bool: strategies.booleans()}


def _object(fields: dict[str, SearchStrategy[Any]], *, required: bool = True) -> SearchStrategy[dict[str, Any]]:
    """An object with these fields, all of them where they are required, and perhaps unknown ones."""
    unknown = strategies.dictionaries(ANY_TEXT.filter(lambda name: name not in fields), JSON, max_size=1)
    optional: dict[str, SearchStrategy[Any]] = {} if required else fields
    known = strategies.fixed_dictionaries(fields if required else {}, optional=optional)
    return strategies.tuples(unknown, known).map(lambda parts: {**parts[0], **parts[1]})


def values(shape: object, name: str = "", *, required: bool = True) -> SearchStrategy[Any]:
    """Every value of a shape, which is that of a field of this name."""
    match shape:
        case dict():
            return _object({part: values(of_part, part) for part, of_part in shape.items()}, required=required)
        case set():
            return strategies.sampled_from(sorted(shape))
        case type():
            return BY_NAME.get(name, BY_TYPE[shape])
        case _:
            raise ValueError(shape)


def _single(path: str) -> SearchStrategy[Any]:
    return values(SHAPES[path])


def _list(path: str, ident: str, *, least: int = 0) -> SearchStrategy[Any]:
    shape = SHAPES[path]
    assert isinstance(shape, list)
    one = values(shape[0], required=path not in NOT_REQUIRED)
    return strategies.lists(one, min_size=least, max_size=4, unique_by=lambda one: one.get(ident))


ME, ROOMS, ROOM = r"/v2/me$", r"/v2/rooms$", r"/v2/rooms/\d+$"
MESSAGES, MESSAGE = r"/messages\?", r"/messages/\d+$"
FILES, FILE = r"/files$", r"/files/\d+\?create_download_url=1"

REPLIES: dict[str, SearchStrategy[Any]] = {
    ROOMS: _list("/rooms", "room_id", least=1),
    MESSAGES: _list("/rooms/{room}/messages?force=1", "message_id"),
    FILES: _list("/rooms/{room}/files", "file_id"),
    r"/members$": _list("/rooms/{room}/members", "account_id", least=1),
    ROOM: _single("/rooms/{room}"),
    r"/tasks\?": _list("/rooms/{room}/tasks", "task_id"),
    MESSAGE: _single("/rooms/{room}/messages/{message}"),
    r"/tasks/\d+$": _single("/rooms/{room}/tasks/{task}"),
    r"/v2/contacts$": _list("/contacts", "account_id"),
    ME: _single("/me"),
    FILE: _single("/rooms/{room}/files/{file}?create_download_url=1"),
}
"""Path of each endpoint that a run reads, as a pattern, and what it may answer."""

SINGLE = (ROOM, MESSAGE, r"/tasks/\d+$", ME, FILE)
"""The endpoints of one object, which must have the id that was asked for."""


@strategies.composite
def replies_of_a_run(draw: strategies.DrawFn) -> dict[str, Any]:
    """What the endpoints answer in one run, each by its path: the lists, and up to three single objects.

    All are as their schemas say, but one in every third run.
    """
    broken = draw(strategies.integers(0, 2)) == 2
    paths = [path for path in REPLIES if path not in SINGLE]
    paths += draw(strategies.lists(strategies.sampled_from(SINGLE), max_size=3, unique=True))
    replies = {path: draw(REPLIES[path]) for path in paths}
    if broken:
        replies[draw(strategies.sampled_from(paths))] = draw(JSON | REPLIES[MESSAGES] | REPLIES[ROOM])
    return replies
