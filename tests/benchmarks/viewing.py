"""The time of the viewer's whole pages, what they ask included, in an archive of a million messages in one room."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, median_seconds, told_pages
from tests.benchmarks.instruments.million_messages import COUNT, add_changes, million_messages
from tests.support.viewer.client import open_viewer

BAR = 100
"""Milliseconds."""

MOST_MEGABYTES = 0.4

TIMES = 7


def measure(folder: Path) -> list[Figure]:
    """Every kind of page as its bytes leave the application, several times, warm; the slowest median counts."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    with closing(sqlite3.connect(archive.database)) as plain:
        (middle,) = plain.execute("SELECT (min(position) + max(position)) / 2 FROM message").fetchone()
    archive.close()
    taken: dict[str, tuple[float, float]] = {}
    with open_viewer(archive.home) as browser:
        message = re.findall(r'id="m([0-9]+)"', browser.get(f"/room/{ROOM}?at={middle}"))[0]
        for name, path in _paths(middle, message).items():
            size = len(browser.get(path).encode()) / 1_000_000
            taken[name] = median_seconds(partial(browser.get, path), times=TIMES)[0] * 1000, size
    good = all(ms <= BAR and size <= MOST_MEGABYTES for ms, size in taken.values())
    measured = told_pages(taken)
    what = f"whole pages of the viewer, {COUNT:,} messages in one room"
    numbers = {name: ms for name, (ms, _) in taken.items()}
    return [Figure(what, f"each ≤ {BAR} ms, ≤ {MOST_MEGABYTES} MB", measured, good, numbers)]


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
