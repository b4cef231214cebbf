"""The CPU time of one message list of 100: taken in with all of it known or all of it new."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from pathlib import Path

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from archiver.chatwork.client import Client
from archiver.chatwork.models import Room
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.records import JsonObject, RoomId
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.sync.pull.context import PullContext
from archiver.sync.pull.messages import pull_messages
from archiver.sync.report import RoomReport
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.measure import Figure, median_seconds

KNOWN_BAR, NEW_BAR = 5, 10
"""Milliseconds of CPU."""

PLAIN_TABLE = "CREATE TABLE entry (seq INTEGER PRIMARY KEY, line TEXT, digest TEXT)"
BASE_URL = "https://chatwork.example.com/v2"

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
    adapter = _Canned(_current_time)
    with_token = Transport(
        _session(adapter),
        token=lambda: "x" * 32,
        clock=CorrectedClock(_current_time),
        sleep=lambda _: None,
        base_url=BASE_URL,
    )
    context = PullContext(archive, Client(with_token), _current_time, corpus.OWNER)
    for body in islice(bodies, BEFORE):
        _pull(context, adapter, body)
    lists = iter(list(bodies))
    bare = _session(adapter)
    sql = sqlite3.connect(folder / "windows-plain.sqlite3", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", PLAIN_TABLE):
        sql.execute(statement)

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
        lambda: _take_plainly(sql, adapter.body),
        times=TURNS,
        each=EACH,
        clock=time.process_time,
    )
    archive.close()
    sql.close()
    return [
        _figure("known", again - http, KNOWN_BAR, least),
        _figure("new", fresh - http, NEW_BAR, least),
    ]


def _figure(which: str, seconds: float, bar: float, plain: float) -> Figure:
    took = seconds * 1000
    measured = f"{took:.1f} ms ({seconds / plain:.1f} × json, SHA-256 and plain sqlite3 for 100 new ones)"
    return Figure(f"a window of 100 {which} messages", f"≤ {bar} ms of CPU", measured, took <= bar)


def _windows(count: int) -> Iterator[bytes]:
    """Lists of 99 new messages and the newest of the list before, so that no gap opens between two."""
    messages: list[JsonObject] = []
    for message in corpus.messages(count * (WINDOW - 1) + 1):
        messages.append(message)
        if len(messages) == WINDOW:
            yield corpus.body_of(messages)
            del messages[:-1]


def _pull(context: PullContext, adapter: _Canned, body: bytes | None) -> None:
    """One window, with new messages if a body is given."""
    adapter.body = body or adapter.body
    room = Room(room_id=RoomId(corpus.ROOM), name="動画編集", message_num=BEFORE * WINDOW)
    pull_messages(context, room, RoomReport(corpus.ROOM))


def _current_time() -> datetime:
    """A time after every message of the corpus: a `Date` before the newest one does not count (`ReplyDates`)."""
    return datetime.now(UTC) + timedelta(days=400)


def _take_plainly(sql: sqlite3.Connection, body: bytes) -> None:
    """The least that keeps a list: parse it, hash each object, put it into one table, commit as durably as we do."""
    lines = [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in json.loads(body)]
    rows = [(line, hashlib.sha256(line.encode()).hexdigest()) for line in lines]
    sql.execute("BEGIN IMMEDIATE")
    sql.executemany("INSERT INTO entry (line, digest) VALUES (?, ?)", rows)
    sql.execute("COMMIT")


class _Canned(BaseAdapter):
    """Answers every request with `body`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin with an empty list; `now` is Chatwork's time, aware."""
        super().__init__()
        self._now = now
        self.body = b"[]"

    def send(self, request: requests.PreparedRequest, *_args: object, **_named: object) -> requests.Response:
        """A reply with the headers that Chatwork's have."""
        now = self._now()
        reset = int((now + timedelta(minutes=5)).timestamp())
        headers = {"content-type": "application/json; charset=utf-8", "date": format_datetime(now, usegmt=True)}
        headers |= {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "299", "x-ratelimit-reset": f"{reset}"}
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(io.BytesIO(self.body), headers=headers, status=200, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing needs to be closed."""


def _session(adapter: _Canned) -> requests.Session:
    """A session that asks nobody but this adapter."""
    http_session = requests.Session()
    http_session.trust_env = False
    http_session.mount("https://", adapter)
    return http_session
