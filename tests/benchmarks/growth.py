"""How an archive grows while nothing happens and its lists are read as often as the share of the allowance allows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from archiver.app import App
from archiver.demo.tsa.simulator import SimulatedAuthority
from archiver.settings.model import AuthoritySetting
from tests.benchmarks.measure import Figure
from tests.benchmarks.simulation import Clock, Simulation, running_simulation
from tests.benchmarks.size import archive_bytes

DAYS = {1: 2, 10: 1, 60: 1}
"""Rooms -> days measured; what the database keeps is whole pages, so that few rooms need more days."""

BAR = 3.0
"""Megabytes a year of one room."""

MEGABYTE = 1_000_000
LIMIT = 300
"""Calls in five minutes, as Chatwork allows."""

POSTS = 200
SETTLING, MINUTE = timedelta(hours=26), timedelta(minutes=1)
"""Before it is measured a night has passed, so that each measured day has its one seal and stamp."""


def measure(folder: Path) -> list[Figure]:
    """One row: megabytes a year with 1, 10 and 60 rooms, one stamp a day included, and what of it are stamps."""
    grown = {rooms: _year_of(folder, rooms) for rooms in DAYS}
    texts = (f"{rooms}: {whole:.1f} MB" for rooms, (whole, _stamps) in grown.items())
    measured = f"{', '.join(texts)} ({grown[1][1]:.1f} MB of each are stamps)"
    numbers = {f"bytes_{rooms}": whole * MEGABYTE for rooms, (whole, _stamps) in grown.items()}
    what = f"growth a year of {', '.join(map(str, DAYS))} idle rooms, a round every minute"
    return [Figure(what, f"≤ {BAR:.0f} MB with one room, stamps included", measured, grown[1][0] <= BAR, numbers)]


def _year_of(folder: Path, rooms: int) -> tuple[float, float]:
    """Megabytes a year, and those of the stamps among them."""
    clock, home = Clock(), folder / f"growth-{rooms}"
    with SimulatedAuthority(now=clock.now) as authority:
        setting = AuthoritySetting("a", authority.url, "root.pem")
        with running_simulation(
            home, rooms=rooms, posts=POSTS, clock=clock, limit=LIMIT, authorities=[setting]
        ) as simulation:
            (home / "root.pem").write_text(authority.root_pem, encoding="ascii")
            app = simulation.app()
            _let_pass(simulation, app, SETTLING, every=15 * MINUTE)
            _let_pass(simulation, app, timedelta(hours=2), every=MINUTE)
            before, stamps_before = archive_bytes(app), _stamp_bytes(app)
            _let_pass(simulation, app, timedelta(days=DAYS[rooms]), every=MINUTE)
            grown, stamps = archive_bytes(app) - before, _stamp_bytes(app) - stamps_before
            app.archive.close()
    a_year = 365 / DAYS[rooms] / MEGABYTE
    return grown * a_year, stamps * a_year


def _let_pass(simulation: Simulation, app: App, time: timedelta, *, every: timedelta) -> None:
    for _run in range(time // every):
        simulation.clock.at += every
        simulation.round(app)


def _stamp_bytes(app: App) -> int:
    return sum(path.stat().st_size for path in (app.archive.home / "seals").glob("*.tsr"))
