"""The CPU time of one message list of 100: read into models, and taken in with all of it known or all of it new."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from archiver.chatwork.client import read_listing
from archiver.chatwork.models import Message, Room
from archiver.records import JsonObject, Reply, RoomId
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.messages import pull_messages
from archiver.sync.report import RoomReport
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.canned_chatwork import BASE_URL, Canned, client, session
from tests.benchmarks.instruments.measure import Figure, median_seconds

KNOWN_BAR, NEW_BAR = 5, 10
"""Milliseconds of CPU."""

READ_BAR = 6
"""How many times what `json.loads` takes for the same list."""

WINDOW = 100
TURNS, EACH = 3, 40
BEFORE = 100
"""Windows saved before the measurement."""


def measure(folder: Path) -> list[Figure]:
    """Pull windows through the program's own client, beside the bare request and beside the plainest program."""
    home = folder / "windows"
    home.mkdir()
    archive = Archive(home)
    migrate.create_database(archive.database)
    bodies = _windows(BEFORE + TURNS * EACH)
    adapter = Canned(_current_time)
    context = PullContext(archive, client(adapter, _current_time), _current_time, corpus.OWNER)
    for body in islice(bodies, BEFORE):
        _pull(context, adapter, body)
    lists = iter(list(bodies))
    bare = session(adapter)
    plain = _Plain(folder / "windows-plain.sqlite3")

    def pull_new() -> None:
        _pull(context, adapter, next(lists))

    def pull_known() -> None:
        _pull(context, adapter, None)

    def request_bare() -> None:
        with bare.get(f"{BASE_URL}/rooms/1/messages?force=1", stream=True, timeout=30) as response:
            response.raw.read()

    fresh, again, http, least = median_seconds(
        pull_new,
        pull_known,
        request_bare,
        lambda: plain.take(adapter.body),
        times=TURNS,
        each=EACH,
        clock=time.process_time,
    )
    archive.close()
    return [
        _figure("known", again - http, KNOWN_BAR, least),
        _figure("new", fresh - http, NEW_BAR, least),
        _figure_of_reading(adapter.body),
    ]


def _figure(which: str, seconds: float, bar: float, plain: float) -> Figure:
    took = seconds * 1000
    measured = f"{took:.1f} ms ({seconds / plain:.1f} × json, SHA-256 and plain sqlite3 for 100 new ones)"
    numbers = {"milliseconds": took, "plain_milliseconds": plain * 1000}
    return Figure(f"a window of 100 {which} messages", f"≤ {bar} ms of CPU", measured, took <= bar, numbers)


def _figure_of_reading(body: bytes) -> Figure:
    reply = Reply(f"/rooms/{corpus.ROOM}/messages", 200, body, {}, _current_time())
    read, parsed = median_seconds(
        lambda: read_listing(reply, Message), lambda: json.loads(body), times=TURNS, each=EACH, clock=time.process_time
    )
    ratio = read / parsed
    measured = f"{ratio:.1f} × json.loads ({read * 1000:.1f} ms)"
    numbers = {"milliseconds": read * 1000, "ratio": ratio}
    bar = f"≤ {READ_BAR} × json.loads"
    return Figure(f"a list of {WINDOW} messages read", bar, measured, ratio <= READ_BAR, numbers)


def _windows(count: int) -> Iterator[bytes]:
    """Lists of 99 new messages and the newest of the list before, so that no gap opens between two."""
    messages: list[JsonObject] = []
    for message in corpus.messages(count * (WINDOW - 1) + 1):
        messages.append(message)
        if len(messages) == WINDOW:
            yield corpus.body_of(messages)
            del messages[:-1]


def _pull(context: PullContext, adapter: Canned, body: bytes | None) -> None:
    """One window, with new messages if a body is given."""
    adapter.body = body or adapter.body
    room = Room(room_id=RoomId(corpus.ROOM), name="動画編集", message_num=BEFORE * WINDOW)
    pull_messages(context, room, RoomReport(corpus.ROOM))


def _current_time() -> datetime:
    """A time after every message of the corpus: a `Date` before the newest one does not count (`ReplyDates`)."""
    return datetime.now(UTC) + timedelta(days=400)


class _Plain:
    """The least that keeps a list: parse it, hash each object, put it into one table, commit as durably as we do."""

    def __init__(self, path: Path) -> None:
        self.sql = sqlite3.connect(path, isolation_level=None)
        self.sql.execute("PRAGMA journal_mode = WAL")
        self.sql.execute("PRAGMA synchronous = FULL")
        self.sql.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, line TEXT, digest TEXT)")

    def take(self, body: bytes) -> None:
        lines = [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in json.loads(body)]
        rows = [(line, hashlib.sha256(line.encode()).hexdigest()) for line in lines]
        self.sql.execute("BEGIN IMMEDIATE")
        self.sql.executemany("INSERT INTO entry (line, digest) VALUES (?, ?)", rows)
        self.sql.execute("COMMIT")
