"""The size of an archive: bytes per message, index and seals included."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from archiver.app import App
from tests.benchmarks.instruments.measure import Figure, size_of
from tests.benchmarks.instruments.simulation import running_simulation

WANTED = {1: 400, 5: 1_500, 100: 5_000}
"""New messages a reply -> messages in all."""

BARS = {1: 4.5, 5: 2.2, 100: 1.4}
"""The same -> KB a message."""

BEFORE = 200
"""Messages in the room before it is measured, so that every list is full."""

EVERY = timedelta(minutes=5)


def measure(folder: Path) -> list[Figure]:
    """One row for each number of new messages a reply."""
    return [_per_message(folder, new) for new in WANTED]


def _per_message(folder: Path, new: int) -> Figure:
    with running_simulation(folder / f"size-{new}", rooms=1, posts=BEFORE) as simulation:
        app = simulation.app()
        simulation.round(app)
        before = archive_bytes(app)
        for _reply in range(WANTED[new] // new):
            simulation.post(simulation.rooms[0], new, seconds=EVERY.total_seconds() / new)
            new_messages = simulation.round(app).rooms[0].new
            assert new_messages == new, new_messages
        each = (archive_bytes(app) - before) / WANTED[new]
        app.archive.close()
    what = f"archive size per 30-character message, {new} new message{'s' * (new > 1)} a reply"
    bar = BARS[new]
    return Figure(what, f"≤ {bar} KB", f"{each / 1024:.2f} KB", each <= bar * 1024)


def archive_bytes(app: App) -> int:
    """The database without its log, and the seals."""
    with closing(sqlite3.connect(app.archive.database)) as sql:
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return app.archive.database.stat().st_size + size_of(app.archive.home / "seals")
