"""Which records of a package must be masked, and what is shown in their place.

A record is masked if covering changes anything that its payload says: a text, a file's name, a person. Tables and
pages are then made from the covered record, so that whoever verifies the package can make them again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from archiver.evidence.history import EntryObject, number
from archiver.evidence.masked_records import masked_line, shown_line
from archiver.export.mask import places
from archiver.export.mask.cover import PackageMask, Policy
from archiver.export.mask.kinds import MaskKind, reason
from archiver.export.mask.names import people_in, third_persons
from archiver.export.mask.places import MaskedPlace

_NEVER_MASKED = frozenset({"window", "reading", "gap", "gap.narrowed", "gap.closed", "blob"})
"""Kinds that hold ids, times and counts alone."""

_UNMASKED_FIELDS = frozenset({"message_id", "chatwork_id", "sha256", "saved_at", "from", "to"})
_KEPT_OF_HIDDEN = frozenset({"role", "message_id"})
"""Texts that stay of somebody who is hidden."""

_MAX_DEPTH = 40
_REPLACEMENT = "■■"


class MaskedRecord(NamedTuple):
    """The two lines of a masked record, without their ends, and the record as tables are made from it."""

    entry: EntryObject
    line: str
    shown_line: str


def make_mask(
    policy: Policy, entries: Iterable[EntryObject], *, owner: int, counterparts: Collection[int] | None = None
) -> PackageMask:
    """The cover of a package from the `account` and `member` entries of its rooms.

    `counterparts`: who is mapped as the other side; None: nobody yet (`mask_names.third_persons`).
    """
    people, rooms = people_in(entries)
    third = third_persons(rooms.values(), owner=owner, counterparts=counterparts)
    for party in (owner, *sorted(counterparts or ())):
        people.setdefault(party, [])
    return PackageMask(policy, people, third)


def mask_record(entry: EntryObject, digest: str, mask: PackageMask) -> MaskedRecord | None:
    """What stands in place of a record; None if nothing in it is covered."""
    if entry["kind"] in _NEVER_MASKED:
        return None
    masker = _ObjectMasker(mask, _record_place(entry), f"{entry['room_id']}/{entry['key'].partition('/')[2]}")
    payload = masker.mask_value(entry["payload"])
    if payload == entry["payload"]:
        return None
    masked_entry = {**entry, "payload": payload, "reply": _reply_digest(entry), "salt": ""}
    reasons = "、".join(sorted(map(reason, masker.kinds))) or reason(MaskKind.NAME)
    return MaskedRecord(masked_entry, masked_line(digest, reasons), shown_line(digest, masked_entry))


def covered_entry(entry: EntryObject, mask: PackageMask | None) -> EntryObject:
    """The record as tables and pages are made from it: itself, if nothing in it is covered."""
    record = None if mask is None else mask_record(entry, "", mask)
    return entry if record is None else record.entry


def is_unmasked(body: bytes, mask: PackageMask) -> bool:
    """Whether a reply of the API may be handed out as it was received: nothing in it is covered."""
    try:
        reply = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return False
    return bool(_ObjectMasker(mask, None, None).mask_value(reply) == reply)


def _reply_digest(entry: EntryObject) -> str | None:
    """The reply of a record in a list, as intervals are told by it; that of a single object could be guessed.

    Its digest has no salt: who knows all but the covered number could try every number.
    """
    listed = entry["kind"] == "message" and entry["payload"].get("source") == "list"
    return entry["reply"] if listed else None


def _record_place(entry: EntryObject) -> MaskedPlace:
    kind, name = entry["kind"], entry["key"].rpartition("/")[2]
    if kind == "message":
        return places.message_place(entry["room_id"], number(name))
    if kind == "room":
        return MaskedPlace("チャット名・概要", entry["room_id"])
    words = {"file": f"ファイル名(ファイルID {name})", "task": f"タスク(タスクID {name})"}
    people = ("account", "member", "contact")
    return MaskedPlace(words.get(kind) or ("参加者の情報" if kind in people else "契約の記録"))


class _ObjectMasker:
    """Goes through a received object and covers its texts."""

    def __init__(self, mask: PackageMask, place: MaskedPlace | None, subject: str | None) -> None:
        self.kinds: set[MaskKind] = set()
        self._mask = mask
        self._place = place
        self._subject = subject

    def mask_value(self, value: Any, field: str = "", depth: int = 0) -> Any:
        """The same with its texts covered."""
        if isinstance(value, str):
            return value if field in _UNMASKED_FIELDS else self._mask_text(value, field)
        if depth > _MAX_DEPTH and isinstance(value, dict | list):
            return _REPLACEMENT
        if isinstance(value, list):
            return [self.mask_value(item, field, depth + 1) for item in value]
        if isinstance(value, dict):
            if self._mask.is_hidden(number(value.get("account_id"))):
                return self._mask_person(value)
            return {name: self.mask_value(item, name, depth + 1) for name, item in value.items()}
        return value

    def _mask_text(self, original: str, field: str) -> str:
        subject = None if self._subject is None else f"{self._subject}/{field}"
        covered = self._mask.mask_with_kinds(original, self._place, subject)
        self.kinds |= covered.kinds
        return covered.text

    def _mask_person(self, person: dict[str, Any]) -> dict[str, Any]:
        """Somebody who is hidden: id and role, and the letter for a name; everything else that is said is covered."""
        self.kinds.add(MaskKind.NAME)
        masked = {}
        for name, value in person.items():
            if name == "name" and isinstance(value, str):
                masked[name] = self._mask.shown_name(number(person["account_id"]), value)
            elif name in _KEPT_OF_HIDDEN or value is None or isinstance(value, bool | int):
                masked[name] = value
            else:
                masked[name] = _REPLACEMENT if value else value
        return masked
