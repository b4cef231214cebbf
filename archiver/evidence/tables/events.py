"""What changed from one entry to the next, and the rows of `events.csv` made of it: each with when it was noticed.

A change lies between the last reading that showed the state before and the reading that showed the new one.
Nobody is named as its author, as no reply names one. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import (
    DELETED_BODY,
    GONE_STATES,
    EntryObject,
    Sightings,
    account_of,
    cancelled_account,
    field_text,
    is_box_removal,
    not_before,
    number,
    text,
    text_of,
)
from archiver.evidence.tables.cells import jst, jst_of, message_cell


class EventKind(Enum):
    """What happened; `before` and `after` of a change are empty where nothing is said of them here."""

    EDITED = "edited"
    """The text of a message changed: `before` and `after` are both texts."""
    TOUCHED = "touched"
    """Only the update time of a message changed."""
    DELETED = "deleted"
    """Chatwork shows its mark of a deletion: `before` is the text."""
    MISSING = "missing"
    HIDDEN = "hidden"
    """The plan hides it."""
    SHOWN_AGAIN = "shown_again"
    FILE_REMOVED = "file_removed"
    """Chatwork shows the file or task of a message as removed: `before` and `after` are the message's texts."""
    FIRST_EDITED = "first_edited"
    """It was edited before it was first seen; so with those that follow."""
    FIRST_DELETED = "first_deleted"
    FIRST_MISSING = "first_missing"
    FIRST_HIDDEN = "first_hidden"
    GAP_OPENED = "gap_opened"
    """`before` and `after` are the ids on both sides (empty: the room's beginning)."""
    GAP_NARROWED = "gap_narrowed"
    GAP_CLOSED = "gap_closed"
    ERASED = "erased"
    """The owner erased messages between the ids `before` and `after`."""
    INACCESSIBLE = "inaccessible"
    ACCESSIBLE = "accessible"
    ROOM_RENAMED = "room_renamed"
    ROOM_DESCRIBED = "room_described"
    ROOM_TYPE = "room_type"
    """A direct chat became a group chat: `before` and `after` are Chatwork's words."""
    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    ROLE = "role"
    ORGANIZATION = "organization"
    DEPARTMENT = "department"
    CONTACT = "contact"
    NO_CONTACT = "no_contact"
    """Not in the list of contacts any more."""
    FILE_GONE = "file_gone"
    FILE_BACK = "file_back"
    FILE_REPLACED = "file_replaced"
    """Another size or time is listed under the same id: `before` and `after` are the sizes."""
    FILE_RENAMED = "file_renamed"
    FILE_LOST = "file_lost"
    """The bytes were given up: `after` is the recorded reason."""
    TASK_GONE = "task_gone"
    """`before` is its text, and of one that is back `after`."""
    TASK_BACK = "task_back"


class EntryChange(NamedTuple):
    """What an entry says that the one before it about the same thing did not; texts as they were received."""

    kind: EventKind
    before: str = ""
    after: str = ""


def entry_changes(before: EntryObject | None, entry: EntryObject, first_list: str) -> Iterator[EntryChange]:
    """What changed from the entry before, of the same kind and key (None: there is none), to this one.

    `first_list`: when the room's members were first listed; who is in that list did not join then.
    """
    kind, payload = entry["kind"], entry["payload"]
    if kind == "message":
        yield from _message_changes(before, entry)
    elif kind in _GAP_KINDS:
        erased = payload.get("reason") == "erased"
        sides = str(payload.get("after") or ""), str(payload.get("before") or "")
        yield EntryChange(EventKind.ERASED if erased else _GAP_KINDS[kind], *sides)
    elif kind in _ACCESS_KINDS:
        yield EntryChange(_ACCESS_KINDS[kind])
    elif kind == "blob" and payload["state"] == "lost":
        yield EntryChange(EventKind.FILE_LOST, "", text(payload.get("reason")))
    elif kind in _LISTED_KINDS:
        yield from _listed_changes(before, entry, first_list)
    elif before is not None:
        yield from _field_changes(before, entry)


FIRST_KINDS = {
    "edited": EventKind.FIRST_EDITED,
    "deleted": EventKind.FIRST_DELETED,
    "missing": EventKind.FIRST_MISSING,
    "hidden": EventKind.FIRST_HIDDEN,
}
"""What a message was already when it was first saved."""

_VANISHED_KINDS = {"deleted": EventKind.DELETED, "missing": EventKind.MISSING, "hidden": EventKind.HIDDEN}
_GAP_KINDS = {
    "gap": EventKind.GAP_OPENED,
    "gap.narrowed": EventKind.GAP_NARROWED,
    "gap.closed": EventKind.GAP_CLOSED,
}
_ACCESS_KINDS = {"room.inaccessible": EventKind.INACCESSIBLE, "room.accessible": EventKind.ACCESSIBLE}
_LISTED_KINDS = {
    "member": (EventKind.JOINED, EventKind.LEFT),
    "contact": (EventKind.CONTACT, EventKind.NO_CONTACT),
    "file": (EventKind.FILE_BACK, EventKind.FILE_GONE),
    "task": (EventKind.TASK_BACK, EventKind.TASK_GONE),
}
_FIELD_KINDS: Mapping[str, Mapping[str, EventKind]] = {
    "account": {"name": EventKind.RENAMED},
    "room": {
        "name": EventKind.ROOM_RENAMED,
        "description": EventKind.ROOM_DESCRIBED,
        "type": EventKind.ROOM_TYPE,
    },
    "member": {
        "role": EventKind.ROLE,
        "organization_name": EventKind.ORGANIZATION,
        "department": EventKind.DEPARTMENT,
    },
    "file": {"filename": EventKind.FILE_RENAMED},
}
ALONE = frozenset({*_GAP_KINDS, *_ACCESS_KINDS, "blob"})
"""Kinds of entries that are changes whatever stood before."""


def _message_changes(before: EntryObject | None, entry: EntryObject) -> Iterator[EntryChange]:
    state, body = entry["payload"]["state"], text_of(entry)[0]
    if before is None:
        if state in FIRST_KINDS:
            yield EntryChange(FIRST_KINDS[state], "", body)
        return
    kind = _message_kind(before, entry)
    if kind is not None:
        yield EntryChange(kind, text_of(before)[0], "" if state in GONE_STATES else body)


def _message_kind(before: EntryObject, entry: EntryObject) -> EventKind | None:
    """The kind of change between two entries of a message; None if there is none that a reader must know."""
    was, now = before["payload"]["state"], entry["payload"]["state"]
    if now in _VANISHED_KINDS:
        return None if was == now else _VANISHED_KINDS[now]
    if text_of(before) != text_of(entry):
        if is_box_removal(text_of(before)[0], *text_of(entry)):
            return EventKind.FILE_REMOVED
        return EventKind.EDITED if text_of(before)[0] != text_of(entry)[0] else EventKind.TOUCHED
    return EventKind.SHOWN_AGAIN if was in GONE_STATES else None


def _listed_changes(before: EntryObject | None, entry: EntryObject, first_list: str) -> Iterator[EntryChange]:
    """That something of a list is not listed any more, or again, or otherwise; at first sight only a later member."""
    kind, gone, was_gone = entry["kind"], _is_gone(entry), before is not None and _is_gone(before)
    joined = kind == "member" and before is None and entry["observed_at"] > first_list
    if gone != was_gone or joined:
        body = field_text(entry, "body") if kind == "task" else ""
        yield EntryChange(_LISTED_KINDS[kind][gone], *(("", body) if was_gone else (body, "")))
    if before is None or (kind == "member" and gone != was_gone):
        return
    fields = ("filesize", "upload_time") if kind == "file" else ()
    if any(_field_number(before, field) != _field_number(entry, field) for field in fields):
        sizes = str(_field_number(before, "filesize")), str(_field_number(entry, "filesize"))
        yield EntryChange(EventKind.FILE_REPLACED, *sizes)
    yield from _field_changes(before, entry)


def _field_changes(before: EntryObject, entry: EntryObject) -> Iterator[EntryChange]:
    for field, kind in _FIELD_KINDS.get(entry["kind"], {}).items():
        was, now = field_text(before, field), field_text(entry, field)
        if was != now:
            yield EntryChange(kind, was, now)


def _field_number(entry: EntryObject, field: str) -> int:
    return number(entry["payload"]["object"].get(field))


def _is_gone(entry: EntryObject) -> bool:
    return bool(entry["payload"]["state"] == "gone")


# --- the table ---------------------------------------------------------------------------------

CANCELLATION = "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)"
"""A post in which Chatwork's own system says that a person cancelled the account; alone it proves nothing."""

EVENT_TEXT_LIMIT = 500
"""The most characters of a text that an event shows; the event names the file with the whole text."""

EVENT_WORDS = {
    EventKind.EDITED: "編集された",
    EventKind.TOUCHED: "更新時刻だけが変わった",
    EventKind.DELETED: "「削除」表示に変わった",
    EventKind.MISSING: "表示されなくなった(理由不明)",
    EventKind.HIDDEN: "プランの制限で見えなくなった",
    EventKind.SHOWN_AGAIN: "再び表示された",
    EventKind.FILE_REMOVED: "ファイル・タスクが「削除」表示に変わった",
    EventKind.FIRST_EDITED: "保存時点で編集済み(それより前の文面は不明)",
    EventKind.FIRST_DELETED: "保存時点で「削除」表示(文面は不明)",
    EventKind.FIRST_MISSING: "保存時点で表示なし",
    EventKind.FIRST_HIDDEN: "保存時点でプランの制限により見えない",
    EventKind.GAP_OPENED: "保存できなかった期間が生じた",
    EventKind.GAP_NARROWED: "保存できなかった期間が狭まった",
    EventKind.GAP_CLOSED: "保存できなかった期間がなくなった",
    EventKind.ERASED: "報告者が、保存したメッセージを消去した",
    EventKind.INACCESSIBLE: "チャットが開けなくなった(理由不明)",
    EventKind.ACCESSIBLE: "チャットが再び開けるようになった",
    EventKind.ROOM_RENAMED: "チャット名が変わった",
    EventKind.ROOM_DESCRIBED: "チャットの概要が変わった",
    EventKind.ROOM_TYPE: "チャットの種類が変わった",
    EventKind.JOINED: "参加者の一覧に加わった",
    EventKind.LEFT: "参加者の一覧に表示されなくなった",
    EventKind.RENAMED: "表示名が変わった",
    EventKind.FILE_GONE: "ファイルが一覧に表示されなくなった",
    EventKind.FILE_BACK: "ファイルが再び一覧に表示された",
    EventKind.FILE_RENAMED: "ファイル名が変わった",
    EventKind.TASK_GONE: "タスクが表示されなくなった(理由不明)",
    EventKind.TASK_BACK: "タスクが再び表示された",
}
"""What a package tells, and how it is printed; the other kinds are no rows of it."""

ROOM_TYPES = {"direct": "ダイレクトチャット", "group": "グループチャット", "my": "マイチャット"}
"""Chatwork's kinds of rooms; a direct chat becomes a group chat when its other person cancels the account."""

_OUTSIDE = "期間外のメッセージ"
"""A message outside the package's period, whose id the package does not name."""


class ChangeRow(NamedTuple):
    """A change and when it was noticed."""

    at: str
    seq: int
    kind: str
    """What happened, in Japanese, as it is printed."""
    room_id: int
    no: int | None
    """The message's number in the package."""
    about: str
    """The subject of the change: a message's id, a person, a file …"""
    before: str
    after: str
    last_before: str | None
    """When the state before was last seen; only known of messages."""


EVENT_HEADER = (
    "検知日時(日本時間)", "種類", "No.", "対象", "チャット(ルームID)", "前の内容", "後の内容",
    "最後に変更前を確認した日時(日本時間)", "記録番号",
)  # fmt: skip


def event_cells(event: ChangeRow) -> list[object]:
    """The cells of a row of `events.csv`."""
    return [
        jst_of(event.at),
        event.kind,
        event.no,
        event.about,
        event.room_id,
        _cut_text(event.before, event),
        _cut_text(event.after, event),
        jst_of(event.last_before),
        event.seq,
    ]


def message_events(no: int, entries: Sequence[EntryObject], sightings: Sightings) -> list[ChangeRow]:
    """The changes of one message, from its entries, oldest first."""
    first = entries[0]
    events = [_message_event(no, first, change, None) for change in entry_changes(None, first, "")]
    events += _cancellation_events(no, first)
    for before, after in zip(entries, entries[1:]):  # noqa: B905, RUF007 - Python 3.8
        for change in entry_changes(before, after, ""):
            last = sightings.before(int(after["key"].partition("/")[2]), after)
            shown = None if before["payload"]["state"] in GONE_STATES else str(before["observed_at"])
            last_seen = max((at for at in (last, shown) if at is not None), default=None)
            events.append(_message_event(no, after, change, last_seen))
    return events


def other_events(
    other: Iterable[EntryObject],
    starts: Mapping[int, str] = {},
) -> Iterator[ChangeRow]:
    """The changes of rooms, people, files, tasks and gaps, in the order of the entries.

    `starts`: room → the beginning of the package's period; entries before it say how things stood then and are no
    events.
    """
    last: dict[tuple[int, str], EntryObject] = {}
    first_members: dict[int, str] = {}
    for entry in other:
        room = entry["room_id"]
        if room is None:
            continue
        key = (room, entry["key"])
        if entry["kind"] == "member":
            first_members.setdefault(room, entry["observed_at"])
        if entry["observed_at"] >= starts.get(room, ""):
            for change in entry_changes(last.get(key), entry, first_members.get(room, "")):
                if change.kind in EVENT_WORDS:
                    yield _other_event(entry, change)
        if entry["kind"] not in _ACCESS_KINDS:  # they share their key with the room's own entries
            last[key] = entry


def sort_events(events: Iterable[ChangeRow]) -> list[ChangeRow]:
    """Events as the table lists them: by entry, which is by the time at which they were noticed."""
    return sorted(events, key=lambda event: (event.seq, event.kind))


def _cancellation_events(no: int, first: EntryObject) -> Iterator[ChangeRow]:
    """The post that an account was cancelled, with Chatwork's own time of it; none in the name of the reporter."""
    received = first["payload"]["object"]
    account = cancelled_account(text(received.get("body")))
    if account is None or number(account_of(received).get("account_id")) == first["account_id"]:
        return
    who = f"アカウントID {account} " if account else ""
    posted = f"{who}メッセージの日時 {jst(number(received.get('send_time')))}"
    about = message_cell(first["key"].partition("/")[2])
    yield ChangeRow(first["observed_at"], first["seq"], CANCELLATION, first["room_id"], no, about, "", posted, None)


def _message_event(no: int, entry: EntryObject, change: EntryChange, last: str | None) -> ChangeRow:
    at, about = not_before(entry["observed_at"], last), message_cell(entry["key"].partition("/")[2])
    before, after = ("(「削除」表示)" if body == DELETED_BODY else body for body in (change.before, change.after))
    return ChangeRow(at, entry["seq"], EVENT_WORDS[change.kind], entry["room_id"], no, about, before, after, last)


def _cut_text(text: str, event: ChangeRow) -> str:
    """The text; a long one is cut, with the name of the file that has the whole."""
    is_of_task = event.kind in (EVENT_WORDS[EventKind.TASK_GONE], EVENT_WORDS[EventKind.TASK_BACK])
    whole = "messages.csv" if event.no is not None else "tasks.csv" if is_of_task else "entries.jsonl"
    return text if len(text) <= EVENT_TEXT_LIMIT else text[:EVENT_TEXT_LIMIT] + f"…(全文は {whole})"


def _other_event(entry: EntryObject, change: EntryChange) -> ChangeRow:
    kind, room, before, after = entry["kind"], entry["room_id"], change.before, change.after
    if kind in _GAP_KINDS:
        before = after = ""
    elif change.kind is EventKind.ROOM_TYPE:
        before, after = (ROOM_TYPES.get(value, value) for value in (before, after))
    words, about = EVENT_WORDS[change.kind], _about(entry, change)
    return ChangeRow(entry["observed_at"], entry["seq"], words, room, None, about, before, after, None)


def _about(entry: EntryObject, change: EntryChange) -> str:
    """Whom or what a change is about, with its id."""
    kind, ident = entry["kind"], entry["key"].rpartition("/")[2]
    if kind in _GAP_KINDS:
        return _gap_label(entry["payload"], is_erased=change.kind is EventKind.ERASED)
    if kind == "member":
        return f"{field_text(entry)}(ID {ident})"
    if kind == "file":
        name = "" if change.kind is EventKind.FILE_RENAMED else f" {field_text(entry, 'filename')}"
        return f"ファイルID {ident}{name}"
    what = {"account": "アカウントID", "task": "タスクID"}.get(kind)
    return f"ルームID {entry['room_id']}" if what is None else f"{what} {ident}"


def _gap_label(payload: Mapping[str, Any], *, is_erased: bool) -> str:
    """Between which messages something is missing, and how much."""
    after = (message_cell(payload["after"]) or "チャットの始まり") if "after" in payload else _OUTSIDE
    before = message_cell(payload["before"]) if "before" in payload else _OUTSIDE
    count = payload["missing"]
    missing = f"{count}件" if is_erased else "件数不明" if count is None else f"およそ{count}件"
    return f"{after}から{before}の間({missing})"
