"""The time of the facts of a case for a screen, in an archive of a million messages in one room."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import process_time

from archiver.records import Contract, ContractRoom, RoomId
from archiver.store.archive import Archive
from archiver.store.queries.contract_activity import activity_of
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.copied_rows import COUNT, copied_archive
from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, median_seconds

BAR = 100
"""Milliseconds."""

TIMES = 7


def measure(folder: Path) -> list[Figure]:
    """All facts of a contract with the whole room, and of one with half of its time; warm, the median of CPU."""
    archive = copied_archive(folder / "home")
    half = corpus.BEGIN + timedelta(seconds=_span(archive) // 2)
    contracts = {
        "whole room": Contract("job1", (ContractRoom(RoomId(ROOM)),), client="田中"),
        "half of its time": Contract("job1", (ContractRoom(RoomId(ROOM), start=half),), client="田中"),
    }
    with archive.reading() as reading:
        taken = {
            name: median_seconds(partial(activity_of, reading, contract), times=TIMES, clock=process_time)[0] * 1000
            for name, contract in contracts.items()
        }
    with closing(sqlite3.connect(archive.database)) as database:
        plain = median_seconds(partial(_count, database), times=TIMES, clock=process_time)[0] * 1000
    archive.close()
    parts = [f"{name} {ms:.0f} ms ({ms / plain:.1f} ×)" for name, ms in taken.items()]
    measured = "; ".join(parts) + f" (× one count of the messages by author: {plain:.0f} ms)"
    what = f"the facts of a case for a screen, {COUNT:,} messages in one room"
    return [Figure(what, f"≤ {BAR} ms of CPU", measured, max(taken.values()) <= BAR, taken)]


def _count(database: sqlite3.Connection) -> object:
    query = "SELECT account_id, count(*), min(send_time), max(send_time) FROM message WHERE room_id = ? GROUP BY 1"
    return database.execute(query, (ROOM,)).fetchall()


def _span(archive: Archive) -> int:
    with closing(sqlite3.connect(archive.database)) as database:
        (seconds,) = database.execute("SELECT max(send_time) - min(send_time) FROM message").fetchone()
    return int(seconds)
