"""How an archive grows: bytes per message, index and seals included, and what it gains while nothing happens."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from archiver.app import App
from tests.benchmarks.measure import Figure, size_of
from tests.benchmarks.simulation import Simulation, running_simulation

BAR = 3072
WANTED = {1: 400, 5: 1_500, 100: 5_000}
"""New messages a reply -> messages in all."""

BEFORE = 200
"""Messages in the room before it is measured, so that every list is full."""

DAYS = 10
EVERY = timedelta(minutes=5)
MANY_ROOMS = 6
MEGABYTE = 1_000_000


def measure(folder: Path) -> list[Figure]:
    """One row for each number of new messages a reply, and one for the growth a year."""
    return [_per_message(folder, new) for new in WANTED] + [_a_year(folder)]


def _per_message(folder: Path, new: int) -> Figure:
    with running_simulation(folder / f"size-{new}", rooms=1, posts=BEFORE) as simulation:
        app = simulation.app()
        simulation.round(app)
        before = _bytes(app)
        for _reply in range(WANTED[new] // new):
            simulation.post(simulation.rooms[0], new, seconds=EVERY.total_seconds() / new)
            new_messages = simulation.round(app).rooms[0].new
            assert new_messages == new, new_messages
        each = (_bytes(app) - before) / WANTED[new]
        app.archive.close()
    what = f"archive size per 30-character message, {new} new message{'s' * (new > 1)} a reply"
    bar, met = (f"≤ {BAR // 1024} KB", each <= BAR) if new == 5 else ("–", None)
    return Figure(what, bar, f"{each / 1024:.2f} KB", met, {"bytes": each})


def _a_year(folder: Path) -> Figure:
    one_room, many_rooms = (_idle(folder, rooms) * 365 / DAYS for rooms in (1, MANY_ROOMS))
    more = (many_rooms - one_room) / (MANY_ROOMS - 1)
    measured = f"{one_room / MEGABYTE:.1f} MB with one room, {more / MEGABYTE:.1f} MB for each further one"
    return Figure("fixed growth of the archive a year", "–", measured, None, {"bytes": one_room, "bytes_a_room": more})


def _idle(folder: Path, rooms: int) -> float:
    """Bytes gained in `DAYS` days in which nothing is posted."""
    with running_simulation(folder / f"idle-{rooms}", rooms=rooms, posts=BEFORE) as simulation:
        app = simulation.app()
        _let_pass(simulation, app, timedelta(hours=6))
        before = _bytes(app)
        _let_pass(simulation, app, timedelta(days=DAYS))
        gained = _bytes(app) - before
        app.archive.close()
    return gained


def _let_pass(simulation: Simulation, app: App, time: timedelta) -> None:
    for _run in range(time // EVERY):
        simulation.clock.at += EVERY
        simulation.round(app)


def _bytes(app: App) -> int:
    """The database without its log, and the seals."""
    with sqlite3.connect(app.archive.database) as sql:
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sql.close()
    return app.archive.database.stat().st_size + size_of(app.archive.home / "seals")
