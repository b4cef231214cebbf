"""Masks the records (entries) of a package.

A record is masked if masking changes anything in its payload: a text, a file name, a person. Tables and pages are
then made from the masked record, so that anybody who verifies the package can make them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from archiver.evidence.history import (
    DELETED_BODY,
    READINGS,
    EntryObject,
    MessageHistory,
    Span,
    field_text,
    number,
)
from archiver.evidence.masked_and_erased import masked_line, shown_line
from archiver.export.mask.names import REASON as OUTSIDE_REASON
from archiver.export.mask.names import PeriodIds, people_in
from archiver.export.mask.package_mask import MaskedPlace, PackageMask
from archiver.export.mask.patterns_by_kind import MaskKind, reason
from archiver.export.mask.policy_and_covers import Covers, Policy
from archiver.records import JsonObject, contract_facts

_NEVER_MASKED = frozenset({*READINGS, "gap", "gap.narrowed", "gap.closed", "blob", "stamp", "rollback", "service"})
"""Kinds of entries that hold only ids, times and counts."""

_ABOUT_PEOPLE = frozenset({"account", "member", "contact", "mapping"})
"""Kinds of entries whose key ends with an account id."""

_UNMASKED_FIELDS = frozenset(
    (
        *("message_id", "chatwork_id", "sha256", "copy", "replies"),
        *("state", "source", "kind", "item", "platform", "side", "role", "type", "status", "limit_type"),
        *("from", "to", "seen", "saved_at", "closed_at", "at", "dated", "issued_on", "received_on", "sent_on"),
        *(fact.name for fact in contract_facts.FACTS if fact.is_day),
    )
)
"""Fields of ids, of words of Chatwork and of this program, and of days, which nobody wrote."""
_KEPT_OF_HIDDEN = frozenset({"role", "message_id"})
"""Fields that stay in the object of a hidden person."""

_FORM_OF_COMPANY = re.compile(r"株式会社|有限会社|合同会社|[((]株[))]")
_MAX_DEPTH = 40
_REPLACEMENT = "■■"


class MaskedRecord(NamedTuple):
    """A masked record: the entry for tables, and what its lines are made of, which many packages do not need."""

    entry: EntryObject
    digest: str
    reasons: str

    @property
    def line(self) -> str:
        """Its line in `entries.jsonl`."""
        return masked_line(self.digest, self.reasons)

    @property
    def shown_line(self) -> str:
        """The line that shows its content."""
        return shown_line(self.digest, self.entry)


def make_mask(
    policy: Policy,
    entries: Collection[EntryObject],
    *,
    owner: int,
    counterparts: Collection[int],
    called: Mapping[int, Collection[str]] | None = None,
) -> PackageMask:
    """The mask of a package, from the `account` and `member` entries of its rooms.

    Whoever is neither the owner nor a counterpart is a third person. `called`: what else somebody is called.
    The organisation of a party stays as the name does.
    """
    people, _rooms = people_in(entries)
    third = people.keys() - {owner, *counterparts}
    for account, names in (called or {}).items():
        people.setdefault(account, []).extend(names)
    for party in (owner, *sorted(counterparts)):
        people.setdefault(party, [])
    for entry in entries:
        party = number(entry["key"].rpartition("/")[2])
        if entry["kind"] == "member" and party in (owner, *counterparts):
            organisation = field_text(entry, "organization_name")
            people[party] += [organisation, _FORM_OF_COMPANY.sub("", organisation)]
    return PackageMask(policy, people, third)


def mask_record(
    entry: EntryObject, digest: str, mask: PackageMask | None, ids: PeriodIds | None = None
) -> MaskedRecord | None:
    """The masked form of a record; None if nothing in it is masked.

    `ids`: the messages of a package of a period; the record names no others then.
    """
    inside = entry if ids is None else ids.cover(entry)
    payload, kinds = _mask_payload(inside, mask)
    if payload == entry["payload"]:
        return None
    masked_entry = {**entry, "key": _shown_key(entry, mask), "payload": payload, "salt": ""}
    reasons = sorted(map(reason, kinds)) or ([] if payload == inside["payload"] else [reason(MaskKind.NAME)])
    text = "、".join([*reasons, *([] if inside is entry else [OUTSIDE_REASON])])
    return MaskedRecord(masked_entry, digest, text)


def _mask_payload(entry: EntryObject, mask: PackageMask | None) -> tuple[JsonObject, set[MaskKind]]:
    if mask is None or entry["kind"] in _NEVER_MASKED:
        return entry["payload"], set()
    if _is_known_as_clean(entry["payload"], mask):
        return entry["payload"], set()
    masker = _ObjectMasker(mask, _record_place(entry), f"{entry['room_id']}/{entry['key'].partition('/')[2]}")
    return masker.mask_value(entry["payload"]), masker.kinds


def _is_known_as_clean(value: Mapping[str, Any], mask: PackageMask, depth: int = 0) -> bool:
    """Whether an object has no hidden person and no text but those that are known to have nothing to cover."""
    if depth > _MAX_DEPTH or mask.is_hidden(number(value.get("account_id"))):
        return False
    for name, item in value.items():
        if isinstance(item, str):
            if name not in _UNMASKED_FIELDS and not mask.is_known_as_clean(item):
                return False
        elif isinstance(item, list) or (isinstance(item, dict) and not _is_known_as_clean(item, mask, depth + 1)):
            return False
    return True


def _shown_key(entry: EntryObject, mask: PackageMask | None) -> str:
    """The key of a record, which may end with the account id of a third person."""
    head, _slash, account = str(entry["key"]).rpartition("/")
    shown = mask.shown_account(number(account)) if mask is not None and entry["kind"] in _ABOUT_PEOPLE else 0
    return f"{head}/{shown}" if shown else str(entry["key"])


def masked_entry(entry: EntryObject, mask: PackageMask | None, ids: PeriodIds | None = None) -> EntryObject:
    """The record as tables and pages are made from it: unchanged, if nothing in it is masked."""
    record = None if mask is None and ids is None else mask_record(entry, "", mask, ids)
    return entry if record is None else record.entry


def is_plain(history: MessageHistory, entries: Sequence[EntryObject]) -> bool:
    """Whether a message was only sent, by somebody with a name, and has no form of Chatwork's system."""
    is_sent = len(entries) == 1 and history.state == "present" and history.name != ""
    return is_sent and history.body != DELETED_BODY and "[dtext:" not in history.body


def shown_history(history: MessageHistory, mask: PackageMask, covers: Covers) -> MessageHistory:
    """The history of such a message as it is shown, the same as that of its masked entry."""
    room, ident, account, name = history.room_id, history.message_id, history.account_id, history.name
    body = covers.shown_text((room, ident), history.body)
    if not mask.is_known_as_clean(body):
        body = mask.mask_with_kinds(body, MaskedPlace("本文", room, number(ident)), f"{room}/{ident}/body").text
    if mask.is_hidden(account):
        account, name = mask.shown_account(account), mask.shown_name(account, name)
    elif not mask.is_known_as_clean(name):
        name = mask.mask_text(name, MaskedPlace("本文", room, number(ident)))
    ((_body, updated, first, last, seq),) = history.versions
    span = Span(body, updated, first, last, seq)
    return history._replace(account_id=account, name=name, body=body, versions=(span,))


def is_unmasked(body: bytes, mask: PackageMask | None) -> bool:
    """Whether nothing in a reply of the API is masked, so that it may be included as received."""
    if mask is None:
        return True
    try:
        reply = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return False
    return bool(_ObjectMasker(mask, None, None).mask_value(reply) == reply)


def _record_place(entry: EntryObject) -> MaskedPlace:
    kind, name = entry["kind"], entry["key"].rpartition("/")[2]
    if kind == "message":
        return MaskedPlace("本文", entry["room_id"], number(name))
    if kind == "room":
        return MaskedPlace("チャット名・概要", entry["room_id"])
    words = {"file": f"ファイル名(ファイルID {name})", "task": f"タスク(タスクID {name})"}
    return MaskedPlace(words.get(kind) or ("参加者の情報" if kind in _ABOUT_PEOPLE else "仕事の記録"))


class _ObjectMasker:
    """Masks the texts of a received JSON object."""

    def __init__(self, mask: PackageMask, place: MaskedPlace | None, subject: str | None) -> None:
        self.kinds: set[MaskKind] = set()
        self._mask = mask
        self._place = place
        self._subject = subject

    def mask_value(self, value: Any, field: str = "", depth: int = 0) -> Any:
        """The value with its texts masked."""
        if isinstance(value, str):
            return value if field in _UNMASKED_FIELDS else self._mask_text(value, field)
        if value is None or isinstance(value, int):  # most of an object are numbers
            return value
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
        masked_text = self._mask.mask_with_kinds(original, self._place, subject)
        self.kinds |= masked_text.kinds
        return masked_text.text

    def _mask_person(self, person: dict[str, Any]) -> dict[str, Any]:
        """The object of a hidden person: a letter replaces the name, a number a third person's id; the role stays."""
        self.kinds.add(MaskKind.NAME)
        masked = {}
        for name, value in person.items():
            if name == "name" and isinstance(value, str):
                masked[name] = self._mask.shown_name(number(person["account_id"]), value)
            elif name == "account_id":
                masked[name] = type(value)(self._mask.shown_account(number(value)))
            elif name in _KEPT_OF_HIDDEN or value is None or isinstance(value, bool | int):
                masked[name] = value
            else:
                masked[name] = _REPLACEMENT if value else value
        return masked
