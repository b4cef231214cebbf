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
from tests.benchmarks import corpus
from tests.benchmarks.large_archives import ROOM, fill_archive
from tests.benchmarks.measure import Figure, median_seconds

BAR = 100
"""Milliseconds."""

COUNT = 1_000_000
READ = 20_000
"""Messages that are read; their rows are then copied, which takes minutes less than reading all."""
A_READING = 10
TIMES = 7
_EDITED_EACH = 500


def measure(folder: Path) -> list[Figure]:
    """All facts of a contract with the whole room, and of one with half of its time; warm, the median of CPU."""
    archive = fill_archive(folder / "home", READ, new=A_READING)
    _copy_rows(archive)
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
    archive.close()
    measured = "; ".join(f"{name} {ms:.0f} ms" for name, ms in taken.items())
    what = f"the facts of a case for a screen, {COUNT:,} messages in one room"
    return [Figure(what, f"≤ {BAR} ms of CPU", measured, max(taken.values()) <= BAR, taken)]


def _copy_rows(archive: Archive) -> None:
    """The rows of messages, texts and readings again and again, each time later; some messages are edited."""
    with closing(sqlite3.connect(archive.database)) as database, database:
        positions, times, seqs = database.execute(
            "SELECT max(position) - min(position) + 1000, max(send_time) - min(send_time) + 60, max(seq) FROM message"
        ).fetchone()
        for number in range(1, COUNT // READ):
            shifts = {"position": number * positions, "send_time": number * times, "seq": number * seqs}
            for table in ("message", "message_version", "window"):
                _copy(database, table, shifts, at_most=seqs)
        changed = f"seq % {_EDITED_EACH} = 0"
        database.execute(f"UPDATE message SET state = 'edited', was_edited = 1 WHERE {changed}")
        database.execute(
            "INSERT INTO message_version"
            " SELECT room_id, position, 2, body || '(訂正)', update_time, first_seen, NULL, seq"
            f" FROM message_version WHERE number = 1 AND {changed}"
        )


def _copy(database: sqlite3.Connection, table: str, shifts: dict[str, int], *, at_most: int) -> None:
    names = [row[1] for row in database.execute(f"PRAGMA table_info('{table}')")]
    cells = [f"{name} + {shifts[name]}" if name in shifts else f"{name}" for name in names]
    if "message_id" in names:
        cells[names.index("message_id")] = f"CAST(position + {shifts['position']} AS TEXT)"
    query = f"INSERT INTO '{table}' SELECT {', '.join(cells)} FROM '{table}' WHERE seq <= ?"
    database.execute(query, (at_most,))


def _span(archive: Archive) -> int:
    with closing(sqlite3.connect(archive.database)) as database:
        (seconds,) = database.execute("SELECT max(send_time) - min(send_time) FROM message").fetchone()
    return int(seconds)
