"""Web addresses in the texts of a package: entries -> `links.csv`. They are listed, never fetched.

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
    """One address at one place."""

    no: int | None
    room_id: int
    place: str
    """The message as `m…`, or a task, or the room's description."""
    time: str
    """In Japan: when the message was sent; else when the text was first seen."""
    author: str
    url: str
    current: bool
    """Whether it stands in the text now shown."""


LINK_HEADER = ("No.", TIME, "チャット(ルームID)", "場所", "発言者(表示名)", "URL", "どの文面にあるか")


def link_cells(link: LinkRow) -> list[object]:
    """A line of `links.csv`."""
    which = "今の文面" if link.current else "以前の文面"
    return [link.no, link.time, link.room_id, link.place, link.author, link.url, which]


def urls(shown: str) -> list[str]:
    """Every http(s) address in a text, each once, in order."""
    if "://" not in shown:
        return []
    return list(dict.fromkeys(_trimmed(found.group()) for found in _URL.finditer(shown)))


def message_links(no: int, history: MessageHistory) -> list[LinkRow]:
    """The addresses in every text that a message had, the current text first."""
    found = dict.fromkeys(urls(history.body), True)
    for span in history.versions:
        for url in urls(span.body):
            found.setdefault(url, False)
    place, time = message_cell(history.message_id), jst(history.send_time)
    return [LinkRow(no, history.room_id, place, time, history.name, url, now) for url, now in found.items()]


def other_links(other: Iterable[EntryObject]) -> Iterator[LinkRow]:
    """The addresses in descriptions of rooms and in tasks, in every version."""
    texts: dict[tuple[int, str], dict[str, LinkRow]] = {}
    for entry in other:
        if entry["kind"] not in ("room", "task"):
            continue
        key = (entry["room_id"], entry["key"])
        task = entry["kind"] == "task"
        place = f"タスクID {entry['key'].rpartition('/')[2]}" if task else "チャットの概要"
        known = texts.setdefault(key, {})
        now = urls(text(entry["payload"]["object"].get("body" if task else "description")))
        for url in now:
            known.setdefault(url, LinkRow(None, key[0], place, jst_of(entry["observed_at"]), "", url, True))
        for url in known:
            known[url] = known[url]._replace(current=url in now)
    for known in texts.values():
        yield from known.values()


def _trimmed(url: str) -> str:
    """Without signs that end the sentence around it; a closing bracket only stays with its opening one."""
    while url and (url[-1] in _TRAILING or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url
