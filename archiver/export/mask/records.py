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
from archiver.export.mask.cover import Cover, Policy
from archiver.export.mask.kinds import MaskKind, reason
from archiver.export.mask.names import people_in, third_persons
from archiver.export.mask.places import MaskedPlace

_NEVER = frozenset({"window", "reading", "gap", "gap.narrowed", "gap.closed", "blob"})
"""Kinds that hold ids, times and counts alone."""

_IDS = frozenset({"message_id", "chatwork_id", "sha256", "saved_at", "from", "to"})
_OF_HIDDEN = frozenset({"role", "message_id"})
"""Texts that stay of somebody who is hidden."""

_DEEPEST = 40
_REST = "■■"


class MaskedRecord(NamedTuple):
    """The two lines of a masked record, without their ends, and the record as tables are made from it."""

    entry: EntryObject
    line: str
    shown: str


def cover_for(
    policy: Policy, entries: Iterable[EntryObject], *, owner: int, counterparts: Collection[int] | None = None
) -> Cover:
    """The cover of a package from the `account` and `member` entries of its rooms.

    `counterparts`: who is mapped as the other side; None: nobody yet (`mask_names.third_persons`).
    """
    people, rooms = people_in(entries)
    third = third_persons(rooms.values(), owner=owner, counterparts=counterparts)
    for party in (owner, *sorted(counterparts or ())):
        people.setdefault(party, [])
    return Cover(policy, people, third)


def masked(entry: EntryObject, digest: str, cover: Cover) -> MaskedRecord | None:
    """What stands in place of a record; None if nothing in it is covered."""
    if entry["kind"] in _NEVER:
        return None
    walk = _Walk(cover, _place(entry), f"{entry['room_id']}/{entry['key'].partition('/')[2]}")
    payload = walk.value(entry["payload"])
    if payload == entry["payload"]:
        return None
    shown = {**entry, "payload": payload, "reply": _reply(entry), "salt": ""}
    why = "、".join(sorted(map(reason, walk.kinds))) or reason(MaskKind.NAME)
    return MaskedRecord(shown, masked_line(digest, why), shown_line(digest, shown))


def covered(entry: EntryObject, cover: Cover | None) -> EntryObject:
    """The record as tables and pages are made from it: itself, if nothing in it is covered."""
    found = None if cover is None else masked(entry, "", cover)
    return entry if found is None else found.entry


def is_open(body: bytes, cover: Cover) -> bool:
    """Whether a reply of the API may be handed out as it was received: nothing in it is covered."""
    try:
        told = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return False
    return bool(_Walk(cover, None, None).value(told) == told)


def _reply(entry: EntryObject) -> str | None:
    """The reply of a record in a list, as intervals are told by it; that of a single object could be guessed.

    Its digest has no salt: who knows all but the covered number could try every number.
    """
    listed = entry["kind"] == "message" and entry["payload"].get("source") == "list"
    return entry["reply"] if listed else None


def _place(entry: EntryObject) -> MaskedPlace:
    kind, name = entry["kind"], entry["key"].rpartition("/")[2]
    if kind == "message":
        return places.message(entry["room_id"], number(name))
    if kind == "room":
        return MaskedPlace("チャット名・概要", entry["room_id"])
    words = {"file": f"ファイル名(ファイルID {name})", "task": f"タスク(タスクID {name})"}
    people = ("account", "member", "contact")
    return MaskedPlace(words.get(kind) or ("参加者の情報" if kind in people else "契約の記録"))


class _Walk:
    """Goes through a received object and covers its texts."""

    def __init__(self, cover: Cover, place: MaskedPlace | None, subject: str | None) -> None:
        self.kinds: set[MaskKind] = set()
        self._cover = cover
        self._place = place
        self._subject = subject

    def value(self, told: Any, field: str = "", depth: int = 0) -> Any:
        """The same with its texts covered."""
        if isinstance(told, str):
            return told if field in _IDS else self._text(told, field)
        if depth > _DEEPEST and isinstance(told, dict | list):
            return _REST
        if isinstance(told, list):
            return [self.value(one, field, depth + 1) for one in told]
        if isinstance(told, dict):
            if self._cover.hides(number(told.get("account_id"))):
                return self._person(told)
            return {name: self.value(one, name, depth + 1) for name, one in told.items()}
        return told

    def _text(self, told: str, field: str) -> str:
        subject = None if self._subject is None else f"{self._subject}/{field}"
        found = self._cover.cover(told, self._place, subject)
        self.kinds |= found.kinds
        return found.text

    def _person(self, told: dict[str, Any]) -> dict[str, Any]:
        """Somebody who is hidden: id and role, and the letter for a name; everything else that is said is covered."""
        self.kinds.add(MaskKind.NAME)
        shown = {}
        for name, one in told.items():
            if name == "name" and isinstance(one, str):
                shown[name] = self._cover.name(number(told["account_id"]), one)
            elif name in _OF_HIDDEN or one is None or isinstance(one, bool | int):
                shown[name] = one
            else:
                shown[name] = _REST if one else one
        return shown
