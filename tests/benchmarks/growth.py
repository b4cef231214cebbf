"""How an archive grows while nothing happens and its list is read as often as the share of the allowance allows."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from archiver.app import App
from archiver.records import JST
from archiver.settings.model import AuthoritySetting
from tests.benchmarks.instruments.measure import Figure, size_of
from tests.benchmarks.instruments.simulation import Clock, Simulation, running_simulation
from tests.support.stamps.simulated_authority import SimulatedAuthority

DAYS = 7
"""That are measured: a week has one record of quiet runs."""

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


def measure(folder: Path) -> list[Figure]:
    """Megabytes a year. Measured are whole days, each from its first round after the seal of the day before."""
    clock, home, chance = Clock(), folder / "growth", random.Random(1)
    with SimulatedAuthority(now=clock.now, other_certificates=OTHER_CERTIFICATES) as authority:
        setting = AuthoritySetting("a", authority.url, "root.pem")
        with running_simulation(
            home, rooms=1, posts=POSTS, clock=clock, limit=LIMIT, authorities=[setting]
        ) as simulation:
            (home / "root.pem").write_text(authority.root_pem, encoding="ascii")
            app = simulation.app()
            _pass_days(simulation, app, 2, lambda: 15 * MINUTE)
            before = _sizes(app)
            _pass_days(simulation, app, DAYS, lambda: MINUTE + timedelta(seconds=chance.choice(OFFSETS)))
            after, each_used = _sizes(app), _ask(app.archive.database, _BYTES_FOR_EACH_USED)
            app.archive.close()
    database, stamps, others = ((now - then) * 365 / DAYS for now, then in zip(after, before, strict=True))
    year = database * each_used + stamps + others
    measured = f"{year / MEGABYTE:.2f} MB ({stamps / MEGABYTE:.2f} MB of it are stamps)"
    what = "growth a year of an idle room, a round about every minute, stamps of 5 KB"
    met = year <= BAR * MEGABYTE
    return [Figure(what, f"≤ {BAR:.0f} MB, stamps included", measured, met)]


def _pass_days(simulation: Simulation, app: App, days: int, pause: Callable[[], timedelta]) -> None:
    """Rounds until so many days of Asia/Tokyo have begun."""
    begun, today = 0, simulation.clock.at.astimezone(JST).date()
    while begun < days:
        simulation.clock.at += pause()
        simulation.round(app)
        begun += simulation.clock.at.astimezone(JST).date() != today
        today = simulation.clock.at.astimezone(JST).date()


_BYTES_FOR_EACH_USED = "SELECT 1.0 * sum(pgsize) / sum(pgsize - unused) FROM dbstat WHERE name = 'entry'"
"""How much the pages of the entries take for each byte in use on them: a line that does not fit begins the next."""


def _sizes(app: App) -> tuple[float, int, int]:
    """Bytes in use on the database's pages (of whole pages only a year would give a true number), stamps, the rest."""
    seals = app.archive.home / "seals"
    stamps = sum(path.stat().st_size for path in seals.glob("*.tsr"))
    return _ask(app.archive.database, "SELECT sum(pgsize - unused) FROM dbstat"), stamps, size_of(seals) - stamps


def _ask(database: Path, query: str) -> float:
    with closing(sqlite3.connect(database)) as sql:
        return float(sql.execute(query).fetchone()[0])
