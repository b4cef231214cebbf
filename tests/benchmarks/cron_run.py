"""The processor time of a quiet run as cron starts it, beside a Python that only imports the two large libraries."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.benchmarks.instruments.measure import Figure, cpu_of_children, median_seconds, run_python
from tests.benchmarks.instruments.simulation import Clock, running_simulation

BAR = 1.5
"""How many times as much as the two imports a run may take beyond them."""

ROOMS, POSTS = 5, 5
FIRST_RUNS = 3
"""The first ones save, judge the contract's dates, and fetch pictures."""

TIMES = 15
PLAIN = ("-c", "import requests, sqlalchemy")


class OwnClock(Clock):
    """This computer's clock, which the processes go by."""

    def now(self) -> datetime:
        """The time now."""
        return datetime.now(UTC)


def measure(folder: Path) -> list[Figure]:
    """CPU of whole processes in turn, user and system; the median of each."""
    with running_simulation(folder / "home", rooms=ROOMS, posts=POSTS, clock=OwnClock()) as simulation:
        environ = {**os.environ, **simulation.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        run = partial(run_python, environ, "-m", "archiver", "--home", str(simulation.home), "--quiet", "sync")
        for _run in range(FIRST_RUNS):
            run()
        taken, plain = median_seconds(run, partial(run_python, environ, *PLAIN), times=TIMES, clock=cpu_of_children)
    beyond = (taken - plain) / plain
    measured = f"{beyond:.2f} × ({taken:.2f} s of CPU in all, {plain:.2f} s of them the two imports)"
    bar = f"≤ {BAR} × `import requests, sqlalchemy` beyond that"
    return [Figure(f"a quiet run as cron starts it, {ROOMS} rooms", bar, measured, beyond <= BAR)]
