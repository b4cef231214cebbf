"""The form of the records that are read themselves, not by way of a readable table, on which their readers rely.

Whoever can write to the database, or to a team's ledger, can put other records there: nothing goes by those, and a
verification names them. Records of other kinds are read when the tables are made of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from archiver.evidence.history import EntryObject

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
