"""The time of the viewer's pages in an archive of a million messages in one room: their queries, and whole pages."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

from archiver.store.archive import Reading
from archiver.store.queries.status import status
from archiver.store.queries.viewing import (
    calendar,
    files,
    messages,
    people,
    tasks,
)
from archiver.store.search.newest_hits import HitPosition
from archiver.store.search.scope import parse
from archiver.store.search.search import search
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, median_seconds, told_pages
from tests.benchmarks.instruments.million_messages import COUNT, add_changes, million_messages
from tests.support.viewer.client import open_viewer

BAR = 100
"""Milliseconds."""

MOST_MEGABYTES = 0.4

TIMES = 7
PAGE = 100
MOST = 1_000

Question = Callable[[Reading], object]


def measure(folder: Path) -> list[Figure]:
    """Each question several times, warm; the slowest median counts. Beside it one row is read by its primary key."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    with archive.reading() as reading, closing(sqlite3.connect(archive.database)) as plain:
        first, last = plain.execute("SELECT min(position) FROM message").fetchone() + _last(plain)
        middle = (first + last) // 2
        taken = {
            name: _measure_question(question, reading, plain, middle)
            for name, question in _questions(first, last).items()
        }
    archive.close()
    return [_figure(taken), _whole_pages(archive.home, middle)]


def _last(plain: sqlite3.Connection) -> tuple[int]:
    found: tuple[int] = plain.execute("SELECT max(position) FROM message").fetchone()
    return found


def _questions(first: int, last: int) -> dict[str, Question]:
    middle, begin = (first + last) // 2, corpus.BEGIN
    half = begin + timedelta(days=1_800)
    year = [
        ((begin + timedelta(days=30 * month)).date(), (begin + timedelta(days=30 * month + 30)).date())
        for month in range(12)
    ]

    def search_for(words: str, older_than: HitPosition | None = None) -> Question:
        return lambda reading: search(reading, parse(words), count_limit=MOST, older_than=older_than)

    return {
        "overview": status,
        "messages, newest": lambda reading: messages.newest_page(reading, ROOM, PAGE),
        "messages, in the middle": lambda reading: messages.page_around(reading, ROOM, middle, PAGE),
        "messages, oldest": lambda reading: messages.oldest_page(reading, ROOM, PAGE),
        "jump to a date": lambda reading: calendar.first_on_or_after(reading, ROOM, half),
        "calendar of a month": lambda reading: calendar.day_counts(reading, ROOM, *year[1]),
        "calendar of a year": lambda reading: calendar.span_counts(reading, ROOM, year),
        "files": lambda reading: files.page(reading, [ROOM]),
        "files by a name that none has": lambda reading: files.page(reading, [ROOM], name="ない"),
        "tasks": lambda reading: tasks.page(reading, [ROOM]),
        "people": lambda reading: people.people(reading, ROOM),
        "search, one sign": search_for("す"),
        "search, one sign, older": search_for("す", HitPosition(middle, ROOM, 0)),
        "search, a word": search_for("納品"),
        "search, a word, older": search_for("納品", HitPosition(middle, ROOM, 0)),
        "search, what was edited": search_for("has:edit"),
        "search, what has not a word": search_for("-納品"),
    }


def _whole_pages(home: Path, middle: int) -> Figure:
    """Every kind of page as its bytes leave the application, warm."""
    taken: dict[str, tuple[float, float]] = {}
    with open_viewer(home) as browser:
        message = re.findall(r'id="m([0-9]+)"', browser.get(f"/room/{ROOM}?at={middle}"))[0]
        for name, path in _paths(middle, message).items():
            size = len(browser.get(path).encode()) / 1_000_000
            taken[name] = median_seconds(partial(browser.get, path), times=TIMES)[0] * 1000, size
    good = all(ms <= BAR and size <= MOST_MEGABYTES for ms, size in taken.values())
    measured = told_pages(taken)
    what = f"whole pages of the viewer, {COUNT:,} messages in one room"
    numbers = {name: ms for name, (ms, _) in taken.items()}
    return Figure(what, f"each ≤ {BAR} ms, ≤ {MOST_MEGABYTES} MB", measured, good, numbers)


def _paths(middle: int, message: str) -> dict[str, str]:
    room = f"/room/{ROOM}"
    return {
        "overview": "/",
        "conversation, newest": room,
        "conversation, in the middle": f"{room}?at={middle}",
        "one message": f"{room}/message/{message}",
        "search, a word": "/conversations?q=納品",
        "search, one sign": "/conversations?q=す",
        "files": "/files",
        "tasks": "/tasks",
        "people": f"{room}/people",
        "calendar": f"{room}/calendar",
        "chosen": f"/chosen?m={ROOM}-{message}",
    }


def _measure_question(
    question: Question, reading: Reading, plain: sqlite3.Connection, middle: int
) -> tuple[float, float]:
    """Milliseconds, and how many times as long as one row by its key."""
    row = partial(_row, plain, middle)
    question_seconds, row_seconds = median_seconds(partial(question, reading), row, times=TIMES)
    return question_seconds * 1000, question_seconds / row_seconds


def _row(plain: sqlite3.Connection, position: int) -> object:
    query = "SELECT * FROM message WHERE room_id = ? AND position >= ? LIMIT 1"
    return plain.execute(query, (ROOM, position)).fetchone()


def _figure(taken: dict[str, tuple[float, float]]) -> Figure:
    worst = max(taken, key=lambda one: taken[one][0])
    measured = "; ".join(f"{name} {ms:.1f} ms ({ratio:,.0f} ×)" for name, (ms, ratio) in taken.items())
    numbers = {name: ms for name, (ms, _) in taken.items()}
    what = f"what the pages of the viewer ask of {COUNT:,} messages in one room"
    bar = f"each ≤ {BAR} ms (× one row by its primary key)"
    return Figure(what, bar, measured, taken[worst][0] <= BAR, numbers)
