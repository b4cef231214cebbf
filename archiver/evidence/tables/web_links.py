"""The rows of `links.csv`: web addresses in the texts of a package. They are listed, never fetched.

Standard library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from typing import Iterable, Iterator, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import EntryObject, MessageHistory, text
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
        current_urls = urls(text(entry["payload"]["object"].get("body" if task else "description")))
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
