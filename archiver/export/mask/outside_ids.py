"""Covers the ids of messages outside a package's period in the records that name them beside those inside.

A reading keeps its times and, of its range, what lies within the package, so that intervals can still be made.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archiver.evidence.history import LIST_KINDS, EntryObject, number

REASON = "期間外のメッセージID"
"""Why such a record is masked, as its line says."""

_GAP_KINDS = ("gap", "gap.narrowed", "gap.closed")
_LIST_FIELDS = ("first", "last", "times", "longest_s", "looks", "window")
"""Fields of a reading that tell when, and nothing of what it showed."""


class PeriodIds:
    """The ids of the messages in a package of a period, by room in ascending order."""

    def __init__(self, ids: Mapping[int, Sequence[int]]) -> None:
        """Take the ids."""
        self._ids = ids

    def holds(self, room: int, message: object) -> bool:
        """Whether a message is in the package."""
        ids, position = self._ids.get(room, ()), number(message)
        index = bisect_left(ids, position)
        return index < len(ids) and ids[index] == position

    def cover(self, entry: EntryObject) -> EntryObject:
        """The entry without the ids of messages outside; the same entry if it names none."""
        payload = self._covered_payload(entry["kind"], entry["room_id"], entry["payload"])
        return entry if payload is None else {**entry, "payload": payload}

    def _covered_payload(self, kind: str, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        if kind in LIST_KINDS:
            return self._covered_list(room, payload)
        if kind == "reading":
            return self._covered_reading(room, payload)
        if kind in _GAP_KINDS:
            return self._covered_gap(room, payload)
        named = payload["object"].get("message_id") if kind == "task" else None
        if not number(named) or self.holds(room, named):
            return None
        return {**payload, "object": {**payload["object"], "message_id": ""}}

    def _covered_reading(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ids that were refused are of no known time, so they count as outside until a reading showed them."""
        inside: dict[str, Any] = {"ids": [one for one in payload["ids"] if self.holds(room, one)]}
        if "refused" in payload:
            inside |= {"refused": {one: how for one, how in payload["refused"].items() if self.holds(room, one)}}
        return None if inside == payload else inside

    def _covered_list(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        absent = payload.get("absent", ())
        if self._all_inside(room, (payload["oldest"], payload["newest"], *absent)):
            return None
        covered = {name: payload[name] for name in _LIST_FIELDS if name in payload}
        ids = self._ids.get(room, ())
        first = bisect_left(ids, number(payload["oldest"]))
        last = bisect_right(ids, number(payload["newest"])) - 1
        if first <= last:
            covered |= {"oldest": str(ids[first]), "newest": str(ids[last])}
            covered["absent"] = [one for one in absent if self.holds(room, one)]
        return covered

    def _covered_gap(self, room: int, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        ends = {name: payload[name] for name in ("after", "before")}
        outside = {name for name, message in ends.items() if not self._all_inside(room, (message,))}
        return {name: value for name, value in payload.items() if name not in outside} if outside else None

    def _all_inside(self, room: int, messages: Iterable[object]) -> bool:
        return all(self.holds(room, one) for one in messages if one is not None)
