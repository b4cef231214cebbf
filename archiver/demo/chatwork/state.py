"""The state of the simulated Chatwork, its clock and its ids.

A message id carries its own time: `((ms - 1276473600000) << 22) | low bits`, and `send_time`
is the floor of that millisecond time (chatwork-api.md §13.2). The low bits are a worker
number and a sequence within the millisecond, so posts keep their order under a clock that
stands still.
"""

from bisect import bisect_right, insort
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from archiver.demo.chatwork.model import Account, ContactRequest, File, Message, Room, Task

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime."""

WINDOW = 100
"""The most elements of any list of the API."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_EPOCH_MS = 1276473600000
_WORKER = 0x5000
_DAY = 86400
_IDS_OF_ONE = 1_000
"""How far the ids of several simulated services lie apart."""

_P = ParamSpec("_P")
_R = TypeVar("_R")
_S = TypeVar("_S", bound="ChatworkState")


def locked(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Let a method run while no other locked method of the same state runs."""

    @wraps(method)
    def alone(self: _S, /, *args: _P.args, **named: _P.kwargs) -> _R:
        with self.lock:
            return method(self, *args, **named)

    return alone


class ChatworkState:
    """All objects by id; a caller holds `lock` while it reads or changes them."""

    def __init__(self, now: Clock | None, *, number: int = 0) -> None:
        self.lock = RLock()
        self.now: Clock = now or _real_now
        self.files_url = ""
        self.owner = 0
        self.my_room = 0
        self.free_days: int | None = None
        self.accounts: dict[int, Account] = {}
        self.rooms: dict[int, Room] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[int, File] = {}
        self.tasks: dict[int, Task] = {}
        self.contact_requests: dict[int, ContactRequest] = {}
        # Service-wide counters, at about where they stood in 2025.
        first = number * _IDS_OF_ONE
        self._accounts, self._rooms = count(8638511 + first), count(388277412 + first)
        self._files, self._tasks = count(1693905617 + first), count(412345678 + first)
        self._requests = count(5001 + first)
        self._sequences: dict[int, int] = {}

    def seconds(self, at: datetime | None = None) -> int:
        """A time, or the present, in whole Unix seconds."""
        return self._milliseconds(at) // 1000

    def owner_is_in(self, room_id: int) -> bool:
        """Whether the owner of the token is in that room."""
        room = self.rooms.get(room_id)
        return room is not None and self.owner in room.members

    def owners_rooms(self) -> list[Room]:
        """The rooms that the owner of the token is in."""
        return [room for room in self.rooms.values() if self.owner in room.members]

    def room_name(self, room: Room) -> str:
        """The name as the owner sees it: a direct chat has the other person's name."""
        return room.name if room.partner is None else self.accounts[room.partner].shown_name

    def window(self, room: Room, *, since: int = 0) -> list[Message]:
        """The newest 100 of a room; with `since`, the next 100 after that id."""
        ids = room.message_ids
        if since:
            begin = bisect_right(ids, since)
            ids = ids[begin : begin + WINDOW]
        return [self.messages[number] for number in ids[-WINDOW:]]

    def is_hidden(self, message: Message) -> bool:
        """Whether the free plan hides a message now."""
        return self.free_days is not None and message.send_time < self.seconds() - self.free_days * _DAY

    def add_post(self, room_id: int, account_id: int, body: str, *, at: datetime | None = None) -> Message:
        """Add a post to a room and update the room's counters."""
        milliseconds = self._milliseconds(at)
        message = Message(self._message_id(milliseconds), room_id, account_id, body, milliseconds // 1000)
        room = self.rooms[room_id]
        self.messages[message.message_id] = message
        insort(room.message_ids, message.message_id)
        room.message_num += 1
        room.last_update_time = max(room.last_update_time, message.send_time)
        if account_id != self.owner:
            room.unread_num += 1
            room.mention_num += self._mentions_owner(body)
        return message

    def _milliseconds(self, at: datetime | None) -> int:
        return ((at or self.now()) - _EPOCH) // timedelta(milliseconds=1)

    def _message_id(self, milliseconds: int) -> int:
        sequence = self._sequences.get(milliseconds, 0)
        self._sequences[milliseconds] = sequence + 1
        low = _WORKER + sequence
        assert low < 1 << 22, "more posts in one millisecond than an id can tell apart"
        return (milliseconds - _ID_EPOCH_MS) << 22 | low

    def _mentions_owner(self, body: str) -> bool:
        return any(tag in body for tag in (f"[To:{self.owner}]", f"[rp aid={self.owner} ", "[toall]"))


def _real_now() -> datetime:
    return datetime.now(UTC)
