"""How an archive grows while nothing happens and its lists are read as often as the share of the allowance allows."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from archiver.app import App
from archiver.records import JST
from archiver.settings.model import AuthoritySetting
from tests.benchmarks.instruments.measure import Figure, size_of
from tests.benchmarks.instruments.simulation import Clock, Simulation, running_simulation
from tests.support.stamps.simulated_authority import SimulatedAuthority

DAYS = {1: 7, 10: 1, 60: 1, 100: 1}
"""Rooms -> days measured; a week has one record of quiet runs, which counts for next to nothing with many rooms."""

OFFSETS = (-2, -1, 0, 1, 2)
"""By how many seconds a minute between two rounds is shorter or longer, drawn at random."""

BAR = 3.0
"""Megabytes a year of one room."""

MEGABYTE = 1_000_000
LIMIT = 300
"""Calls in five minutes, as Chatwork allows."""

OTHER_CERTIFICATES = 8
"""So many beside its own make the stamps of the simulated authority as long as those of large real ones: 5 KB."""

POSTS = 200
MINUTE = timedelta(minutes=1)


class Size(NamedTuple):
    """Bytes of an archive, or by how many it grew."""

    database: float
    """Bytes in use on its pages; of whole pages only a year would give a true number."""
    stamps: float
    other_files: float

    @property
    def whole(self) -> float:
        """All of it."""
        return sum(self)


def measure(folder: Path) -> list[Figure]:
    """Megabytes a year with 1, 10, 60 and 100 rooms, one stamp a day."""
    grown = {rooms: _year_of(folder, rooms) for rooms in DAYS}
    texts = (f"{rooms}: {size.whole:.1f} MB" for rooms, size in grown.items())
    measured = f"{', '.join(texts)} ({grown[1].stamps:.1f} MB of each are stamps)"
    numbers = {f"bytes_{rooms}": size.whole * MEGABYTE for rooms, size in grown.items()}
    what = f"growth a year of {', '.join(map(str, DAYS))} idle rooms, a round about every minute, stamps of 5 KB"
    bar = f"≤ {BAR:.0f} MB with one room, stamps included"
    return [Figure(what, bar, measured, grown[1].whole <= BAR, numbers | {"stamps": grown[1].stamps * MEGABYTE})]


def _year_of(folder: Path, rooms: int) -> Size:
    """Megabytes a year. Measured are whole days, each from its first round after the seal of the day before."""
    clock, home, chance = Clock(), folder / f"growth-{rooms}", random.Random(rooms)
    with SimulatedAuthority(now=clock.now, other_certificates=OTHER_CERTIFICATES) as authority:
        setting = AuthoritySetting("a", authority.url, "root.pem")
        with running_simulation(
            home, rooms=rooms, posts=POSTS, clock=clock, limit=LIMIT, authorities=[setting]
        ) as simulation:
            (home / "root.pem").write_text(authority.root_pem, encoding="ascii")
            app = simulation.app()
            _pass_days(simulation, app, 2, lambda: 15 * MINUTE)
            before = _size(app)
            _pass_days(simulation, app, DAYS[rooms], lambda: MINUTE + timedelta(seconds=chance.choice(OFFSETS)))
            after, each_used = _size(app), _bytes_for_each_used(app.archive.database)
            app.archive.close()
    a_year = 365 / DAYS[rooms] / MEGABYTE
    grown = Size(*((now - then) * a_year for now, then in zip(after, before, strict=True)))
    return grown._replace(database=grown.database * each_used)


def _pass_days(simulation: Simulation, app: App, days: int, pause: Callable[[], timedelta]) -> None:
    """Rounds until so many days of Asia/Tokyo have begun."""
    begun, today = 0, simulation.clock.at.astimezone(JST).date()
    while begun < days:
        simulation.clock.at += pause()
        simulation.round(app)
        begun += simulation.clock.at.astimezone(JST).date() != today
        today = simulation.clock.at.astimezone(JST).date()


def _size(app: App) -> Size:
    seals = app.archive.home / "seals"
    stamps = sum(path.stat().st_size for path in seals.glob("*.tsr"))
    used = _ask(app.archive.database, "SELECT sum(pgsize - unused) FROM dbstat")
    return Size(used, stamps, size_of(seals) - stamps)


def _bytes_for_each_used(database: Path) -> float:
    """How much the pages of the entries take for each byte in use on them: a line that does not fit begins the next."""
    return _ask(database, "SELECT 1.0 * sum(pgsize) / sum(pgsize - unused) FROM dbstat WHERE name = 'entry'")


def _ask(database: Path, query: str) -> float:
    sql = sqlite3.connect(database)
    (number,) = sql.execute(query).fetchone()
    sql.close()
    return float(number)
