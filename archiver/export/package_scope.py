"""Which entries belong in a package. Pure functions.

Entries of the contract's rooms within each room's period, statements about the contract itself that name no other
room and nobody of another one, and what was recorded about stamps and seals; nothing else.
A message is judged by its send time, a file by its upload time, everything else by the time it was observed.
Later entries about a message go with it, and the task that it gave.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from gettext import gettext as _

from archiver import errors
from archiver.evidence.history import READINGS, EntryObject, number, text
from archiver.records import Contract, JsonObject

NEVER_EXPORTED = {
    "sweep": "runs",
    **dict.fromkeys(("export", "handover"), "exports"),
    **dict.fromkeys(("alert", "note", "me", "grant", "review"), "own"),
}
"""Kinds of entries that never leave the archive, whatever room they name, and what a package counts them as."""

STATEMENTS = frozenset({"contract", "delivery", "attachment", "mapping"})


Bounds = tuple[float | None, float | None]
"""A period in Unix seconds, the start included, the end excluded; None = no bound."""


def _contains(bounds: Bounds, at: float) -> bool:
    start, end = bounds
    return (start is None or start <= at) and (end is None or at < end)


class PackageScope:
    """Decides which entries belong in one package; keeps its decision about each message. Entries come oldest first."""

    def __init__(
        self,
        contract: Contract,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: int = 0,
        news: Iterable[tuple[int | None, str]] | None = None,
    ) -> None:
        """Take the contract's rooms and periods; `since` and `until` replace the ends of the periods.

        `news` (subjects as room and key) and `after` make it the scope of a daily copy: only these subjects with
        all their entries, and readings later than entry `after`.
        """
        self._contract = contract.id
        self._parts = [replace(one, start=since or one.start, end=until or one.end) for one in contract.rooms]
        self._bounds: dict[int, list[Bounds]] = {}
        self._own_bounds: dict[int, list[Bounds]] = {}
        for room, part in zip(contract.rooms, self._parts, strict=True):
            self._own_bounds.setdefault(room.room_id, []).append(room.bounds)
            self._bounds.setdefault(room.room_id, []).append(part.bounds)
        self.has_own_period = since is None and until is None
        """Whether the user asked for no period other than the contract's own."""
        self._after = after
        self._news = None if news is None else frozenset(news)
        self._messages: dict[int, set[int]] = {}
        self.base_line: frozenset[int] = frozenset()
        """The numbers of the entries that make the base line (`export.base_line`); they belong in the package."""
        self.withdrawn: frozenset[str | int] = frozenset()
        """Keys of statements taken back, and numbers of the contract's entries, that name what is of another job."""
        self.whole = all((None, None) in listed for listed in self._bounds.values())
        """Whether no bound was given."""
        self.all_messages = self.whole and self._news is None
        """Whether every message of the rooms is in the package, so that none needs to be parsed."""

    @property
    def rooms(self) -> tuple[int, ...]:
        """The rooms of the contract, by number."""
        return tuple(sorted(self._bounds))

    def bounds(self, room: int) -> list[Bounds]:
        """The periods of a room."""
        return self._bounds[room]

    @property
    def starts(self) -> dict[int, str]:
        """Room → the beginning of its first period, written as in entries; only where a base line comes before it."""
        bounds = {
            room: [start for start, _end in listed] for room, listed in self._bounds.items() if self._news is None
        }
        return {
            room: _time_text(min(one for one in starts if one is not None))
            for room, starts in bounds.items()
            if None not in starts
        }

    def end(self, room: int) -> float | None:
        """The end of a room's last period in Unix seconds; None: it has no end."""
        ends = [end for _start, end in self._bounds[room]]
        return None if None in ends else max(end for end in ends if end is not None)

    def includes(self, entry: EntryObject) -> bool:
        """Whether an entry other than a `message` entry belongs in the package."""
        kind, room = entry["kind"], entry["room_id"]
        if kind in NEVER_EXPORTED:
            return False
        if entry["seq"] in self.base_line:
            return True
        if kind in ("rollback", "erasure", "service"):
            return True
        if kind == "stamp":
            return bool(entry["seq"] > self._after)
        if room is None:
            own_key = f"{kind}/{self._contract}"
            is_own = kind in STATEMENTS and f"{entry['key']}/".startswith(f"{own_key}/")
            return is_own and self.is_news(entry) and not self._names_others(entry)
        if room not in self._bounds or not self.is_news(entry):
            return False
        return self._is_within(room, _scope_time(entry)) or (kind == "task" and self.is_given_inside(entry) is True)

    def is_given_inside(self, task: EntryObject) -> bool | None:
        """Whether the message with which a task was given is in the package; None: it is not saved."""
        position, decided = number(task["payload"]["object"].get("message_id")), self._messages.get(task["room_id"], ())
        return position in decided if position in decided or ~position in decided else None

    def includes_erased(self, room: int | None, seq: int) -> bool:
        """Whether the tombstone of an erased entry belongs in the package: its time is not known any more."""
        return room in self._bounds and seq > self._after

    def includes_message(self, entry: EntryObject) -> bool:
        """Whether a `message` entry belongs in the package; the first one of a message decides for all."""
        room, position = entry["room_id"], int(entry["key"].partition("/")[2])
        if room not in self._bounds:
            return False
        decided = self._messages.setdefault(room, set())
        if position not in decided and ~position not in decided:
            sent = number(entry["payload"]["object"].get("send_time"))
            inside = self._is_within(room, sent or observed_seconds(entry)) and self.is_news(entry)
            decided.add(position if inside else ~position)
        return position in decided

    def is_message_inside(self, room: int, sent: int, first_seen: str) -> bool:
        """Whether a message lies in the periods of its room; `sent` in Unix seconds, 0: not known."""
        return self._is_within(room, sent or datetime.fromisoformat(first_seen).timestamp())

    def holds_message(self, room: int, position: int) -> bool:
        """Whether a message is in the package; its entries must have been judged before."""
        return self.all_messages or position in self._messages.get(room, ())

    def can_skip(self, room: int | None, key: str) -> bool:
        """Whether the entry of a message can be skipped unparsed, as it is not among the news."""
        return self._news is not None and (room, subject("message", key)) not in self._news

    def includes_object(self, room: int, api_object: JsonObject, received: float) -> bool:
        """Whether an object of an API reply belongs in the package; `received` is when the reply came."""
        at = number(api_object.get("send_time")) or number(api_object.get("upload_time")) or received
        return room in self._bounds and self._is_within(room, at)

    def overlaps(self, room: int, start: datetime | None, end: datetime | None) -> bool:
        """Whether a range of time (None: without an end) overlaps a period of the room."""
        return any(part.room_id == room and part.overlaps(start, end) for part in self._parts)

    def is_of_contract(self, room: int, at: float) -> bool:
        """Whether a time lies in a room's period of the contract, whatever period the user asked for."""
        return any(_contains(one, at) for one in self._own_bounds.get(room, ()))

    def _is_within(self, room: int, at: float) -> bool:
        return any(_contains(one, at) for one in self._bounds[room])

    def _names_others(self, entry: EntryObject) -> bool:
        """Whether a statement names a chat that the contract has no more, or something of such a chat."""
        if entry["key"] in self.withdrawn or entry["seq"] in self.withdrawn:
            return True
        rooms = entry["payload"].get("rooms", ()) if entry["kind"] == "contract" else ()
        return any(room["room_id"] not in self._bounds for room in rooms)

    def is_news(self, entry: EntryObject) -> bool:
        """Whether a daily copy has the entry; other packages have all."""
        if self._news is None or entry["kind"] == "contract":
            return True
        if entry["kind"] in READINGS:
            return bool(entry["seq"] > self._after)
        return (entry["room_id"], subject(entry["kind"], entry["key"])) in self._news


def subject(kind: str, key: str) -> str:
    """The subject of an entry; a file and its bytes have different keys but one subject."""
    return f"file/{key.rpartition('/')[2]}" if kind == "blob" else key


def _time_text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def observed_seconds(entry: EntryObject) -> float:
    """When an entry was observed, in Unix seconds."""
    return datetime.fromisoformat(entry["observed_at"]).timestamp()


def _scope_time(entry: EntryObject) -> float:
    """The time in Unix seconds by which an entry is judged; for the bytes of a file its upload time."""
    payload = entry["payload"]
    uploaded = 0
    if entry["kind"] == "file":
        uploaded = number(payload["object"].get("upload_time"))
    elif entry["kind"] == "blob":
        uploaded = number(payload.get("listed_time"))
    elif entry["kind"] == "gap" and payload["reason"] == "erased" and payload["from"]:
        return datetime.fromisoformat(payload["from"]).timestamp()
    return uploaded or observed_seconds(entry)


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


_LINK = re.compile(r"(?:https?://[^\s,]{1,100}/)?#!rid[0-9]{1,19}-(?P<id>[0-9]{1,20})")
_ID = re.compile(r"m?(?P<id>[0-9]{1,20})")
_NUMBER = re.compile(r"no\.?(?P<no>[0-9]{1,9})", re.IGNORECASE)
_SPACED_NUMBER = re.compile(r"(?i)(?<![^\s,、])(no\.?)\s+(?=[0-9])")
_BETWEEN = re.compile(r"[,、\s]+")

_SHORTEST_ID = 8
"""Digits from which a bare number is an id, as many as Chatwork's oldest ids have. A shorter one is a No."""


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """The messages that the user named; if there are none, a rule chooses."""

    ids: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()

    def check(self, packaged: Mapping[str, int]) -> None:
        """Check that the named messages are in the package (id → No.). Raises UsageError naming those that are not."""
        numbers = frozenset(packaged.values())
        lacking = sorted(self.ids - packaged.keys()) + [f"No.{one}" for one in sorted(self.numbers - numbers)]
        if lacking:
            message = _("These messages are not in the export: {messages}")
            raise errors.UsageError(detail=message.format(messages=", ".join(lacking[:10])))


NOTHING = MessageChoice()


def parse_choice(given: str | None) -> MessageChoice:
    """Parse `--messages`: separated by commas or spaces, also of full width, as a Japanese keyboard gives them.

    Raises UsageError for a word that has none of the three forms.
    """
    ids: set[str] = set()
    numbers: set[int] = set()
    for word in _BETWEEN.split(_SPACED_NUMBER.sub(r"\1", unicodedata.normalize("NFKC", given or ""))):
        if not word:
            continue
        link, bare, number = _LINK.fullmatch(word), _ID.fullmatch(word), _NUMBER.fullmatch(word)
        if link:
            ids.add(str(int(link["id"])))
        elif number:
            numbers.add(int(number["no"]))
        elif bare and (word.startswith("m") or len(bare["id"]) >= _SHORTEST_ID):
            ids.add(str(int(bare["id"])))
        elif bare:
            numbers.add(int(bare["id"]))
        else:
            message = _("“{word}” is not a message: give its id, its address from Chatwork, or its number like No.12.")
            raise errors.UsageError(detail=message.format(word=word))
    return MessageChoice(frozenset(ids), frozenset(numbers))
