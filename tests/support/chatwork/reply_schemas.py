"""Replies made at random by the schemas of Chatwork's API: the types of its fields, every value that fits them.

Fields and types: developer.chatwork.com/reference. Unknown fields are added and texts are any, as the schemas allow
both; numbers are not negative, as no count, id or time is.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from tests.support.json_strategies import ANY_TEXT, JSON

IDS = strategies.integers(1, 2**53) | strategies.integers(1, 30)
"""Accounts, rooms, files and tasks; few of them, so that the same ones come again."""

MESSAGE_IDS = strategies.integers(1, 2**63 - 1) | strategies.integers(
    2_100_000_000_000_000_000, 2_100_000_000_000_000_009
)
NUMBERS = strategies.integers(0, 2**40) | strategies.integers(0, 2**63 - 1)
ROLES = strategies.sampled_from(["admin", "member", "readonly"])


def _object(**fields: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """An object with all of these fields, and perhaps unknown ones."""
    unknown = strategies.dictionaries(ANY_TEXT.filter(lambda name: name not in fields), JSON, max_size=1)
    known = strategies.fixed_dictionaries(fields)
    return strategies.tuples(unknown, known).map(lambda parts: {**parts[0], **parts[1]})


ACCOUNT = _object(account_id=IDS, name=ANY_TEXT, avatar_image_url=ANY_TEXT)
PERSON = {
    "account_id": IDS,
    "name": ANY_TEXT,
    "chatwork_id": ANY_TEXT,
    "organization_id": NUMBERS,
    "organization_name": ANY_TEXT,
    "department": ANY_TEXT,
    "avatar_image_url": ANY_TEXT,
}
MESSAGE = _object(
    message_id=MESSAGE_IDS.map(str), account=ACCOUNT, body=ANY_TEXT, send_time=NUMBERS, update_time=NUMBERS
)
ROOM = _object(
    room_id=IDS,
    name=ANY_TEXT,
    type=strategies.sampled_from(["my", "direct", "group"]),
    role=ROLES,
    sticky=strategies.booleans(),
    unread_num=NUMBERS,
    mention_num=NUMBERS,
    mytask_num=NUMBERS,
    message_num=NUMBERS,
    file_num=NUMBERS,
    task_num=NUMBERS,
    icon_path=ANY_TEXT,
    last_update_time=NUMBERS,
    description=ANY_TEXT,
)
TASK = _object(
    task_id=IDS,
    account=ACCOUNT,
    assigned_by_account=ACCOUNT,
    message_id=MESSAGE_IDS.map(str),
    body=ANY_TEXT,
    limit_time=NUMBERS,
    status=strategies.sampled_from(["open", "done"]),
    limit_type=strategies.sampled_from(["none", "date", "time"]),
)
FILE = _object(
    file_id=IDS,
    account=ACCOUNT,
    message_id=MESSAGE_IDS.map(str),
    filename=ANY_TEXT,
    filesize=strategies.integers(0, 2**40),
    upload_time=NUMBERS,
)


def _list(element: SearchStrategy[dict[str, Any]], ident: str, *, least: int = 0) -> SearchStrategy[Any]:
    return strategies.lists(element, min_size=least, max_size=4, unique_by=lambda one: one[ident])


REPLIES: dict[str, SearchStrategy[Any]] = {
    r"/v2/rooms$": _list(ROOM, "room_id", least=1),
    r"/messages\?": _list(MESSAGE, "message_id"),
    r"/files$": _list(FILE, "file_id"),
    r"/members$": _list(_object(role=ROLES, **PERSON), "account_id", least=1),
    r"/v2/rooms/\d+$": ROOM,
    r"/tasks\?": _list(TASK, "task_id"),
    r"/messages/\d+$": MESSAGE,
    r"/tasks/\d+$": TASK,
    r"/v2/contacts$": _list(_object(room_id=IDS, **PERSON), "account_id"),
}
"""Path of each endpoint, as a pattern, and what it may answer."""

SINGLE = tuple(path for path in REPLIES if path.endswith(r"\d+$"))
"""The endpoints of one object, which must have the id that was asked for."""


@strategies.composite
def replies_of_a_run(draw: strategies.DrawFn) -> dict[str, Any]:
    """What the endpoints answer in one run, each by its path: the lists, and in every fourth run a single object.

    All are as their schemas say, but one in every third run.
    """
    single, broken = draw(strategies.integers(0, 3)) == 3, draw(strategies.integers(0, 2)) == 2
    paths = [path for path in REPLIES if path not in SINGLE]
    paths += [draw(strategies.sampled_from(SINGLE))] if single else []
    replies = {path: draw(REPLIES[path]) for path in paths}
    if broken:
        replies[draw(strategies.sampled_from(paths))] = draw(JSON | REPLIES[r"/messages\?"] | ROOM)
    return replies
