"""Message ids in text: the forms that they have there, and those found, of contracted rooms or left out and why."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archiver.records.conversation import first_id_after, is_plausible
from archiver.store.working.backfill_queue import MessagePlace

IDS_LIMIT = 200_000
"""The most ids taken in one call: reading them takes three days within Chatwork's limit."""


@dataclass(slots=True)
class FoundIds:
    """Message ids found in any number of files."""

    rooms: AbstractSet[int]
    """The contracted rooms; ids of other rooms are only counted."""
    fallback: int | None
    """The room of ids without one: the room the user named, or the only one; None = such ids cannot be used."""
    now: datetime
    places: set[MessagePlace] = field(default_factory=set)
    elsewhere: set[MessagePlace] = field(default_factory=set)
    """Ids in rooms without a contract."""
    roomless: set[int] = field(default_factory=set)
    implausible: set[str] = field(default_factory=set)
    """Numbers that no message can have: of the future, or from before Chatwork began."""
    is_cut: bool = False
    """Whether there were more than `IDS_LIMIT`."""

    def is_full(self) -> bool:
        """Whether no more ids are taken."""
        taken = len(self.places) + len(self.elsewhere) + len(self.roomless) + len(self.implausible)
        return taken >= IDS_LIMIT


@dataclass(slots=True)
class FilePageIds:
    """Ids found in one file or one part of a mail, whose rooms may become known only at its end."""

    found: FoundIds
    room: int | None = None
    """The room in which the page was saved, as it states itself."""
    hint: int | None = None
    """A contracted room in the file's name."""
    _seen_rooms: set[int] = field(default_factory=set)
    _explicit: set[int] = field(default_factory=set)
    _roomless: set[int] = field(default_factory=set)

    def add(self, room: str | int | None, message: str | int) -> None:
        """Add an id; `room` None = the text states none."""
        position = self._position(message)
        if position is None:
            return
        if room is None:
            self._roomless.add(position)
            return
        number = _parse_number(room)
        self._seen_rooms.add(number)
        self._explicit.add(position)
        self._add_place(number, position)

    def set_room(self, room: str) -> None:
        """Set the room in which the page was saved; the first one counts."""
        if self.room is None:
            self.room = _parse_number(room)

    def close(self) -> None:
        """Give the ids without a room that of the page: the stated, the hinted, the only one on it, or the fallback."""
        only = next(iter(self._seen_rooms)) if len(self._seen_rooms) == 1 else None
        room = next(
            (number for number in (self.room, self.hint, only, self.found.fallback) if number is not None), None
        )
        for position in self._roomless - self._explicit:
            if room is None:
                self.found.roomless.add(position)
            else:
                self._add_place(room, position)

    def _add_place(self, room: int, position: int) -> None:
        places = self.found.places if room in self.found.rooms else self.found.elsewhere
        places.add((room, position))

    def _position(self, message: str | int) -> int | None:
        if self.found.is_full() or len(self._roomless) >= IDS_LIMIT:
            self.found.is_cut = True
            return None
        position = _parse_number(message)
        if not is_plausible(position, self.found.now):
            self.found.implausible.add(str(message)[:40])
            return None
        return position


def _parse_number(value: str | int) -> int:
    """A whole number of at most 19 digits; 0, which is no id, for everything else."""
    if isinstance(value, int):
        return value if 0 < value < 2**63 else 0
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 19 else 0


_N = r"([0-9]{1,19})(?![0-9])"
_HASH, _BANG = r"(?:#|%23|&#35;|&#x23;)", r"(?:!|%21|&#33;|&#x21;)"

_LINK = re.compile(rf"{_HASH}{_BANG}rid{_N}(?:-|%2D){_N}", re.IGNORECASE)
_REPLY = re.compile(rf"\[(?:rp|返信|Reply) [^\[\]]{{0,200}}?to=([0-9]{{1,19}})-{_N}")
_BETWEEN = r"(?![0-9])[^\s\"'<>]{0,200}?\b"
_ROOM_FIRST = re.compile(rf"\brid=(?P<rid>[0-9]{{1,19}}){_BETWEEN}mid=(?P<mid>[0-9]{{1,19}})(?![0-9])")
_MESSAGE_FIRST = re.compile(rf"\bmid=(?P<mid>[0-9]{{1,19}}){_BETWEEN}rid=(?P<rid>[0-9]{{1,19}})(?![0-9])")
_TAG = re.compile(r"<[a-zA-Z][^<>]{1,8000}>")
_ATTRIBUTE = re.compile(
    r"\b(?:(?P<message>data-(?:mid|message-?id))|(?P<room>data-(?:rid|room-?id)))"
    r"\s{0,9}=\s{0,9}[\"']?\s{0,9}(?P<number>[0-9]{1,19})(?![0-9])",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rf"_messageId-?{_N}")
_KEY = re.compile(rf'"(?:message_id|messageId|mid)"\s{{0,9}}:\s{{0,9}}"?{_N}')
_SAVED = re.compile(
    rf"(?:saved from url=\([0-9]{{1,6}}\)|Content-Location:\s{{0,9}})https?://[^\s\"'<>]{{1,200}}?{_HASH}{_BANG}rid{_N}",
    re.IGNORECASE,
)

_MARKED = re.compile(r"(?<![A-Za-z0-9_])m([0-9]{6,19})(?![A-Za-z0-9_])")
_PAIR = re.compile(r"(?<![0-9])([0-9]{4,12})[-_/:,;\t ]m?([0-9]{16,19})(?![0-9])")
_BARE = re.compile(r"(?<![\w#.\-])([0-9]{18,19})(?![\w])")
BARE_FROM = first_id_after(datetime(2015, 1, 1, tzinfo=UTC))
"""A bare number is an id only if it states a time since then: other numbers are smaller."""


def take_page(text: str, page: FilePageIds) -> None:
    """Add the ids that a saved page, a mail or any other text states explicitly."""
    for match in _SAVED.finditer(text):
        page.set_room(match[1])
    for pattern in (_LINK, _REPLY):
        for match in pattern.finditer(text):
            page.add(match[1], match[2])
    if "mid=" in text and "rid=" in text:
        for pattern in (_ROOM_FIRST, _MESSAGE_FIRST):
            for match in pattern.finditer(text):
                page.add(match["rid"], match["mid"])
    if "data-" in text:
        for match in _TAG.finditer(text):
            _take_tag(match[0], page)
    for pattern in (_ELEMENT, _KEY):
        for match in pattern.finditer(text):
            page.add(None, match[1])


def take_list(text: str, page: FilePageIds) -> None:
    """Add the same ids and those of a plain list: `m…`, room and message side by side, or a bare number."""
    take_page(text, page)
    for match in _PAIR.finditer(text):
        if int(match[1]) in page.found.rooms:
            page.add(match[1], match[2])
    for match in _MARKED.finditer(text):
        page.add(None, match[1])
    for match in _BARE.finditer(text):
        if int(match[1]) >= BARE_FROM:
            page.add(None, match[1])


def _take_tag(tag: str, page: FilePageIds) -> None:
    """Add the message of one element of Chatwork's page, with its room if the element states it."""
    numbers: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        numbers.setdefault("message" if match["message"] else "room", match["number"])
    if "message" in numbers:
        page.add(numbers.get("room"), numbers["message"])
