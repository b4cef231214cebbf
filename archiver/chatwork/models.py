"""The body of a reply as JSON, one frozen class per object of the API, and `read_model`, which makes them.

Bodies are hostile input. Accepted values are finite and shallow, so that every program that later checks the archive
can write them as JSON again; lone surrogates and NUL are accepted as they are.

The API documents neither nulls nor missing fields, and ids both as numbers and as text; all are accepted for
everything but an object's own id. A missing field is 0 or "". Callers keep the object as received beside its model,
so a model has only the fields that the program itself uses.

Fields: developer.chatwork.com/reference.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec

from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId

LARGEST_NUMBER = 2**63 - 1
"""Message ids have 64 bits, signed; nothing else of Chatwork's is larger."""

_OWN = msgspec.Meta(gt=0, le=LARGEST_NUMBER)
_COUNT = msgspec.Meta(ge=0, le=LARGEST_NUMBER)
# Ids that need no cleaning; those from 9 * 10**18 on and those with leading zeros are cleaned, which is slower.
_PLAIN_ID = r"\A(?:[1-9][0-9]{0,17}|[1-8][0-9]{18})\Z"

LENIENT_NUMBERS = frozenset(
    {"unread_num", "mention_num", "message_num", "file_num", "task_num", "last_update_time", "limit_time"}
)
"""Counters of a room, used only to decide when to read it (chatwork-api §15, 7 and 8), and the limit of a task, which
is shown as it was received: an absurd one becomes 0 and refuses no list."""

Number = Annotated[int, _COUNT]
"""A counter, a size in bytes or a Unix time in seconds; 0 = none."""


class WrongShape(ValueError):
    """Raised for an object of the API without the documented form; the text names the field, never the content."""


class Model(msgspec.Struct, frozen=True):
    """The base class of all objects of the API; the first field is an object's own id."""

    @property
    def number(self) -> int:
        """The object's own id as a number, for comparing and sorting."""
        return int(getattr(self, self.__struct_fields__[0]))


class Account(Model, frozen=True):
    """A person as shown with a message, task or file; account_id 0 = not given."""

    account_id: Annotated[AccountId, _COUNT] = AccountId(0)
    name: str = ""
    avatar_image_url: str = ""


NOBODY = Account()
"""The account where the API names no person."""


class _Person(Model, frozen=True):
    """Who somebody is, and of which organisation."""

    account_id: Annotated[AccountId, _OWN]
    name: str = ""
    chatwork_id: str = ""
    organization_id: Number = 0
    organization_name: str = ""


class Me(_Person, frozen=True):
    """The owner of the token, with only the personal data that is kept."""


class Room(Model, frozen=True):
    """A chat as this account sees it; `description` is only filled when the room is requested singly."""

    room_id: Annotated[RoomId, _OWN]
    name: str = ""
    type: str = ""
    role: str = ""
    unread_num: Number = 0
    mention_num: Number = 0
    message_num: Number = 0
    file_num: Number = 0
    task_num: Number = 0
    last_update_time: Number = 0
    icon_path: str = ""
    description: str = ""


class _Profile(_Person, frozen=True):
    """What is shown of a person besides the chats."""

    department: str = ""
    avatar_image_url: str = ""


class Member(_Profile, frozen=True):
    """A present member of a room."""

    role: str = ""


class Contact(_Profile, frozen=True):
    """A contact of the token's owner; `room_id` is the direct chat with them."""

    room_id: Annotated[RoomId, _COUNT] = RoomId(0)


class Message(Model, frozen=True):
    """A message as shown now: `[deleted]` in its body if deleted, `update_time` 0 if never edited."""

    message_id: Annotated[MessageId, msgspec.Meta(pattern=_PLAIN_ID)]
    account: Account
    body: str = ""
    send_time: Number = 0
    update_time: Number = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a message without an author, which cannot be evidence."""
        if not self.account.account_id:
            raise ValueError("a message without account_id")


class Task(Model, frozen=True):
    """A task of a room; `limit_time` is in Unix seconds, 0 = none."""

    task_id: Annotated[TaskId, _OWN]
    account: Account = NOBODY
    assigned_by_account: Account = NOBODY
    message_id: Annotated[MessageId, msgspec.Meta(pattern=_PLAIN_ID)] = MessageId("")
    body: str = ""
    limit_time: Number = 0
    status: str = ""
    limit_type: str = ""


class File(Model, frozen=True):
    """A file of a room; `download_url` gives access to anyone for 30 seconds: never log or keep it."""

    file_id: Annotated[FileId, _OWN]
    account: Account = NOBODY
    message_id: Annotated[MessageId, msgspec.Meta(pattern=_PLAIN_ID)] = MessageId("")
    filename: str = ""
    filesize: Number = 0
    upload_time: Number = 0
    download_url: str = ""


M = TypeVar("M", bound=Model)

_CONVERTING = threading.Lock()
"""msgspec 0.22 describes each type at its first use; where two threads do so at once, the process is gone (SIGSEGV)."""


def read_model(source: object, kind: type[M]) -> M:
    """The model of a JSON object as `json.loads` returned it. Raises WrongShape and nothing else.

    Most replies have the usual form, which is tried first; an object that does not fit is cleaned and tried again.
    """
    try:
        with _CONVERTING:
            return msgspec.convert(source, kind)
    except (msgspec.ValidationError, UnicodeError):  # UnicodeError: a key with a lone surrogate
        return _read_cleaned(source, kind)


def _read_cleaned(source: object, kind: type[M]) -> M:
    if not isinstance(source, dict):
        raise WrongShape(f"{kind.__name__} is no object")
    try:
        return kind(**_clean_fields(source, kind))
    except ValueError as error:
        raise WrongShape(f"{kind.__name__}: {error}") from None


def _clean_fields(source: Mapping[Any, Any], kind: type[Model]) -> dict[str, Any]:
    """The known fields that have a value, each of its type; the others are left to the defaults."""
    fields: dict[str, Any] = {}
    for name, hint in _FIELDS[kind].items():
        value = source.get(name)
        if value is None:
            continue
        if hint is Account:
            fields[name] = _read_cleaned(value, Account)
        elif name == "message_id":
            fields[name] = str(_integer(name, value) or "")
        elif name in LENIENT_NUMBERS and not _is_count(value):
            continue  # it says nothing, and nothing rests on it
        elif hint is int:
            fields[name] = _integer(name, value)
        elif isinstance(value, str):
            fields[name] = value
        else:
            raise WrongShape(f"{name} is no text")
    for name in _REQUIRED[kind]:
        if not fields.get(name):
            raise WrongShape(f"no {name}")
    return fields


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER


def _integer(name: str, value: object) -> int:
    """A whole number from 0 to LARGEST, or for ids one written in decimal digits."""
    if isinstance(value, str) and name.endswith("_id") and value.isascii() and value.isdigit():
        value = int(value.lstrip("0")[:20] or "0")  # 20 digits are too many already
    if not isinstance(value, int) or not _is_count(value):
        raise WrongShape(f"{name} is no number in range")
    return value


def _field_kinds(kind: type[Model]) -> dict[str, type]:
    """Each field's plain type: int, str or Account."""
    hints = get_type_hints(kind)
    return {name: getattr(hints[name], "__supertype__", hints[name]) for name in kind.__struct_fields__}


_KINDS: tuple[type[Model], ...] = (Account, Me, Room, Member, Contact, Message, Task, File)
_FIELDS = {kind: _field_kinds(kind) for kind in _KINDS}
_REQUIRED = {kind: [field.name for field in msgspec.structs.fields(kind) if field.required] for kind in _KINDS}


NESTING_LIMIT = 32
"""The deepest nesting accepted; the API has three levels."""


def parse_json(body: bytes) -> object:
    """The JSON value of a body. Raises ValueError for whatever is not plain JSON in UTF-8."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_parse_finite, parse_constant=_parse_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    return value


def error_texts(body: bytes) -> tuple[str, ...] | None:
    """The texts of `{"errors": [...]}` as received; None if the body is no such object.

    Source of the form: developer.chatwork.com/docs/endpoints.
    """
    try:
        value = parse_json(body)
    except ValueError:
        return None
    texts = value.get("errors") if isinstance(value, dict) else None
    if not isinstance(texts, list):
        return None
    return tuple(text for text in texts if isinstance(text, str))


def _parse_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that JSON cannot hold")
    return number


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(NESTING_LIMIT):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise ValueError("nested too deeply")
