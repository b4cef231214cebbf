"""What the records of people and rooms show of accounts that may be closed. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from archiver.evidence.history import EntryObject, number, text
from archiver.records import AccountClosing, AccountId, ClosingSign, closed_mark

SIGN_KINDS = ("account", "member", "room")
"""The kinds of entries that can show one."""


def account_closings(entries: Iterable[EntryObject], owner: int) -> tuple[AccountClosing, ...]:
    """The signs that accounts of others were closed, each when it was first seen; entries come oldest first."""
    found: dict[tuple[int, ClosingSign, int], AccountClosing] = {}
    people: dict[int, set[int]] = {}
    types: dict[int, str] = {}
    for entry in entries:
        room = entry["room_id"]
        mark = closed_mark(text(entry["payload"]["object"].get("name"))) if entry["kind"] != "room" else ""
        for account, sign in _signs(entry, people.setdefault(room, set()), types.get(room, ""), mark):
            closing = AccountClosing(
                AccountId(account), datetime.fromisoformat(entry["observed_at"]), entry["seq"], sign, room, mark
            )
            if account != owner:
                found.setdefault((account, sign, 0 if sign is ClosingSign.SUFFIX else room), closing)
        if entry["kind"] == "room":
            types[room] = text(entry["payload"]["object"].get("type"))
        else:
            people[room].add(_account(entry))
    return tuple(found.values())


def _signs(entry: EntryObject, people: Iterable[int], type_before: str, mark: str) -> Iterator[tuple[int, ClosingSign]]:
    """What one entry shows; `people` and `type_before` are the room's as known before it."""
    received = entry["payload"]["object"]
    if entry["kind"] == "room":
        if type_before == "direct" and text(received.get("type")) == "group":
            yield from ((one, ClosingSign.GROUP) for one in sorted(people))
        return
    if mark:
        yield _account(entry), ClosingSign.SUFFIX
    if entry["payload"].get("state") == "gone":
        yield _account(entry), ClosingSign.GONE


def _account(entry: EntryObject) -> int:
    return number(entry["key"].rpartition("/")[2])
