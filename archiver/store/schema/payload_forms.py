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


class _Rollback(msgspec.Struct):
    files: dict[str, str]
    numbers: list[_Number]
    place: str
    first: _Count | None
    last: _Count | None


class _Erasure(msgspec.Struct):
    kinds: dict[str, _Count]
    numbers: list[tuple[_Number, _Number]]
    reason: str
    replies: list[str]
    packages: list[int] = []
    what: str = ""
    messages: _Count = 0
    files: _Count = 0
    blobs: _Count = 0
    again: int | None = None


class _Stamp(msgspec.Struct):
    authority: str
    seal: int
    sha256: str
    time: str


class _Handover(msgspec.Struct):
    contract: str
    export: int
    to: str
    on: str
    how: str


class _Mapping(msgspec.Struct):
    contract: str
    account_id: int
    state: Literal["client", "me", "third", "withdrawn"]
    reason: str


class _Grant(msgspec.Struct):
    contract: str
    number: int
    recipient: str
    state: str
    until: date


class _Note(msgspec.Struct):
    text: str


class _Review(msgspec.Struct):
    message_id: str
    digest: str
    state: Literal["unread", "read", "covered"]
    drawn: list[str] = []
    covered: list[str] = []
    shown: list[str] = []


class _Contact(msgspec.Struct):
    account_id: int
    state: str | None
    other_chat: int | None = None


class _Twin(msgspec.Struct):
    account_id: int
    name: str
    known: int
    known_since: datetime
    place: Literal["room", "contact", "request"]
    since: datetime | None = None
    room_id: int | None = None
    picture: str | None = None
    known_picture: str | None = None


class _Export(msgspec.Struct):
    contract: str
    name: str
    profile: str
    seal: int | None
    sha256: str


class _Delivery(msgspec.Struct):
    state: Literal["stated", "withdrawn"]
    at: str
    name: str | None
    size: int | None
    sha256: str | None
    file_id: int | None
    note: str | None


class _Attachment(msgspec.Struct):
    state: Literal["stated", "withdrawn"]
    kind: str
    name: str
    size: int
    sha256: str
    dated: str | None
    message_id: str | None
    note: str | None


class _Me(msgspec.Struct):
    account_id: int
    name: str = ""


class _Service(msgspec.Struct):
    address: str
    certificate: str | None
    issuer: str | None


class _Sweep(msgspec.Struct, rename={"start": "from", "end": "to"}):
    start: datetime | None = None
    end: datetime | None = None
    clock_offset_ms: int | None = None
    undated: int = 0
    doubtful_ms: int = 0


FORMS: Mapping[str, type[msgspec.Struct]] = {
    "rollback": _Rollback,
    "erasure": _Erasure,
    "stamp": _Stamp,
    "handover": _Handover,
    "mapping": _Mapping,
    "grant": _Grant,
    "note": _Note,
    "review": _Review,
    "contact": _Contact,
    "twin": _Twin,
    "export": _Export,
    "delivery": _Delivery,
    "attachment": _Attachment,
    "me": _Me,
    "sweep": _Sweep,
    "service": _Service,
}
"""Kind → what its payload must have; more may stand in it."""


class _Shown(msgspec.Struct):
    object: dict[str, Any]
    state: str = "present"


class _ShownMessage(msgspec.Struct):
    object: dict[str, Any]
    state: str
    source: str


_OBSERVED: Mapping[str, type[msgspec.Struct]] = {
    "message": _ShownMessage,
    "task": _Shown,
    "file": _Shown,
    "member": _Shown,
}
"""The same of what Chatwork showed, for whatever goes on from the last record of it."""

_FIELDS = frozenset(("seq", "observed_at", "kind", "key", "payload"))
"""Fields of a record that its readers use."""


def has_form(entry: EntryObject) -> bool:
    """Whether a record has the form that this program writes; of a kind that is not among these, always."""
    return _has_form(entry, FORMS)


def tells_what_was_shown(entry: EntryObject) -> bool:
    """Whether a record of what Chatwork showed has what the next one goes on from; of another kind, always."""
    return _has_form(entry, _OBSERVED)


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
