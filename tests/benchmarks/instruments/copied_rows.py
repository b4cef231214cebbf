"""A million messages in minutes instead of hours: a few are read, and their rows are copied, each time later."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archiver.store.archive import Archive
from tests.benchmarks.instruments.large_archives import fill_archive

COUNT = 1_000_000
READ = 20_000
"""Messages that are read; the others are copies of their rows."""

A_READING = 10
EDITED_EACH = 500
"""Of so many messages one is edited."""


def copied_archive(home: Path) -> Archive:
    """An archive of one room whose messages, texts and readings are copied; one message in `EDITED_EACH` is edited."""
    archive = fill_archive(home, READ, new=A_READING)
    with closing(sqlite3.connect(archive.database)) as database, database:
        positions, times, seqs = database.execute(
            "SELECT max(position) - min(position) + 1000, max(send_time) - min(send_time) + 60, max(seq) FROM message"
        ).fetchone()
        for number in range(1, COUNT // READ):
            shifts = {"position": number * positions, "send_time": number * times, "seq": number * seqs}
            shifts |= {"oldest": shifts["position"], "newest": shifts["position"]}
            for table in ("message", "message_version", "window"):
                copy_rows(database, table, shifts, at_most=seqs)
        database.execute("UPDATE window SET message_num = seq")
        changed = f"seq % {EDITED_EACH} = 0"
        database.execute(f"UPDATE message SET state = 'edited', was_edited = 1 WHERE {changed}")
        database.execute(
            "INSERT INTO message_version"
            " SELECT room_id, position, 2, body || '(訂正)', update_time, first_seen, NULL, seq"
            f" FROM message_version WHERE number = 1 AND {changed}"
        )
    return archive


def copy_rows(database: sqlite3.Connection, table: str, shifts: dict[str, int], *, at_most: int) -> None:
    """Copy the rows of a table up to an entry, each cell of the named columns that much greater."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info('{table}')")]
    cells = [f"{name} + {shifts[name]}" if name in shifts else f"{name}" for name in names]
    if "observed_at" in names:  # as in every archive, times never decrease along the entries
        later = f"strftime('%Y-%m-%dT%H:%M:%fZ', observed_at, '+{shifts['send_time']} seconds')"
        cells[names.index("observed_at")] = later
    if "message_id" in names:
        cells[names.index("message_id")] = f"CAST(position + {shifts['position']} AS TEXT)"
    query = f"INSERT INTO '{table}' SELECT {', '.join(cells)} FROM '{table}' WHERE seq <= ?"
    database.execute(query, (at_most,))
