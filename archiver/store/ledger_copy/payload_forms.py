"""The form of the records that no readable table is made of, on which whatever reads them relies.

Records of other kinds are read when the tables are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from gettext import gettext as _
from typing import Literal

import msgspec

from archiver.evidence.history import EntryObject
from archiver.store.ledger_copy.strange_rows import StrangeRow


class _Rollback(msgspec.Struct):
    files: dict[str, str]
    numbers: list[int]
    place: str
    first: int | None
    last: int | None


class _Erasure(msgspec.Struct):
    kinds: dict[str, int]
    numbers: list[tuple[int, int]]
    reason: str
    replies: list[str]
    packages: list[int] = []


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


class _Contact(msgspec.Struct):
    account_id: int
    state: str | None
    other_chat: int | None = None


class _Export(msgspec.Struct):
    contract: str
    name: str
    profile: str
    seal: int | None
    sha256: str


FORMS: Mapping[str, type[msgspec.Struct]] = {
    "rollback": _Rollback,
    "erasure": _Erasure,
    "stamp": _Stamp,
    "handover": _Handover,
    "mapping": _Mapping,
    "grant": _Grant,
    "note": _Note,
    "contact": _Contact,
    "export": _Export,
}
"""Kind → what its payload must have; more may stand in it."""


def require_form(entry: EntryObject) -> None:
    """Raise StrangeRow if a record of one of these kinds has not the form that this program writes."""
    form = FORMS.get(entry["kind"])
    if form is None:
        return
    try:
        msgspec.convert(entry["payload"], form)
    except msgspec.ValidationError as error:
        text = _("record {number} is not as this program writes it").format(number=entry["seq"])
        raise StrangeRow(text) from error
