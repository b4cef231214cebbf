"""The rows of `events.csv`, made of entries: what changed and when it was noticed.

A change lies between the last reading that showed the state before and the reading that showed the new one.
Nobody is named as its author, as no reply names one. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import (
    DELETED_BODY,
    EntryObject,
    Sightings,
    account_of,
    cancelled_account,
    is_file_removal,
    not_before,
    number,
    text,
    text_of,
)
from archiver.evidence.tables.cells import jst, jst_of, message_cell

CANCELLATION = "解約を知らせる形のChatworkの自動メッセージ(同じ形は誰でも書けます)"
"""A post in which Chatwork's own system says that a person cancelled the account; alone it proves nothing."""

EVENT_TEXT_LIMIT = 500
"""The most characters of a text that an event shows; the event names the file with the whole text."""

_MESSAGE_EVENTS = {
    "missing": "表示されなくなった(理由不明)",
    "hidden": "プランの制限で見えなくなった",
}
FIRST_SEEN = {
    "edited": "保存時点で編集済み(それより前の文面は不明)",
    "deleted": "保存時点で「削除」表示(文面は不明)",
    "missing": "保存時点で表示なし",
    "hidden": "保存時点でプランの制限により見えない",
}
"""What a message was already when it was first saved."""


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
    events = []
    if first["payload"]["state"] in FIRST_SEEN:
        events.append(_message_event(no, first, FIRST_SEEN[first["payload"]["state"]], "", _body(first), None))
    events += _cancellation_events(no, first)
    for before, after in zip(entries, entries[1:]):  # noqa: B905, RUF007 - Python 3.8
        kind = _kind_of(before, after)
        if kind:
            last = sightings.before(int(after["key"].partition("/")[2]), after)
            shown = None if before["payload"]["state"] in _MESSAGE_EVENTS else str(before["observed_at"])
            last_seen = max((at for at in (last, shown) if at is not None), default=None)
            gone = after["payload"]["state"] in _MESSAGE_EVENTS
            events.append(_message_event(no, after, kind, _body(before), "" if gone else _body(after), last_seen))
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
        before = last.get(key)
        if entry["observed_at"] < starts.get(room, ""):
            if entry["kind"] == "member":
                first_members.setdefault(room, entry["observed_at"])
            last[key] = entry
            continue
        if entry["kind"] == "member":
            first_members.setdefault(room, entry["observed_at"])
            yield from _member_events(before, entry, first_members[room])
        elif entry["kind"] in _EVENTS_OF_KIND:
            yield from _EVENTS_OF_KIND[entry["kind"]](before, entry)
        elif entry["kind"] in _ACCESS_EVENTS:
            yield _other_event(entry, _ACCESS_EVENTS[entry["kind"]], f"ルームID {room}")
        elif entry["kind"] in _GAP_EVENTS:
            yield _gap_event(entry)
        if entry["kind"] not in _ACCESS_EVENTS:  # they share their key with the room's own entries
            last[key] = entry


def sort_events(events: Iterable[ChangeRow]) -> list[ChangeRow]:
    """Events as the table lists them: by entry, which is by the time at which they were noticed."""
    return sorted(events, key=lambda event: (event.seq, event.kind))


# --- messages ----------------------------------------------------------------------------------


def _kind_of(before: EntryObject, after: EntryObject) -> str | None:
    """The kind of change between two entries of a message; None if there is none that a reader must know."""
    was, now = before["payload"]["state"], after["payload"]["state"]
    if now in _MESSAGE_EVENTS:
        return None if was == now else _MESSAGE_EVENTS[now]
    if now == "deleted":
        return None if was == "deleted" else "「削除」表示に変わった"
    if text_of(before) != text_of(after):
        if is_file_removal(text_of(before)[0], text_of(after)[0]):
            return "ファイルが「削除」表示に変わった"
        return "編集された" if _body(before) != _body(after) else "更新時刻だけが変わった"
    return "再び表示された" if was in _MESSAGE_EVENTS else None


def _cancellation_events(no: int, first: EntryObject) -> Iterator[ChangeRow]:
    """The post that an account was cancelled, with Chatwork's own time of it; none in the name of the reporter."""
    received = first["payload"]["object"]
    account = cancelled_account(text(received.get("body")))
    if account is None or number(account_of(received).get("account_id")) == first["account_id"]:
        return
    who = f"アカウントID {account} " if account else ""
    yield _message_event(
        no, first, CANCELLATION, "", f"{who}メッセージの日時 {jst(number(received.get('send_time')))}", None
    )


def _message_event(no: int, entry: EntryObject, kind: str, before: str, after: str, last: str | None) -> ChangeRow:
    about = message_cell(entry["key"].partition("/")[2])
    at = not_before(entry["observed_at"], last)
    return ChangeRow(at, entry["seq"], kind, entry["room_id"], no, about, before, after, last)


def _body(entry: EntryObject) -> str:
    body = text_of(entry)[0]
    return "(「削除」表示)" if body == DELETED_BODY else body


def _cut_text(text: str, event: ChangeRow) -> str:
    """The text; a long one is cut, with the name of the file that has the whole."""
    whole = (
        "messages.csv"
        if event.no is not None
        else "tasks.csv"
        if event.kind in _LISTED_EVENTS["task"]
        else "entries.jsonl"
    )
    return text if len(text) <= EVENT_TEXT_LIMIT else text[:EVENT_TEXT_LIMIT] + f"…(全文は {whole})"


# --- everything else ---------------------------------------------------------------------------


def _other_event(entry: EntryObject, kind: str, about: str, before: str = "", after: str = "") -> ChangeRow:
    return ChangeRow(entry["observed_at"], entry["seq"], kind, entry["room_id"], None, about, before, after, None)


def _field_text(entry: EntryObject, field: str = "name") -> str:
    return text(entry["payload"]["object"].get(field))


def _person_label(entry: EntryObject) -> str:
    return f"{_field_text(entry)}(ID {entry['key'].rpartition('/')[2]})"


def _member_events(before: EntryObject | None, entry: EntryObject, first_list: str) -> Iterator[ChangeRow]:
    gone, was_gone = _is_gone(entry), before is not None and _is_gone(before)
    if gone and not was_gone:
        yield _other_event(entry, "参加者の一覧に表示されなくなった", _person_label(entry))
    elif not gone and (was_gone or (before is None and entry["observed_at"] > first_list)):
        yield _other_event(entry, "参加者の一覧に加わった", _person_label(entry))


def _account_events(before: EntryObject | None, entry: EntryObject) -> Iterator[ChangeRow]:
    if before is not None and _field_text(before) != _field_text(entry):
        about = f"アカウントID {entry['key'].rpartition('/')[2]}"
        yield _other_event(entry, "表示名が変わった", about, _field_text(before), _field_text(entry))


def _room_events(before: EntryObject | None, entry: EntryObject) -> Iterator[ChangeRow]:
    for field, kind in _ROOM_EVENTS:
        was, now = ("", "") if before is None else (_field_text(before, field), _field_text(entry, field))
        if was != now:
            words = ROOM_TYPES if field == "type" else {}
            yield _other_event(entry, kind, f"ルームID {entry['room_id']}", words.get(was, was), words.get(now, now))


def _file_events(before: EntryObject | None, entry: EntryObject) -> Iterator[ChangeRow]:
    yield from _listed_events(before, entry)
    if before is not None and _field_text(before, "filename") != _field_text(entry, "filename"):
        about = f"ファイルID {entry['key'].rpartition('/')[2]}"
        was, now = _field_text(before, "filename"), _field_text(entry, "filename")
        yield _other_event(entry, "ファイル名が変わった", about, was, now)


def _listed_events(before: EntryObject | None, entry: EntryObject) -> Iterator[ChangeRow]:
    """That a file or a task is not listed any more, or again."""
    gone, was_gone = _is_gone(entry), before is not None and _is_gone(before)
    if gone == was_gone:
        return
    kind, number_of = _LISTED_EVENTS[entry["kind"]][was_gone], entry["key"].rpartition("/")[2]
    if entry["kind"] == "file":
        yield _other_event(entry, kind, f"ファイルID {number_of} {_field_text(entry, 'filename')}")
    else:
        body = _field_text(entry, "body")
        yield _other_event(entry, kind, f"タスクID {number_of}", "" if was_gone else body, body if was_gone else "")


def _is_gone(entry: EntryObject) -> bool:
    return bool(entry["payload"]["state"] == "gone")


def _gap_event(entry: EntryObject) -> ChangeRow:
    payload = entry["payload"]
    after = (message_cell(payload["after"]) or "チャットの始まり") if "after" in payload else _OUTSIDE
    before = message_cell(payload["before"]) if "before" in payload else _OUTSIDE
    if payload.get("reason") == "erased":
        return _other_event(entry, ERASED_EVENT, f"{after}から{before}の間({payload['missing']}件)")
    missing = "件数不明" if payload["missing"] is None else f"およそ{payload['missing']}件"
    about = f"{after}から{before}の間({missing})"
    return _other_event(entry, _GAP_EVENTS[entry["kind"]], about)


_OUTSIDE = "期間外のメッセージ"
"""A message outside the package's period, whose id the package does not name."""

ROOM_TYPES = {"direct": "ダイレクトチャット", "group": "グループチャット", "my": "マイチャット"}
"""Chatwork's kinds of rooms; a direct chat becomes a group chat when its other person cancels the account."""

_EVENTS_OF_KIND = {"account": _account_events, "room": _room_events, "file": _file_events, "task": _listed_events}
_ROOM_EVENTS = (
    ("name", "チャット名が変わった"),
    ("description", "チャットの概要が変わった"),
    ("type", "チャットの種類が変わった"),
)
_LISTED_EVENTS = {
    "file": ("ファイルが一覧に表示されなくなった", "ファイルが再び一覧に表示された"),
    "task": ("タスクが表示されなくなった(理由不明)", "タスクが再び表示された"),
}
_ACCESS_EVENTS = {
    "room.inaccessible": "チャットが開けなくなった(理由不明)",
    "room.accessible": "チャットが再び開けるようになった",
}
ERASED_EVENT = "報告者が、保存したメッセージを消去した"
"""An erasure leaves a gap; the record of the gap says when."""

_GAP_EVENTS = {
    "gap": "保存できなかった期間が生じた",
    "gap.narrowed": "保存できなかった期間が狭まった",
    "gap.closed": "保存できなかった期間がなくなった",
}
