"""The base line of a package of a period: the last state before it of what lasts (design §6). Pure functions.

Names, Chatwork IDs, organisations, membership, description and open tasks last; everything else of the time before
stays out of the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archiver.evidence.history import EntryObject, text

BASE_LINE_KINDS = ("account", "member", "room", "task")
"""Kinds of entries about what lasts."""


def base_line(entries: Iterable[EntryObject], starts: Mapping[int, str]) -> frozenset[int]:
    """The numbers of the entries that make the base line; entries come oldest first.

    `starts`: room → the beginning of its period, written as in entries. A person whom the list of members showed no
    more, and a task that was done or gone, do not last.
    """
    last: dict[tuple[int, str], EntryObject] = {}
    for entry in entries:
        start = starts.get(entry["room_id"])
        if start is not None and entry["kind"] in BASE_LINE_KINDS and entry["observed_at"] < start:
            last[entry["room_id"], entry["key"]] = entry
    rooms_with_members = {room for room, key in last if key.startswith("member/")}
    return frozenset(
        entry["seq"]
        for (room, key), entry in last.items()
        if _lasts(entry) and (room not in rooms_with_members or _is_in_room(last, room, key))
    )


def _lasts(entry: EntryObject) -> bool:
    payload = entry["payload"]
    if payload.get("state", "present") != "present":
        return False
    return entry["kind"] != "task" or text(payload["object"].get("status")) == "open"


def _is_in_room(last: Mapping[tuple[int, str], EntryObject], room: int, key: str) -> bool:
    """Whether the last list of members had the person of an `account` entry; of other kinds always."""
    kind, _, person = key.partition("/")
    member = last.get((room, f"member/{person}"))
    return kind != "account" or (member is not None and _lasts(member))
