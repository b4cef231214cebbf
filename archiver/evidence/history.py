"""Entries of a room -> each message with every text it had and the interval in which each was seen.

Pure, and the one place that knows this: the readable tables, every export and `verify.py` use it alike.
Entries come as the objects that their lines hold. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages. Times are RFC 3339 UTC texts of one width, so they sort as texts.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

EntryObject = Mapping[str, Any]
"""A parsed entry: seq, observed_at, kind, account_id, room_id, key, payload, salt, reply."""

GONE = ("missing", "hidden")
"""States in which nothing is shown: the last text stays, its interval ends."""

SeenBefore = Callable[[EntryObject], "str | None"]
"""The last time a reading before this entry, and not the entry's own, showed the message."""


class Span(NamedTuple):
    """One text of a message; `last_seen` is the last reading that still showed it."""

    body: str
    update_time: int
    first_seen: str
    last_seen: str
    seq: int


class MessageHistory(NamedTuple):
    """A message as its entries tell it; `versions` oldest first, the current one and `[deleted]` included."""

    room_id: int
    message_id: str
    account_id: int
    name: str
    send_time: int
    update_time: int
    state: str
    body: str
    versions: tuple[Span, ...]
    first_seen: str
    changed_at: str
    entry_seq: int
    source: str


def message_history(
    entries: Sequence[EntryObject], seen_before: SeenBefore, seen_last: Callable[[], str | None]
) -> MessageHistory:
    """Fold the entries of one message, oldest first (at least one), into its history.

    `seen_before` and `seen_last` (the last reading of all that showed it) are only asked where an interval
    ends, so a message with one entry can be folded without knowing any other reading.
    """
    spans: list[Span] = []
    for entry in entries:
        _fold(spans, entry, seen_before)
    latest = entries[-1]
    if latest["payload"]["state"] not in GONE:
        spans[-1] = _seen(spans[-1], seen_last())
    return _history(entries, tuple(spans))


def _fold(spans: list[Span], entry: EntryObject, seen_before: SeenBefore) -> None:
    """Let one entry end, prolong or begin a text."""
    body, update_time = text_of(entry)
    if spans:
        spans[-1] = _seen(spans[-1], seen_before(entry))
        if entry["payload"]["state"] in GONE:
            return
        if (spans[-1].body, spans[-1].update_time) == (body, update_time):
            spans[-1] = _seen(spans[-1], entry["observed_at"])
            return
    at = entry["observed_at"]
    spans.append(Span(body, update_time, at, at, entry["seq"]))


def _seen(span: Span, at: str | None) -> Span:
    return span if at is None or at <= span.last_seen else span._replace(last_seen=at)


def _history(entries: Sequence[EntryObject], spans: tuple[Span, ...]) -> MessageHistory:
    first, latest = entries[0], entries[-1]
    shown = latest["payload"]["object"]
    account = account_of(shown)
    return MessageHistory(
        room_id=latest["room_id"],
        message_id=latest["key"].partition("/")[2],
        account_id=number(account.get("account_id")),
        name=text(account.get("name")),
        send_time=number(shown.get("send_time")),
        update_time=number(shown.get("update_time")),
        state=latest["payload"]["state"],
        body=text(shown.get("body")),
        versions=spans,
        first_seen=first["observed_at"],
        changed_at=_changed_at(entries),
        entry_seq=latest["seq"],
        source=latest["payload"]["source"],
    )


def _changed_at(entries: Sequence[EntryObject]) -> str:
    """When the present state began: the first entry of the run of equal states at the end."""
    at = entries[-1]["observed_at"]
    for entry in reversed(entries):
        if entry["payload"]["state"] != entries[-1]["payload"]["state"]:
            break
        at = entry["observed_at"]
    return str(at)


def text_of(entry: EntryObject) -> tuple[str, int]:
    """Body and update_time of a message entry; null and absent count as empty and 0."""
    shown = entry["payload"]["object"]
    return text(shown.get("body")), number(shown.get("update_time"))


def account_of(shown: Mapping[str, Any], field: str = "account") -> Mapping[str, Any]:
    """The account object inside a received object, or an empty one."""
    account = shown.get(field)
    return account if isinstance(account, dict) else {}


def text(value: object) -> str:
    """A received text; null and other kinds count as empty."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    """A received whole number, which may come as digits in a text; anything else counts as 0."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    return 0


# --- readings that showed a message ------------------------------------------------------------


_NOTHING: frozenset[int] = frozenset()
"""One for all: a room has many thousand readings, and hardly one lacks anything."""


class ListReading(NamedTuple):
    """A message list that was read: what it spanned and which known ids inside that it did not show."""

    seq: int
    observed_at: str
    oldest: int
    newest: int
    absent: frozenset[int]
    reply: str | None

    def shows(self, message: int) -> bool:
        """Whether this list showed the message, if the message existed then."""
        return self.oldest <= message <= self.newest and message not in self.absent


def sight(entry: EntryObject) -> ListReading | None:
    """A `window` entry as a sight; None for an empty list, which shows nothing."""
    payload = entry["payload"]
    if not payload["count"]:
        return None
    return ListReading(
        entry["seq"],
        entry["observed_at"],
        int(payload["oldest"]),
        int(payload["newest"]),
        frozenset(int(one) for one in payload.get("absent", ())) or _NOTHING,
        entry["reply"],
    )


class Sightings:
    """The readings of one room, asked when a message was last seen; built once from its entries in order."""

    def __init__(self, entries: Iterable[EntryObject] = ()) -> None:
        """Take the room's `window` and `reading` entries, oldest first; other kinds are passed over."""
        self._windows: list[ListReading] = []
        self._seqs: list[int] = []
        self._singles: dict[int, list[tuple[int, str]]] = {}
        self._stairs: list[ListReading] | None = None
        for entry in entries:
            self.add(entry)

    def add(self, entry: EntryObject) -> None:
        """Take one more entry, later than all before."""
        if entry["kind"] == "window":
            seen = sight(entry)
            if seen is not None:
                self._windows.append(seen)
                self._seqs.append(seen.seq)
                self._stairs = None
        elif entry["kind"] == "reading":
            for one in entry["payload"]["ids"]:
                self._singles.setdefault(int(one), []).append((entry["seq"], entry["observed_at"]))

    def before(self, message: int, entry: EntryObject) -> str | None:
        """The last time before this entry that a reading other than the entry's own showed the message."""
        position = bisect_left(self._seqs, entry["seq"])
        if position and entry["reply"] is not None and self._windows[position - 1].reply == entry["reply"]:
            position -= 1
        listed = next((one.observed_at for one in reversed(self._windows[:position]) if one.shows(message)), None)
        singly = [at for seq, at in self._singles.get(message, ()) if seq < entry["seq"]]
        return max((at for at in (listed, *singly) if at is not None), default=None)

    def last(self, message: int) -> str | None:
        """The last time of all that a reading showed the message."""
        listed = self._last_listed(message)
        singly = [at for _, at in self._singles.get(message, ())]
        return max((at for at in (listed, *singly) if at is not None), default=None)

    def _last_listed(self, message: int) -> str | None:
        """Search from the newest window back; `_stairs` skips those that a later one makes needless.

        Rooms have many thousand windows and most messages lie before them all, so only windows that reach
        further back than every later one are looked at first.
        """
        stairs = self._build_stairs()
        low = _step(stairs, message)
        if low == len(stairs):
            return None
        found = stairs[low]
        if found.shows(message):
            return found.observed_at
        start = bisect_left(self._seqs, found.seq)
        return next((one.observed_at for one in reversed(self._windows[:start]) if one.shows(message)), None)

    def _build_stairs(self) -> list[ListReading]:
        if self._stairs is None:
            self._stairs = []
            for one in reversed(self._windows):
                if not self._stairs or one.oldest < self._stairs[-1].oldest:
                    self._stairs.append(one)
        return self._stairs


def _step(stairs: Sequence[ListReading], message: int) -> int:
    """The first stair (they go down) that reaches back to the message, or their number if none does."""
    low, high = 0, len(stairs)
    while low < high:
        middle = (low + high) // 2
        if stairs[middle].oldest <= message:
            high = middle
        else:
            low = middle + 1
    return low
