"""The tables of a package as pure functions over its entries, so that they can be built again and compared.

An export writes `table_lines`; a verification builds them again from `entries.jsonl` and compares line by line.
Entries come as the objects that their lines hold: `other` are all entries but those of messages, in order; `groups`
give the entries of each message, oldest first, messages by numeric id over all rooms. Functions raise KeyError,
TypeError or ValueError for an entry of another shape. Standard library only and Python 3.8 syntax, because
this module is also handed out inside packages.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Callable, Container, Iterable, Iterator, Mapping, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import DELETED_BODY, READINGS, EntryObject, MessageHistory, Sightings, message_history
from archiver.evidence.tables.cells import TIME, csv_line, jsonl_line, jst, jst_of, message_cell
from archiver.evidence.tables.events import (
    EVENT_HEADER,
    EVENT_WORDS,
    FIRST_KINDS,
    event_cells,
    message_events,
    other_events,
    sort_events,
)
from archiver.evidence.tables.files_and_tasks import FILE_HEADER, TASK_HEADER, file_cells, files, task_cells, tasks
from archiver.evidence.tables.links_and_pauses import (
    LINK_HEADER,
    PAUSE_HEADER,
    PAUSES,
    link_cells,
    message_links,
    other_links,
    pause_cells,
    pause_object,
    pause_rows,
)

RoomReadings = Mapping[int, Sightings]
SealOf = Callable[[int], "int | None"]
HistoryOf = Callable[[Sequence[EntryObject]], MessageHistory]
StampOf = Callable[["int | None"], "str | None"]

BOM = "\ufeff"
"""The byte order mark with which every CSV file begins; `table_lines` gives it as part of the header's line."""

STATES = {
    "present": "",
    "edited": "編集された",
    "deleted": "「削除」表示に変わった",
    "missing": "表示されなくなった(理由不明)",
    "hidden": "プランの制限で見えない",
}

KINDS = {"speech": "メッセージ", "notice": "Chatworkの自動メッセージ", "unknown": "不明(文面なし)"}
"""The kinds of messages on paper; that anybody can type the form of a notice is said in the readme."""

SOURCES = {"list": "一覧", "single": "1件ずつ", "recovered": "1件ずつ(報告者の資料のID)", "copy": "保管庫の別の写し"}
"""By which kind of reading the present state of a message was received."""

MESSAGES = "messages.jsonl"


def sightings(other: Iterable[EntryObject]) -> dict[int, Sightings]:
    """The readings of each room, from its entries of readings."""
    by_room: dict[int, Sightings] = {}
    for entry in other:
        if entry["kind"] in READINGS:
            by_room.setdefault(entry["room_id"], Sightings()).add(entry)
    return by_room


def message(entries: Sequence[EntryObject], rooms: RoomReadings) -> MessageHistory:
    """The history of one message from its entries, oldest first, and the readings of its room."""
    sightings_of_room = rooms.get(entries[0]["room_id"])
    if sightings_of_room is None:
        return message_history(entries, lambda _: None, lambda: None)
    readings, position = sightings_of_room, int(entries[0]["key"].partition("/")[2])
    return message_history(entries, lambda entry: readings.before(position, entry), lambda: readings.last(position))


def messages(groups: Iterable[Sequence[EntryObject]], rooms: RoomReadings) -> Iterator[MessageHistory]:
    """The history of each message, in the order of the groups."""
    return (message(entries, rooms) for entries in groups)


def seal_numbers(ranges: Iterable[tuple[int, int, int]]) -> SealOf:
    """A function from an entry's number to that of its seal, made of each seal's (number, first, last)."""
    ordered = sorted(ranges, key=lambda sealed_range: sealed_range[1])
    firsts = [first for _, first, _ in ordered]

    def seal_of(seq: int) -> int | None:
        index = bisect_right(firsts, seq) - 1
        return ordered[index][0] if index >= 0 and seq <= ordered[index][2] else None

    return seal_of


def message_object(no: int, history: MessageHistory, seal: int | None, stamped_at: str | None) -> dict[str, object]:
    """The object of a line of `messages.jsonl`; Chatwork's times are Unix seconds, the archive's RFC 3339 UTC."""
    return {
        "no": no,
        "room_id": history.room_id,
        "message_id": history.message_id,
        "account_id": history.account_id,
        "name": history.name,
        "send_time": history.send_time,
        "time_jst": jst(history.send_time) or None,
        "update_time": history.update_time,
        "state": history.state,
        "kind": history.kind,
        "body": history.body,
        "versions": [
            {
                "body": span.body,
                "first_seen": span.first_seen,
                "last_seen": span.last_seen,
                "update_time": span.update_time,
            }
            for span in history.versions
        ],
        "first_seen_at": history.first_seen,
        "entry_seq": history.entry_seq,
        "seal": seal,
        "stamped_at": stamped_at,
        "source": history.source,
    }


MESSAGE_HEADER = (
    "No.", TIME, "送信時刻(Unix秒)", "チャット(ルームID)", "メッセージID", "発言者(表示名)", "アカウントID", "種類",
    "状態", "本文", "以前の文面", "状態を確認した日時(日本時間)", "最初に保存した日時(日本時間)", "更新時刻(Unix秒)",
    "取得方法", "記録番号",
)  # fmt: skip


def message_cells(no: int, history: MessageHistory) -> list[object]:
    """The cells of a row of `messages.csv`."""
    return [
        no,
        jst(history.send_time),
        history.send_time or "",
        history.room_id,
        message_cell(history.message_id),
        history.name,
        history.account_id,
        KINDS.get(history.kind, history.kind),
        state_word(history),
        "(「削除」表示)" if history.body == DELETED_BODY else history.body,
        _earlier_texts(history),
        jst_of(history.changed_at) if history.state != "present" else "",
        jst_of(history.first_seen),
        history.update_time or "",
        SOURCES.get(history.source, history.source),
        history.entry_seq,
    ]


def state_word(history: MessageHistory) -> str:
    """What became of a message; what it was already when it was first saved is told as that."""
    if history.state == "present":
        return STATES["present"]
    texts = {span.body for span in history.versions} - {DELETED_BODY}
    if (history.state == "deleted" and not texts) or (history.state == "edited" and len(texts) == 1):
        return EVENT_WORDS[FIRST_KINDS[history.state]]
    return STATES.get(history.state, history.state)


INQUIRY_HEADER = (
    "No.", "ルームID", "メッセージID", "アカウントID", TIME, "送信時刻(Unix秒)", "更新時刻(Unix秒)",
    "最初に保存した日時(日本時間)", "変化を確認した日時(日本時間)",
)  # fmt: skip


def inquiry_cells(no: int, history: MessageHistory) -> list[object]:
    """The cells of a row of `operator_inquiry.csv`: ids and times alone, to ask the operator without any text."""
    return [
        no,
        history.room_id,
        message_cell(history.message_id),
        history.account_id,
        jst(history.send_time),
        history.send_time or "",
        history.update_time or "",
        jst_of(history.first_seen),
        jst_of(history.changed_at) if history.state != "present" else "",
    ]


CSV_HEADERS = {
    "messages.csv": MESSAGE_HEADER,
    "operator_inquiry.csv": INQUIRY_HEADER,
    "links.csv": LINK_HEADER,
    "files.csv": FILE_HEADER,
    "events.csv": EVENT_HEADER,
    "tasks.csv": TASK_HEADER,
    "pauses.csv": PAUSE_HEADER,
}


def table_lines(
    groups: Iterable[Sequence[EntryObject]],
    other: Sequence[EntryObject],
    rooms: RoomReadings,
    *,
    seal_of: SealOf,
    stamp_of: StampOf = lambda _: None,
    packed: Container[str] = (),
    history_of: HistoryOf | None = None,
    starts: Mapping[int, str] = {},
) -> Iterator[tuple[str, str]]:
    """Every line of the JSONL and CSV files as (file name, line), those of a file in order.

    The files' lines are interleaved, as each message is read once. Each line can be encoded as UTF-8: surrogates do
    not occur. `rooms` are the `sightings`; `packed` holds the names (`F-0001.png`) of the files in `data/files/`;
    `history_of` replaces `message` for a caller who needs each history; `starts`: room → the beginning of the
    package's period, before which entries are its base line.
    """
    for name, header in CSV_HEADERS.items():
        yield name, BOM + csv_line(header)
    events = list(other_events(other, starts))
    for no, entries in enumerate(groups, 1):
        history = history_of(entries) if history_of else message(entries, rooms)
        seal = seal_of(history.entry_seq)
        yield MESSAGES, jsonl_line(message_object(no, history, seal, stamp_of(seal)))
        yield "messages.csv", csv_line(message_cells(no, history))
        yield "operator_inquiry.csv", csv_line(inquiry_cells(no, history))
        for link in message_links(no, history):
            yield "links.csv", csv_line(link_cells(link))
        events += message_events(no, entries, rooms.get(history.room_id) or Sightings())
    for link in other_links(other):
        yield "links.csv", csv_line(link_cells(link))
    for row in files(other):
        yield "files.csv", csv_line(file_cells(row, packed=row.stored_as is not None and row.stored_as in packed))
    for event in sort_events(events):
        yield "events.csv", csv_line(event_cells(event))
    for task in tasks(other, starts):
        yield "tasks.csv", csv_line(task_cells(task))
    for pause in pause_rows(rooms):
        yield "pauses.csv", csv_line(pause_cells(pause))
        yield PAUSES, jsonl_line(pause_object(pause))


def _earlier_texts(history: MessageHistory) -> str:
    """Every text but the current one, each with the interval in which it was seen."""
    return "\n".join(
        [
            f"【{jst_of(span.first_seen)} から {jst_of(span.last_seen)} まで確認】{span.body}"
            for span in history.versions[:-1]
            if span.body != DELETED_BODY
        ]
    )
