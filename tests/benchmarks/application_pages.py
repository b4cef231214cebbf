"""The application's own pages, and the viewer's first one, in an archive of a million messages with many alerts."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import process_time

from archiver.records.alerts import Alert, AlertRule, Level
from archiver.setup.written_values import FINISHED, note_answer
from archiver.store.archive import Archive
from archiver.store.engine import SETTLED_SECONDS
from archiver.store.working import alerts, remembered_values
from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, median_seconds, told_pages
from tests.benchmarks.instruments.million_messages import COUNT, add_changes, million_messages
from tests.support.console.application import open_application
from tests.support.viewer.client import open_viewer

BAR = 100
"""Milliseconds."""

MOST_MEGABYTES = 0.4
ALERTS = 2_000
TIMES = 7

FIRST_PAGE_BAR = 50
FIRST_PAGE_MEGABYTES = 0.1
FIRST_PAGES = 25
RULES = (AlertRule.A4, AlertRule.A6, AlertRule.A10, AlertRule.A13)


def measure(folder: Path) -> list[Figure]:
    """Each page as its bytes leave the application, warm, the median of CPU."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    add_alerts(archive)
    note_answer(archive, FINISHED)
    with archive.writing() as writing:
        seen = remembered_values.SeenChanges(2**40, datetime(2026, 11, 5, tzinfo=UTC))
        remembered_values.SEEN_CHANGES.remember(writing, {"job1": seen})
    archive.close()
    environ = {"HOME": str(folder), "CHATWORK_API_TOKEN": "0" * 32, "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    taken: dict[str, tuple[float, float]] = {}
    with open_application(archive.home, environ | {"PATH": ""}) as browser:
        for name, path in _paths(archive).items():
            size = len(browser.get(path).encode()) / 1_000_000
            seconds = median_seconds(partial(browser.get, path), times=TIMES, clock=process_time)[0]
            taken[name] = seconds * 1000, size
    good = all(ms <= BAR and size <= MOST_MEGABYTES for ms, size in taken.values())
    measured = told_pages(taken)
    what = f"the application's own pages, {COUNT:,} messages in one room, {ALERTS:,} open alerts"
    numbers = {name: ms for name, (ms, _size) in taken.items()}
    pages = Figure(what, f"each ≤ {BAR} ms of CPU, ≤ {MOST_MEGABYTES} MB", measured, good, numbers)
    return [pages, _measure_first_page(archive)]


def _measure_first_page(archive: Archive) -> Figure:
    """CPU of the viewer's first page where nothing was written since the last one, and just after a write."""
    with open_viewer(archive.home) as browser:
        page = partial(browser.get, "/")
        size = len(page().encode()) / 1_000_000
        (written,) = median_seconds(partial(_page_after_write, archive, page), times=TIMES, clock=process_time)
        time.sleep(SETTLED_SECONDS + 1)
        page()
        taken = sorted(median_seconds(page, times=1, clock=process_time)[0] * 1000 for _number in range(FIRST_PAGES))
    middle, most = taken[FIRST_PAGES // 2], taken[-1]
    measured = (
        f"{middle:.0f} ms, {most:.0f} at most of {FIRST_PAGES}; {written * 1000:.0f} ms with a write just before it; "
        f"{size:.3f} MB"
    )
    numbers = {"middle": middle, "most": most, "after_write": written * 1000, "megabytes": size}
    what = f"the viewer's first page, {COUNT:,} messages in one room, {ALERTS:,} open alerts"
    bar = f"≤ {FIRST_PAGE_BAR} ms of CPU, ≤ {FIRST_PAGE_MEGABYTES} MB"
    return Figure(what, bar, measured, most <= FIRST_PAGE_BAR and size <= FIRST_PAGE_MEGABYTES, numbers)


def _page_after_write(archive: Archive, page: partial[str]) -> None:
    with archive.writing() as writing:
        remembered_values.COPY_FAULT.remember(writing, None)
    archive.close()
    page()


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
        "what it asks again and again": "/home?mark=1-0",
        "contract (契約)": contract,
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
