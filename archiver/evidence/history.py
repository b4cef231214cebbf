"""The history of each message, made of its room's entries: every text it had and the interval in which it was seen.

Pure, and the only place where it is made: the readable tables, every export and `verify.py` use it alike.
Entries come as the objects that their lines hold. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages. Times are RFC 3339 UTC texts of one width, so they sort as texts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import datetime
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

EntryObject = Mapping[str, Any]
"""A parsed entry: seq, observed_at, clock, kind, account_id, room_id, key, payload, salt, reply."""

GONE_STATES = ("missing", "hidden")
"""States in which Chatwork shows no text: the last text stays the current one, and its interval ends."""

ONE_MOMENT_SECONDS = 2
"""Neighbours whose times run back by up to so many seconds are one moment."""

SeenBefore = Callable[[EntryObject], "str | None"]
"""Returns the last time at which a reading before this entry, and not the entry's own, showed the message."""


class Span(NamedTuple):
    """One text of a message; `last_seen` is the last reading that still showed it."""

    body: str
    update_time: int
    first_seen: str
    last_seen: str
    seq: int


class MessageHistory(NamedTuple):
    """A message as its entries record it; `versions` oldest first, the current one and `[deleted]` included."""

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
    kind: str
    """`speech`, or `notice` for a post of Chatwork's own system (`is_system_post`)."""


def message_history(
    entries: Sequence[EntryObject], seen_before: SeenBefore, seen_last: Callable[[], str | None]
) -> MessageHistory:
    """Fold the entries of one message, oldest first (at least one), into its history.

    `seen_before` and `seen_last` (the last reading of all that showed it) are only asked where an interval
    ends, so the history of a message with one entry needs no other reading.
    """
    if len(entries) == 1 and "seen" not in entries[0]["payload"]:  # nearly every message has no other: in one step
        entry, at = entries[0], entries[0]["observed_at"]
        last = None if entry["payload"]["state"] in GONE_STATES else seen_last()
        span = Span(*text_of(entry), at, at if last is None or last <= at else last, entry["seq"])
        return _build_history(entries, (span,))
    if any("seen" in entry["payload"] for entry in entries):
        entries = _in_order_seen(entries)
    return _fold(entries, seen_before, seen_last)


def _fold(
    entries: Sequence[EntryObject], seen_before: SeenBefore, seen_last: Callable[[], str | None]
) -> MessageHistory:
    spans: list[Span] = []
    for entry in entries:
        _add_entry(spans, entry, seen_before)
    payload = entries[-1]["payload"]
    if payload["state"] not in GONE_STATES and "seen" not in payload:
        spans[-1] = _extend_span(spans[-1], seen_last())
    return _build_history(entries, tuple(spans))


def _in_order_seen(entries: Sequence[EntryObject]) -> Sequence[EntryObject]:
    """The entries with those taken in from another copy of the archive, which come late, at the times of that copy."""
    seen = [{**entry, "observed_at": text(entry["payload"].get("seen")) or entry["observed_at"]} for entry in entries]
    return sorted(seen, key=lambda entry: (str(entry["observed_at"]), "seen" not in entry["payload"]))


def _add_entry(spans: list[Span], entry: EntryObject, seen_before: SeenBefore) -> None:
    """Let one entry end, extend or begin the interval of a text."""
    body, update_time = text_of(entry)
    if spans:
        if "seen" not in entry["payload"]:  # no reading of this copy comes before
            spans[-1] = _extend_span(spans[-1], seen_before(entry))
        if entry["payload"]["state"] in GONE_STATES:
            return
        if (spans[-1].body, spans[-1].update_time) == (body, update_time):
            spans[-1] = _extend_span(spans[-1], entry["observed_at"])
            return
    at = not_before(entry["observed_at"], spans[-1].last_seen if spans else None)
    spans.append(Span(body, update_time, at, at, entry["seq"]))


def not_before(at: str, before: str | None) -> str:
    """A time, or the one before it, if it lies up to two seconds after: Chatwork's servers differ by as much."""
    if before is None or at >= before:
        return at
    try:
        seconds = (datetime.fromisoformat(before[:-1]) - datetime.fromisoformat(at[:-1])).total_seconds()
    except ValueError:  # in a package that somebody made
        return at
    return before if seconds <= ONE_MOMENT_SECONDS else at


def _extend_span(span: Span, at: str | None) -> Span:
    return span if at is None or at <= span.last_seen else span._replace(last_seen=at)


def _build_history(entries: Sequence[EntryObject], spans: tuple[Span, ...]) -> MessageHistory:
    first, latest = entries[0]["payload"], entries[-1]
    payload = latest["payload"]
    received = payload["object"]
    account = account_of(received)
    account_id = number(account.get("account_id"))
    return MessageHistory(
        latest["room_id"],
        latest["key"].partition("/")[2],
        account_id,
        text((account if first is payload else account_of(first["object"])).get("name")),
        number(received.get("send_time")),
        number(received.get("update_time")),
        payload["state"],
        text(received.get("body")),
        spans,
        entries[0]["observed_at"],
        _changed_at(entries),
        latest["seq"],
        payload["source"],
        # What the owner of the archive wrote is speech, as anybody can type the form of a notice.
        SPEECH if account_id and account_id == latest["account_id"] else message_kind([span.body for span in spans]),
    )


def _changed_at(entries: Sequence[EntryObject]) -> str:
    """When the present state began: the time of the first of the equal states at the end."""
    at = entries[-1]["observed_at"]
    for entry in reversed(entries):
        if entry["payload"]["state"] != entries[-1]["payload"]["state"]:
            break
        at = entry["observed_at"]
    return str(at)


def text_of(entry: EntryObject) -> tuple[str, int]:
    """Body and update_time of a message entry; null and absent count as empty and 0."""
    received = entry["payload"]["object"]
    return text(received.get("body")), number(received.get("update_time"))


def account_of(received: Mapping[str, Any], field: str = "account") -> Mapping[str, Any]:
    """The account object inside an object received from Chatwork, or an empty one."""
    account = received.get(field)
    return account if isinstance(account, dict) else {}


def text(value: object) -> str:
    """A text received from Chatwork; null and other types count as empty."""
    return value if isinstance(value, str) else ""


def field_text(entry: EntryObject, field: str = "name") -> str:
    """The text of a field of the object that an entry saved; empty without one."""
    return text(entry["payload"]["object"].get(field))


def number(value: object) -> int:
    """A whole number received from Chatwork, also as digits in a text; anything else counts as 0."""
    if type(value) is int:  # a bool is none
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    return 0


def id_in_key(entry: EntryObject) -> int:
    """The number at the end of an entry's key."""
    return int(entry["key"].rpartition("/")[2])


# --- readings that showed a message ------------------------------------------------------------


_NONE_ABSENT: frozenset[int] = frozenset()
"""One set that all readings share: a room has many thousand of them, and hardly one lacks a message."""


class ListReading(NamedTuple):
    """A message list that was read: from which id to which it reached, and which known ids in between it lacked."""

    seq: int
    observed_at: str
    oldest: int
    newest: int
    absent: frozenset[int]
    reply: str | None

    def shows(self, message: int) -> bool:
        """Whether this list showed the message, if the message existed then."""
        return self.oldest <= message <= self.newest and message not in self.absent


LIST_KINDS = ("window", "steady")
"""Kinds of entries that say that a list of messages was read."""

READINGS = frozenset({*LIST_KINDS, "reading"})
"""Kinds of entries that say when a list or a message was read; alone they are no news."""


def whole_number(value: object) -> int:
    """The number that a record names. Raises ValueError for what is none, such as digits of other scripts."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError(value)
    return int(value)  # type: ignore[call-overload, no-any-return]


def list_reading(entry: EntryObject) -> ListReading | None:
    """The reading that a `window` or `steady` entry records; None for an empty list, which shows nothing.

    A masked one has no count, and no range if it showed nothing of the package. Looks at a list that stayed the same
    count by the last of them, never by the time at which they were written.
    """
    payload = entry["payload"]
    if not payload.get("count", "oldest" in payload):
        return None
    return ListReading(
        entry["seq"],
        payload["last"] if entry["kind"] == "steady" else entry["observed_at"],
        whole_number(payload["oldest"]),
        whole_number(payload["newest"]),
        frozenset(map(whole_number, payload.get("absent", ()))) or _NONE_ABSENT,
        entry["reply"],
    )


class Look(NamedTuple):
    """When a list was read: once, or several times while it stayed the same."""

    first: str
    last: str
    coded: Any
    """The seconds from each look to the next as `looks.code_intervals` codes them."""


def _look(entry: EntryObject) -> Look:
    if entry["kind"] != "steady":
        return Look(entry["observed_at"], entry["observed_at"], ())
    payload = entry["payload"]
    return Look(payload.get("first"), payload.get("last"), payload.get("looks"))


class Sightings:
    """The readings of one room, which tell when a message was last seen; built once from its entries in order."""

    def __init__(self, entries: Iterable[EntryObject] = ()) -> None:
        """Take the room's `window`, `steady` and `reading` entries, oldest first; other kinds are ignored."""
        self.looks: list[Look] = []
        """Of every list that was read, in their order, also of an empty one."""
        self._windows: list[ListReading] = []
        self._seqs: list[int] = []
        self._singles: dict[int, list[tuple[int, str]]] = {}
        self._stairs: list[ListReading] = []
        self._depths: list[int] = []
        """How far each stair reaches back, negative, so that they rise; none while they are not built."""
        for entry in entries:
            self.add(entry)

    def add(self, entry: EntryObject) -> None:
        """Take one more entry, later than all before."""
        if entry["kind"] in LIST_KINDS:
            self.looks.append(_look(entry))
            reading = list_reading(entry)
            if reading is not None:
                self._windows.append(reading)
                self._seqs.append(reading.seq)
                self._depths = []
        elif entry["kind"] == "reading":
            for message_id in entry["payload"]["ids"]:
                self._singles.setdefault(whole_number(message_id), []).append((entry["seq"], entry["observed_at"]))

    def before(self, message: int, entry: EntryObject) -> str | None:
        """The last time before this entry that a reading other than the entry's own showed the message."""
        position = bisect_left(self._seqs, entry["seq"])
        if position and entry["reply"] is not None and self._windows[position - 1].reply == entry["reply"]:
            position -= 1
        earlier = reversed(self._windows[:position])
        listed = next((window.observed_at for window in earlier if window.shows(message)), None)
        singly = [at for seq, at in self._singles.get(message, ()) if seq < entry["seq"]]
        return max((at for at in (listed, *singly) if at is not None), default=None)

    def last(self, message: int) -> str | None:
        """The last time of all that a reading showed the message."""
        listed = self._last_listed(message)
        if message not in self._singles:
            return listed
        singly = [at for _, at in self._singles[message]]
        return max((at for at in (listed, *singly) if at is not None), default=None)

    def _last_listed(self, message: int) -> str | None:
        """When a list last showed the message, searched from the newest window back.

        Rooms have many thousand windows and most messages lie before them all, so only windows that reach
        further back than every later one (`_stairs`) are looked at first.
        """
        if not self._depths:
            self._build_stairs()
        index = bisect_left(self._depths, -message)
        if index == len(self._depths):
            return None
        candidate = self._stairs[index]
        if candidate.shows(message):
            return candidate.observed_at
        start = bisect_left(self._seqs, candidate.seq)
        earlier = reversed(self._windows[:start])
        return next((window.observed_at for window in earlier if window.shows(message)), None)

    def _build_stairs(self) -> None:
        self._stairs = []
        for window in reversed(self._windows):
            if not self._stairs or window.oldest < self._stairs[-1].oldest:
                self._stairs.append(window)
        self._depths = [-stair.oldest for stair in self._stairs]


SPEECH, NOTICE, UNKNOWN = "speech", "notice", "unknown"
"""The kinds of messages: `notice` is a post of Chatwork's own system, `unknown` one of which no text was ever seen,
`speech` everything else."""

DELETED_BODY = "[deleted]"

PERSON_ACTIONS = (
    *("chatroom_added", "chatroom_deleted", "chatroom_leaved", "chatroom_priv_changed"),
    *("chatroom_resigned_priv_change", "chatroom_over_groupchatnum", "chatroom_disable_external"),
)
"""Keys of texts that follow the people whom they are about."""

LONE_TEXTS = (
    *("chatroom_groupchat_created", "chatroom_mychat_created", "chatroom_chat_edited", "chatroom_adminsetting_edited"),
    *("chatroom_icon_updated", "chatroom_chat_joined", "chatroom_contact_added", "chatroom_contact_added_by_facebook"),
    *("chatroom_resigned_priv_change_all", "live_start"),
)
"""Keys of texts that stand for themselves, as a title or as a line."""

_USER_TEXT = r"(?:(?!\[/?(?:info|title|task|download)\b|\[dtext:)[\s\S])*"
"""A text of the user's inside a form: a name, a description, a task's text. None of them ends the form."""

_LONE_POST = rf"\[dtext:(?:{'|'.join(LONE_TEXTS)})\]"
_PERSON_TAGS = r"(?:\[(?:piconname|picon|pname):[0-9]{1,19}\][ 、,]*)*"
_POST_LINE = (
    rf"(?:{_LONE_POST}"
    rf"|\[dtext:chatroom_(?:chatname|description)_is\]{_USER_TEXT}\[dtext:chatroom_(?:set|changed)\]"
    rf"|(?:\[dtext:chatroom_member_is\])?{_PERSON_TAGS}\[dtext:(?:{'|'.join(PERSON_ACTIONS)})\])"
)
_FILE_POST = (
    r"\[title\]\[dtext:(?:file_uploaded|file_edited)\]\[/title\]"
    rf"(?:(?:\[preview [^\[\]]*\])*\[download:[0-9]{{1,19}}\]{_USER_TEXT}\[/download\]\s*)+"
)
_REMOVED_POST = (
    r"\[title\]\[dtext:(?:file|task)_deleted\]\[/title\]"
    r"(?:\[task [^\[\]]*\]|(?:\[preview [^\[\]]*\])*\[download:[0-9]{1,19}\])?"
    rf"({_USER_TEXT})(?:\[/(?:task|download)\])?"
)
_TASK_POST = (
    r"\[title\]\[dtext:(?:task_added|task_edited|task_done|task_reverted)\]\[/title\]"
    rf"\[task [^\[\]]*\]{_USER_TEXT}\[/task\]"
)
_CANCELLED = re.compile(r"\[(?:piconname|picon|pname):([0-9]{1,19})\][ 、,]*\[dtext:chatroom_resigned_priv_change\]")
_POST_LINES = rf"(?:\[title\]{_POST_LINE}\[/title\]|{_POST_LINE})(?:\s*{_POST_LINE})*"
_MASK_SUFFIX = r"(?:(?:\(隠した部分が異なる文面| \(another covered text, )[0-9]+\))?"
"""What a masked package adds to a text that differs from another of the message only where both are masked."""

_POST_FORM = re.compile(
    rf"(?:\[info\](?:{_POST_LINES}|{_FILE_POST}|{_REMOVED_POST}|{_TASK_POST})\[/info\]|{_LONE_POST}){_MASK_SUFFIX}"
)


def is_system_post(body: str) -> bool:
    """Whether the whole body has the form of a post of Chatwork's own system."""
    return "[dtext:" in body and _POST_FORM.fullmatch(body.strip()) is not None


_BOX = re.compile(rf"\[info\](?:{_FILE_POST}|{_REMOVED_POST}|{_TASK_POST})\[/info\]")


REMOVED_BOX = re.compile(r"\[dtext:(?:file|task)_deleted\]")


def is_box_removal(before: str, after: str, updated: int) -> bool:
    """Whether a text differs from the one before only as a box of Chatwork's became that of a removed file or task.

    Nobody edited it. What stands in the box of a removed one stood in the text before. The words beside it may have
    gone with it, where Chatwork has no time of an edit (`updated`).
    """
    if not REMOVED_BOX.search(after):
        return False
    was, now = (_BOX.split(one)[::2] for one in (before, after))
    if was != now and (updated or len(was) != len(now) or any(map(str.strip, now))):
        return False
    boxes = list(zip(_BOX.finditer(before), _BOX.finditer(after)))  # noqa: B905 - Python 3.8
    changed = [(was, now) for was, now in boxes if was[0] != now[0]]
    return bool(changed) and all(
        was[1] is None and now[1] is not None and now[1].strip() in was[0] for was, now in changed
    )


def removed_files(before: str, after: str) -> list[int]:
    """The ids of the files whose boxes became those of removed ones by such a removal."""
    shown = (re.sub(rf"\[info\]{_REMOVED_POST}\[/info\]", "", one) for one in (before, after))
    was, now = ({int(one) for one in re.findall(r"\[download:([0-9]{1,19})\]", body)} for body in shown)
    return sorted(was - now)


def words_beside_files(body: str) -> str:
    """A text without Chatwork's boxes of files and tasks."""
    return "".join(_BOX.split(body)[::2]).strip()


def words_gone_with_file(before: str, after: str, updated: int) -> str:
    """The words that stood beside the box of a file and went by such a removal; else nothing."""
    was, now = map(words_beside_files, (before, after))
    return was if not now and is_box_removal(before, after, updated) else ""


def cancelled_account(body: str) -> int | None:
    """Whose account a post of the system says was cancelled; None for every other body.

    0 where the post names nobody: a group chat whose last administrator cancelled.
    """
    if "[dtext:chatroom_resigned_priv_change" not in body or not is_system_post(body):
        return None
    match = _CANCELLED.search(body)
    return int(match.group(1)) if match else 0


def message_kind(bodies: Iterable[str]) -> str:
    """`notice` if every known text that a message had has such a form, `unknown` if none is known, else `speech`.

    The display of a deletion is no text: the post of a file can be deleted alone and stays a notice.
    """
    texts = [body for body in bodies if body != DELETED_BODY]
    if not texts:
        return UNKNOWN
    return NOTICE if all(map(is_system_post, texts)) else SPEECH
