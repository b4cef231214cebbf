"""Pure: compares two streams of messages, each in the order of ids: what both sides hold of each message, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count, product
from typing import NamedTuple

from archiver.evidence.history import Span

CLOCK_TOLERANCE = timedelta(minutes=2)
"""By how much the times of two sides may differ."""


_LAST_SECOND = 253_402_214_400


class HeldMessage(NamedTuple):
    """A message as one side holds it; times are RFC 3339 UTC, `send_time` is Chatwork's in Unix seconds."""

    room_id: int
    position: int
    """The message id as a number, by which messages are ordered."""
    no: int
    account_id: int
    name: str
    send_time: int
    state: str
    texts: tuple[str, ...] = ()
    """Every text that the side holds, oldest first; without the display of a deletion."""
    first_seen: str = ""
    seal: int | None = None
    stamped_at: str | None = None
    """The earliest third party's time over the record."""
    is_masked: bool = False
    versions: tuple[Span, ...] = ()

    @property
    def sent(self) -> datetime:
        """When it was sent; a package may state seconds that no calendar has."""
        return datetime.fromtimestamp(min(max(self.send_time, 0), _LAST_SECOND), UTC)


class Outcome(StrEnum):
    """What a comparison of one message gave; `A` and `B` are the two sides."""

    SAME = "same"
    A_HOLDS_MORE = "a_holds_more"
    B_HOLDS_MORE = "b_holds_more"
    EACH_HOLDS_MORE = "each_holds_more"
    TEXTS_DIFFER = "texts_differ"
    FACTS_DIFFER = "facts_differ"
    """Author or time of sending differ, which no edit can do."""
    UPDATES_DIFFER = "updates_differ"
    """Both saw one text in the same time, and of different times of its edit, of which Chatwork shows only one."""
    MASKED = "masked"
    ONLY_A = "only_a"
    ONLY_B = "only_b"


class Absence(StrEnum):
    """What is known of why a side does not hold a message."""

    EARLIER = "earlier"
    """Older than every message that this side holds of the chat."""
    LATER = "later"
    """Newer than every message that this side holds of the chat."""
    NOT_LISTED = "not_listed"
    """This side read a list that reached over it and did not show it."""
    NOT_READ = "not_read"
    """In a stretch that this side did not read."""
    OUTSIDE_PERIOD = "outside_period"
    """Before or after all that this side holds, and this side is a package of a period."""
    ERASED = "erased"
    """In a stretch of which the owner of this side erased what was saved."""


class RoomReach:
    """How far one side reaches in one room: the ids of the messages it holds, and the lists that it read."""

    def __init__(self) -> None:
        self.oldest: int | None = None
        self.newest: int | None = None
        self.is_of_period = False
        """Whether the side is a package that was limited to a period of this room."""
        self._lists: list[tuple[int, int]] = []
        self.erased: list[tuple[int, int]] = []
        """Stretches between two ids of which the owner erased what was saved."""

    def add_message(self, position: int) -> None:
        """Take a message that the side holds."""
        self.oldest = position if self.oldest is None else min(self.oldest, position)
        self.newest = position if self.newest is None else max(self.newest, position)

    def add_list(self, oldest: int, newest: int) -> None:
        """Take a list that reached from one id to another; lists come in the order in which they were read."""
        if self._lists and oldest <= self._lists[-1][1] and newest >= self._lists[-1][0]:
            before = self._lists[-1]
            self._lists[-1] = min(oldest, before[0]), max(newest, before[1])
        else:
            self._lists.append((oldest, newest))

    def absence(self, position: int) -> Absence:
        """Why the side may lack a message with this id. Lists count only between messages that it holds, since a
        package of a period leaves out what was sent before and after it."""
        if any(after < position < before for after, before in self.erased):
            return Absence.ERASED
        if self.oldest is None or self.newest is None or position < self.oldest:
            return Absence.OUTSIDE_PERIOD if self.is_of_period else Absence.EARLIER
        if position > self.newest:
            return Absence.OUTSIDE_PERIOD if self.is_of_period else Absence.LATER
        is_listed = any(oldest <= position <= newest for oldest, newest in self._lists)
        return Absence.NOT_LISTED if is_listed else Absence.NOT_READ


class ComparedMessage(NamedTuple):
    """One message of either side or both, and how the two compare."""

    a: HeldMessage | None
    b: HeldMessage | None
    outcome: Outcome
    absence: Absence | None = None
    no: int = 0
    """Its number in this comparison, from 1."""

    @property
    def either(self) -> HeldMessage:
        """The side that holds it; A where both do."""
        held = self.a or self.b
        assert held is not None
        return held


def compare_messages(
    messages_a: Iterator[HeldMessage],
    messages_b: Iterator[HeldMessage],
    reach_a: Mapping[int, RoomReach],
    reach_b: Mapping[int, RoomReach],
) -> Iterator[ComparedMessage]:
    """Join two streams that are ordered by id and room; memory does not grow with them."""
    a, b = next(messages_a, None), next(messages_b, None)
    for no in count(1):
        if a is not None and (b is None or _order(a) < _order(b)):
            yield ComparedMessage(a, None, Outcome.ONLY_A, reach_b[a.room_id].absence(a.position), no)
            a = next(messages_a, None)
        elif b is not None and (a is None or _order(b) < _order(a)):
            yield ComparedMessage(None, b, Outcome.ONLY_B, reach_a[b.room_id].absence(b.position), no)
            b = next(messages_b, None)
        elif a is not None and b is not None:
            yield ComparedMessage(a, b, compare_message(a, b), no=no)
            a, b = next(messages_a, None), next(messages_b, None)
        else:
            return


def compare_message(a: HeldMessage, b: HeldMessage) -> Outcome:
    """How two holdings of one message compare; the display of a deletion is no text."""
    if (a.account_id, a.send_time) != (b.account_id, b.send_time):
        return Outcome.FACTS_DIFFER
    if a.is_masked or b.is_masked:
        return Outcome.MASKED
    if any(_contradict(*pair) for pair in product(a.versions, b.versions)):
        return Outcome.UPDATES_DIFFER
    of_a, of_b = set(a.texts), set(b.texts)
    if of_a == of_b:
        return Outcome.SAME
    if of_b < of_a:
        return Outcome.A_HOLDS_MORE
    if of_a < of_b:
        return Outcome.B_HOLDS_MORE
    return Outcome.EACH_HOLDS_MORE if of_a & of_b else Outcome.TEXTS_DIFFER


def _contradict(a: Span, b: Span) -> bool:
    if a.body != b.body or a.update_time == b.update_time:
        return False
    begin, end = max(a.first_seen, b.first_seen), min(a.last_seen, b.last_seen)
    return datetime.fromisoformat(begin) + CLOCK_TOLERANCE < datetime.fromisoformat(end)


def _order(held: HeldMessage) -> tuple[int, int]:
    return held.position, held.room_id
