"""CPU of whole pages of the viewer and of the application, in an archive of a million messages with many alerts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import process_time

from archiver.records.alerts import Alert, AlertRule, Level
from archiver.setup.answers import FINISHED, note_answer
from archiver.store.archive import Archive
from archiver.store.working import alerts, remembered_values
from tests.benchmarks.instruments.large_archives import COUNT, ROOM, add_changes, million_messages
from tests.benchmarks.instruments.measure import Figure, median_seconds
from tests.support.console.application import open_application
from tests.support.viewer.client import open_viewer

BAR, MOST_MEGABYTES = 100, 0.4
"""Milliseconds and megabytes of each page."""

ALERTS = 2_000
TIMES = 7
RULES = (AlertRule.A4, AlertRule.A6, AlertRule.A10, AlertRule.A13)


def measure(folder: Path) -> list[Figure]:
    """Each page as its bytes leave the program, warm, the median of CPU."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    add_alerts(archive)
    note_answer(archive, FINISHED)
    with archive.writing() as writing:
        seen = remembered_values.SeenChanges(2**40, datetime(2026, 11, 5, tzinfo=UTC))
        remembered_values.SEEN_CHANGES.remember(writing, {"job1": seen})
    archive.close()
    with closing(sqlite3.connect(archive.database)) as database:
        (middle,) = database.execute("SELECT (min(position) + max(position)) / 2 FROM message").fetchone()
    with open_viewer(archive.home) as browser:
        message = re.findall(r'id="m([0-9]+)"', browser.get(f"/room/{ROOM}?at={middle}"))[0]
        viewer = _figure("viewer", browser.get, _viewer_paths(middle, message))
    environ = {"HOME": str(folder), "CHATWORK_API_TOKEN": "0" * 32, "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    with open_application(archive.home, environ | {"PATH": ""}) as browser:
        return [viewer, _figure("application", browser.get, _application_paths(message))]


def _figure(which: str, get: Callable[[str], str], paths: Mapping[str, str]) -> Figure:
    sizes = {name: len(get(path).encode()) / 1_000_000 for name, path in paths.items()}
    taken = {
        name: 1000 * median_seconds(partial(get, path), times=TIMES, clock=process_time)[0]
        for name, path in paths.items()
    }
    plain = min(taken.values())
    told = [f"{name} {ms:.0f} ms ({ms / plain:.0f} ×), {sizes[name]:.2f} MB" for name, ms in taken.items()]
    measured = "; ".join(told) + " (× the quickest of them)"
    good = max(taken.values()) <= BAR and max(sizes.values()) <= MOST_MEGABYTES
    what = f"pages of the {which}, {COUNT:,} messages in one room, {ALERTS:,} open alerts"
    return Figure(what, f"each ≤ {BAR} ms of CPU, ≤ {MOST_MEGABYTES} MB", measured, good)


def add_alerts(archive: Archive) -> None:
    """Open alerts of some rules, each about another edited message."""
    with closing(sqlite3.connect(archive.database)) as database:
        edited = database.execute("SELECT position FROM message WHERE state = 'edited' LIMIT ?", (ALERTS,)).fetchall()
    begin = datetime(2026, 11, 5, tzinfo=UTC)
    with archive.writing() as writing:
        for number, (position,) in enumerate(edited):
            rule, at = RULES[number % len(RULES)], begin + timedelta(minutes=number)
            alerts.keep(writing, Alert(rule, Level.MEDIUM, at, ROOM, message_id=str(position)))


def _viewer_paths(middle: int, message: str) -> dict[str, str]:
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


def _application_paths(message: str) -> dict[str, str]:
    return {
        "overview (概要)": "/home",
        "what it asks again and again": "/home?mark=1-0",
        "contract (契約)": "/contracts/job1",
        "packages (提出資料)": "/packages",
        "order": "/packages/order?contract=job1&for=support",
        "emergency (緊急)": "/emergency",
        "copies (控え)": "/copies",
        "settings (設定)": "/settings",
        "notices": "/settings/notices",
        "help (使い方)": "/help",
        "search in it": "/help?q=token",
        "what a message is good for": f"/room/{ROOM}/use/{message}",
        "job": "/job",
    }
