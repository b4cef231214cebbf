"""The rows of `links.csv`, web addresses in texts, never fetched; and of `pauses.csv`, when nobody looked.

Standard library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterable, Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import EntryObject, MessageHistory, Sightings, field_text
from archiver.evidence.looks import SECOND, LookStretch, decode_intervals, limit_of, pauses_in
from archiver.evidence.tables.cells import TIME, jst, jst_of, message_cell

# Brackets end an address: Chatwork's own tags stand in them.
_URL = re.compile("https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+", re.IGNORECASE)
_TRAILING = ".,:;!?'"


class LinkRow(NamedTuple):
    """A web address in a message, a task or a room's description."""

    no: int | None
    room_id: int
    place: str
    """The message as `m…`, or a task, or the room's description."""
    time: str
    """The time in Japan at which the message was sent, or at which another text was first seen."""
    author: str
    url: str
    current: bool
    """Whether the address is in the current text."""


LINK_HEADER = ("No.", TIME, "チャット(ルームID)", "場所", "発言者(表示名)", "URL", "どの文面にあるか")


def link_cells(link: LinkRow) -> list[object]:
    """The cells of a row of `links.csv`."""
    which = "今の文面" if link.current else "以前の文面"
    return [link.no, link.time, link.room_id, link.place, link.author, link.url, which]


def urls(text: str) -> list[str]:
    """Every http(s) address in a text, each once, in order."""
    if "://" not in text:
        return []
    return list(dict.fromkeys(_trim_url(match.group()) for match in _URL.finditer(text)))


def message_links(no: int, history: MessageHistory) -> list[LinkRow]:
    """The addresses in every text that a message had, the current text first."""
    current_by_url = dict.fromkeys(urls(history.body), True)
    for span in history.versions:
        for url in urls(span.body):
            current_by_url.setdefault(url, False)
    place, time = message_cell(history.message_id), jst(history.send_time)
    return [
        LinkRow(no, history.room_id, place, time, history.name, url, current) for url, current in current_by_url.items()
    ]


def other_links(other: Iterable[EntryObject]) -> Iterator[LinkRow]:
    """The addresses in every version of the rooms' descriptions and of the tasks."""
    texts: dict[tuple[int, str], dict[str, LinkRow]] = {}
    for entry in other:
        if entry["kind"] not in ("room", "task"):
            continue
        key = (entry["room_id"], entry["key"])
        task = entry["kind"] == "task"
        place = f"タスクID {entry['key'].rpartition('/')[2]}" if task else "チャットの概要"
        links = texts.setdefault(key, {})
        current_urls = urls(field_text(entry, "body" if task else "description"))
        for url in current_urls:
            links.setdefault(url, LinkRow(None, key[0], place, jst_of(entry["observed_at"]), "", url, True))
        for url in links:
            links[url] = links[url]._replace(current=url in current_urls)
    for links in texts.values():
        yield from links.values()


def _trim_url(url: str) -> str:
    """The address without characters that end the sentence around it; `)` only stays if its `(` is in it."""
    while url and (url[-1] in _TRAILING or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


PAUSES = "pauses.jsonl"
PAUSE_HEADER = (
    "チャット(ルームID)", "最後に見た日時(日本時間)", "次に見た日時(日本時間)", "確認していない時間(秒)",
    "これより長い間を数える(秒)",
)  # fmt: skip


class PauseRow(NamedTuple):
    """A time in which nobody looked at a room, from one look to the next."""

    room_id: int
    begun: str
    ended: str
    seconds: int
    limit: int
    """A time without a look counts if it is longer than so many seconds."""


def pause_rows(rooms: Mapping[int, Sightings]) -> Iterator[PauseRow]:
    """The pauses of each room, by room and time."""
    for room in sorted(rooms):
        looks = rooms[room].looks
        stretches = [LookStretch(_at(one.first), _at(one.last), decode_intervals(one.coded)) for one in looks]
        limit = limit_of(stretches)
        for begun, ended in pauses_in(stretches, limit):
            yield PauseRow(room, _look_text(begun), _look_text(ended), (ended - begun) // SECOND, limit // SECOND)


def pause_cells(row: PauseRow) -> list[object]:
    """The cells of a row of `pauses.csv`."""
    return [row.room_id, jst_of(row.begun), jst_of(row.ended), row.seconds, row.limit]


def pause_object(row: PauseRow) -> dict[str, object]:
    """The object of a line of `pauses.jsonl`; times RFC 3339 UTC."""
    return {
        "room_id": row.room_id,
        "from": row.begun,
        "to": row.ended,
        "seconds": row.seconds,
        "longer_than": row.limit,
    }


def _at(at: str) -> datetime:
    return datetime.fromisoformat(at[:-1])


def _look_text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + "Z"
