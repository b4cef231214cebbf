"""What counts of an object as received, and the form of the records on which readers rely.

The facts that make a new record when they change are compared before writing, and the readable tables made afterwards
use them too, on objects exactly as received, so the two cannot disagree.

Whoever can write to the database, or to a team's ledger, can put other records there: nothing goes by those, and a
verification names them. Forms are known of the records that are read themselves, not by way of a readable table.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from archiver.evidence.history import EntryObject, account_of, number, text

Received = Mapping[str, Any]

DELETED = "[deleted]"
"""The whole body of a message that its author deleted (chatwork-api §2.4)."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def readable_text(value: str) -> str:
    """A text as a readable column can hold it: NUL and lone surrogates as `[U+0000]`, `[U+D83D]`."""
    if not _UNSTORABLE.search(value):
        return value
    return _UNSTORABLE.sub(lambda match: f"[U+{ord(match.group()):04X}]", value)


def storable_integer(value: object) -> int:
    """A whole number that fits a 64-bit column. Others become 0 in the column; the entry keeps the value."""
    integer = number(value)
    return integer if 0 <= integer < 2**63 else 0


def body_of(received: Received) -> str:
    """A message's text as received."""
    return text(received.get("body"))


def sent_at(received: Received) -> int:
    """A message's `send_time`, Unix seconds; 0 if it has none."""
    return number(received.get("send_time"))


def edited_at(received: Received) -> int:
    """A message's `update_time`, Unix seconds; 0 = never edited."""
    return number(received.get("update_time"))


def account_id_of(account: object) -> int:
    """The account id of a received account object; 0 if it is none."""
    return number(account.get("account_id")) if isinstance(account, dict) else 0


def _message_facts(received: Received) -> tuple[object, ...]:
    return account_id_of(account_of(received)), body_of(received), sent_at(received), edited_at(received)


def _texts(*fields: str) -> Callable[[Received], tuple[object, ...]]:
    return lambda received: tuple(text(received.get(field)) for field in fields)


def _task_facts(received: Received) -> tuple[object, ...]:
    people = (number(account_of(received, field).get("account_id")) for field in ("account", "assigned_by_account"))
    words = (text(received.get(field)) for field in ("body", "limit_type", "status"))
    return (*people, *words, number(received.get("limit_time")), str(received.get("message_id")))


def _file_facts(received: Received) -> tuple[object, ...]:
    uploader = number(account_of(received).get("account_id"))
    numbers = (number(received.get(field)) for field in ("filesize", "upload_time"))
    return (uploader, *numbers, text(received.get("filename")), str(received.get("message_id")))


_FACTS_OF_KIND: dict[str, Callable[[Received], tuple[object, ...]]] = {
    "message": _message_facts,
    "account": _texts("name", "avatar_image_url"),
    "member": _texts("role", "name", "chatwork_id", "organization_name", "department"),
    "room": _texts("name", "description", "type", "role", "icon_path"),
    "task": _task_facts,
    "file": _file_facts,
}


def fingerprint(kind: str, received: Received) -> str:
    """32 hex digits that differ when a fact of the object differs; `kind` is the entry's kind."""
    return _short_digest(repr(_FACTS_OF_KIND[kind](received)))


def message_fingerprint(account: int, body: str, send_time: int, update_time: int) -> str:
    """`fingerprint` of a message whose facts are known already."""
    return _short_digest(repr((account, body, send_time, update_time)))


def text_digest(body: str) -> str:
    """32 hex digits of a message's text; empty for the deletion mark, which is no text."""
    return "" if body == DELETED else _short_digest(repr(body))


def _short_digest(value: str) -> str:
    # repr() escapes lone surrogates and NUL, so it can always be encoded.
    return hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()[:32]


# --- records ------------------------------------------------------------------------------------


_Number = Annotated[int, msgspec.Meta(ge=1, lt=10**15)]
"""Of a record or a seal; a larger one has no place in a column, nor in the name of a seal's file."""

_Count = Annotated[int, msgspec.Meta(ge=0, lt=10**15)]

_STATED = Literal["stated", "withdrawn"]
_PARTS = Literal["client", "me", "third", "withdrawn"]
_PLACES = Literal["room", "contact", "request"]

_Form = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The fields that a payload must have, and those that it may have, each with its type; more may stand in it."""

_PAYLOADS: Mapping[str, _Form] = {
    "rollback": (
        {"files": dict[str, str], "numbers": list[_Number], "place": str}
        | {"first": _Count | None, "last": _Count | None},
        {},
    ),
    "erasure": (
        {"kinds": dict[str, _Count], "numbers": list[tuple[_Number, _Number]], "reason": str, "replies": list[str]},
        {"packages": list[int], "what": str, "messages": _Count, "files": _Count, "blobs": _Count, "again": int | None},
    ),
    "stamp": ({"authority": str, "seal": int, "sha256": str, "time": str}, {}),
    "handover": ({"contract": str, "export": int, "to": str, "on": str, "how": str}, {}),
    "mapping": ({"contract": str, "account_id": int, "state": _PARTS, "reason": str}, {}),
    "grant": ({"contract": str, "number": int, "recipient": str, "state": str, "until": date}, {}),
    "note": ({"text": str}, {}),
    "review": (
        {"message_id": str, "digest": str, "state": Literal["unread", "read", "covered"]},
        {"drawn": list[str], "covered": list[str], "shown": list[str]},
    ),
    "contact": ({"account_id": int, "state": str | None}, {"other_chat": int | None}),
    "twin": (
        {"account_id": int, "name": str, "known": int, "known_since": datetime, "place": _PLACES},
        {"since": datetime | None, "room_id": int | None, "picture": str | None, "known_picture": str | None},
    ),
    "export": ({"contract": str, "name": str, "profile": str, "seal": int | None, "sha256": str}, {}),
    "delivery": (
        {"state": _STATED, "at": str, "name": str | None, "size": int | None, "sha256": str | None}
        | {"file_id": int | None, "note": str | None},
        {},
    ),
    "attachment": (
        {"state": _STATED, "kind": str, "name": str, "size": int, "sha256": str}
        | {"dated": str | None, "message_id": str | None, "note": str | None},
        {},
    ),
    "me": ({"account_id": int}, {"name": str}),
    "sweep": (
        {},
        {"from": datetime | None, "to": datetime | None, "clock_offset_ms": int | None}
        | {"undated": int, "doubtful_ms": int},
    ),
    "service": ({"address": str, "certificate": str | None, "issuer": str | None}, {}),
}

_SHOWN: _Form = ({"object": dict[str, Any]}, {"state": str})
_OBSERVED = {
    "message": ({"object": dict[str, Any], "state": str, "source": str}, {}),
    "task": _SHOWN,
    "file": _SHOWN,
    "member": _SHOWN,
}
"""The same of what Chatwork showed, for whatever goes on from the last record of it."""


def _forms(payloads: Mapping[str, _Form]) -> dict[str, type[msgspec.Struct]]:
    return {
        kind: msgspec.defstruct(kind, [*must.items(), *((name, form, None) for name, form in may.items())])
        for kind, (must, may) in payloads.items()
    }


FORMS, _FORMS_SHOWN = _forms(_PAYLOADS), _forms(_OBSERVED)

_FIELDS = frozenset(("seq", "observed_at", "kind", "key", "payload"))
"""Fields of a record that its readers use."""


def has_form(entry: EntryObject) -> bool:
    """Whether a record has the form that this program writes; of a kind that is not among these, always."""
    return _has_form(entry, FORMS)


def tells_what_was_shown(entry: EntryObject) -> bool:
    """Whether a record of what Chatwork showed has what the next one goes on from; of another kind, always."""
    return _has_form(entry, _FORMS_SHOWN)


def _has_form(entry: EntryObject, forms: Mapping[str, type[msgspec.Struct]]) -> bool:
    form = forms.get(entry["kind"])
    if form is None:
        return True
    try:
        msgspec.convert(entry["payload"], form)
    except msgspec.ValidationError:
        return False
    return True


_DECODE = msgspec.json.Decoder().decode


def read_line(line: str) -> dict[str, Any]:
    """The record of a line, as `json.loads` reads it, in half the time. Raises ValueError, RecursionError."""
    try:
        record: dict[str, Any] = _DECODE(line)
    except msgspec.DecodeError:  # half a surrogate, or a number beyond all floats, which Python's own module takes
        record = json.loads(line)
    return record


def read_formed(line: str, kind: str) -> dict[str, Any] | None:
    """The record of a line; None where nothing can go by it: it was erased, or is not what this program writes."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_record = isinstance(entry, dict) and entry.keys() >= _FIELDS and entry["kind"] == kind
    return entry if is_record and has_form(entry) else None


def read_all_formed(lines: Iterable[str], kind: str) -> Iterator[dict[str, Any]]:
    """The records of those of the lines by which something can go."""
    return (entry for line in lines if (entry := read_formed(line, kind)) is not None)
