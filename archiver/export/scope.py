"""Pure: which entries belong in a package (design §6, “Included entries”).

Of the contract's rooms, within each room's period; what was stated about the contract itself; nothing else.
A message is judged by when it was sent, a file by when it was uploaded, everything else by when it was seen;
later entries about the same message go with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from archiver.evidence.history import EntryObject, number
from archiver.records import Contract, JsonObject

NEVER_EXPORTED = frozenset({"sweep", "export", "alert", "note", "me"})
"""Kinds that never leave, whatever room they might name."""

STATEMENTS = frozenset({"contract", "delivery", "attachment", "mapping"})

READINGS = frozenset({"window", "reading"})
"""Kinds that say when a list or a message was read: by themselves no news."""


class Bounds(NamedTuple):
    """From (included) and to (no more included) in Unix seconds; None = no bound."""

    start: float | None
    end: float | None

    def contains(self, at: float) -> bool:
        """Whether a time lies within."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class PackageScope:
    """Judges entries for one package, oldest first; remembers what it decided about each message."""

    def __init__(
        self,
        contract: Contract,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: int = 0,
        news: Iterable[tuple[int | None, str]] | None = None,
    ) -> None:
        """Take the contract's rooms and periods; `since` and `until` stand in place of the periods' ends.

        `news` (subjects as room and key) and `after` make it the scope of a daily export: only these subjects
        with all their entries, and readings later than entry `after`.
        """
        self._contract = contract.id
        self._bounds: dict[int, list[Bounds]] = {}
        self._own_bounds: dict[int, list[Bounds]] = {}
        for room in contract.rooms:
            own = Bounds(_seconds(room.start), _seconds(room.end))
            self._own_bounds.setdefault(room.room_id, []).append(own)
            bounds = Bounds(_seconds(since or room.start), _seconds(until or room.end))
            self._bounds.setdefault(room.room_id, []).append(bounds)
        self.has_own_period = since is None and until is None
        """Whether the user named no part of the time."""
        self._after = after
        self._news = None if news is None else frozenset(news)
        self._messages: dict[int, set[int]] = {}
        self.whole = all(Bounds(None, None) in listed for listed in self._bounds.values())
        """Whether no bound was given."""
        self.all_messages = self.whole and self._news is None
        """Whether every message of the rooms is in the package, so that none need be looked into."""

    @property
    def rooms(self) -> tuple[int, ...]:
        """The rooms of the contract, by number."""
        return tuple(sorted(self._bounds))

    def bounds(self, room: int) -> list[Bounds]:
        """The periods of a room."""
        return self._bounds[room]

    def end(self, room: int) -> float | None:
        """Where the last part of a room ends; None: nowhere."""
        ends = [one.end for one in self._bounds[room]]
        return None if None in ends else max(end for end in ends if end is not None)

    def includes(self, entry: EntryObject) -> bool:
        """Whether an entry that is not a message's belongs in the package."""
        kind, room = entry["kind"], entry["room_id"]
        if kind in NEVER_EXPORTED:
            return False
        if room is None:
            return self._is_statement(kind, entry["key"]) and self._is_news(entry)
        return room in self._bounds and self._within(room, _scope_time(entry)) and self._is_news(entry)

    def includes_message(self, entry: EntryObject) -> bool:
        """Whether a `message` entry belongs in the package; the first one of a message decides for all."""
        room, position = entry["room_id"], int(entry["key"].partition("/")[2])
        if room not in self._bounds:
            return False
        decided = self._messages.setdefault(room, set())
        if position not in decided and ~position not in decided:
            sent = number(entry["payload"]["object"].get("send_time"))
            inside = self._within(room, sent or observed_seconds(entry)) and self._is_news(entry)
            decided.add(position if inside else ~position)
        return position in decided

    def holds_message(self, room: int, position: int) -> bool:
        """Whether a message whose entries have been judged is in the package."""
        return self.all_messages or position in self._messages.get(room, ())

    def passes_over(self, room: int | None, kind: str, key: str) -> bool:
        """Whether an entry need not even be looked into, as its subject is not among the news."""
        if self._news is None or kind in READINGS or kind == "contract":
            return False
        return (room, subject(kind, key)) not in self._news

    def includes_object(self, room: int, api_object: JsonObject, received: float) -> bool:
        """Whether an object inside a reply belongs in the package."""
        at = number(api_object.get("send_time")) or number(api_object.get("upload_time")) or received
        return room in self._bounds and self._within(room, at)

    def overlaps(self, room: int, start: datetime | None, end: datetime | None) -> bool:
        """Whether a stretch of time (None: without an end) touches the room's period."""
        first, last = _seconds(start), _seconds(end)
        return any(
            (bounds.end is None or first is None or first < bounds.end)
            and (bounds.start is None or last is None or last >= bounds.start)
            for bounds in self._bounds.get(room, ())
        )

    def is_of_contract(self, room: int, at: float) -> bool:
        """Whether a time lies in a room's own period in the contract, whatever part of it the user asked for."""
        return any(one.contains(at) for one in self._own_bounds.get(room, ()))

    def _within(self, room: int, at: float) -> bool:
        return any(one.contains(at) for one in self._bounds[room])

    def _is_statement(self, kind: str, key: str) -> bool:
        """Whether it is a statement about this contract."""
        contract_key = f"{kind}/{self._contract}"
        return kind in STATEMENTS and (key == contract_key or key.startswith(f"{contract_key}/"))

    def _is_news(self, entry: EntryObject) -> bool:
        if self._news is None or entry["kind"] == "contract":
            return True
        if entry["kind"] in READINGS:
            return bool(entry["seq"] > self._after)
        return (entry["room_id"], subject(entry["kind"], entry["key"])) in self._news


def subject(kind: str, key: str) -> str:
    """What an entry is about: a file and its bytes have different keys, but are one thing."""
    return f"file/{key.rpartition('/')[2]}" if kind == "blob" else key


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def observed_seconds(entry: EntryObject) -> float:
    """When an entry was made, in Unix seconds."""
    return datetime.fromisoformat(entry["observed_at"]).timestamp()


def _scope_time(entry: EntryObject) -> float:
    """By what an entry is judged; the bytes of a file by its upload, as the file itself."""
    payload = entry["payload"]
    uploaded = 0
    if entry["kind"] == "file":
        uploaded = number(payload["object"].get("upload_time"))
    elif entry["kind"] == "blob":
        uploaded = number(payload.get("listed_time"))
    return uploaded or observed_seconds(entry)
