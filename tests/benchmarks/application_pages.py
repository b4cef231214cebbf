"""The time of the application's own pages in an archive of a million messages in one room, with many open alerts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import process_time

from archiver.records.alerts import Alert, AlertRule, Level
from archiver.setup.answered_questions import note_answer
from archiver.setup.answers import FINISHED
from archiver.store.archive import Archive
from archiver.store.working import alerts
from tests.benchmarks.instruments.copied_rows import COUNT, copied_archive
from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, median_seconds
from tests.support.console.application import open_application

BAR = 100
"""Milliseconds."""

MOST_MEGABYTES = 0.4
ALERTS = 2_000
TIMES = 7
RULES = (AlertRule.A4, AlertRule.A6, AlertRule.A10, AlertRule.A13)


def measure(folder: Path) -> list[Figure]:
    """Each page as its bytes leave the application, warm, the median of CPU."""
    archive = copied_archive(folder / "home")
    add_alerts(archive)
    note_answer(archive, FINISHED)
    archive.close()
    environ = {"HOME": str(folder), "CHATWORK_API_TOKEN": "0" * 32, "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    taken: dict[str, tuple[float, float]] = {}
    with open_application(archive.home, environ | {"PATH": ""}) as browser:
        for name, path in _paths(archive).items():
            size = len(browser.get(path).encode()) / 1_000_000
            seconds = median_seconds(partial(browser.get, path), times=TIMES, clock=process_time)[0]
            taken[name] = seconds * 1000, size
    good = all(ms <= BAR and size <= MOST_MEGABYTES for ms, size in taken.values())
    measured = "; ".join(f"{name} {ms:.0f} ms, {size:.2f} MB" for name, (ms, size) in taken.items())
    what = f"the application's own pages, {COUNT:,} messages in one room, {ALERTS:,} open alerts"
    numbers = {name: ms for name, (ms, _size) in taken.items()}
    return [Figure(what, f"each ≤ {BAR} ms of CPU, ≤ {MOST_MEGABYTES} MB", measured, good, numbers)]


def add_alerts(archive: Archive) -> None:
    """Open alerts of some rules, each about another edited message."""
    with closing(sqlite3.connect(archive.database)) as database:
        edited = database.execute("SELECT position FROM message WHERE state = 'edited' LIMIT ?", (ALERTS,)).fetchall()
    begin = datetime(2026, 11, 5, tzinfo=UTC)
    with archive.writing() as writing:
        for number, (position,) in enumerate(edited):
            rule, at = RULES[number % len(RULES)], begin + timedelta(minutes=number)
            alerts.keep(writing, Alert(rule, Level.MEDIUM, at, ROOM, message_id=str(position)))


def _paths(archive: Archive) -> dict[str, str]:
    with closing(sqlite3.connect(archive.database)) as database:
        (message,) = database.execute("SELECT message_id FROM message ORDER BY position LIMIT 1").fetchone()
    contract = "/contracts/job1"
    return {
        "overview (概要)": "/home",
        "its pulse": "/home/pulse",
        "alerts": "/alerts",
        "contract (契約)": contract,
        "money": f"{contract}/money",
        "terms": f"{contract}/terms",
        "course": f"{contract}/course",
        "to read aloud": f"{contract}/aloud",
        "packages (提出資料)": "/packages",
        "order": "/packages/order",
        "emergency (緊急)": "/emergency",
        "copies (控え)": "/copies",
        "settings (設定)": "/settings",
        "notices": "/settings/notices",
        "help (ヘルプ)": "/help",
        "search in it": "/help?q=token",
        "what a message is good for": f"/room/{ROOM}/use/{message}",
        "job": "/job",
    }
