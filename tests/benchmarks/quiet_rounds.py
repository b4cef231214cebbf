"""CPU of a quiet run as cron starts it, beside two large imports, and of the rounds of many archives in one process."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from archiver.app import build_app
from archiver.rounds.daemon import ManyHomes
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.settings import file
from archiver.settings.model import Settings
from tests.benchmarks.instruments.measure import Figure, cpu_of_children, median_seconds, run_alone, run_python
from tests.benchmarks.instruments.simulation import Clock, running_simulation

BEYOND_BAR = 1.5
"""How many times as much as two imports a run may take beyond them."""

BAR = 0.2
"""How much of the processor time of a cron line a round may take in one process with others."""

FIRST_RUNS = 3
"""The first ones save, judge the contract's dates, and fetch pictures."""

HOMES, ROOMS, POSTS = 20, 5, 5
MINUTES, STEPS = 5, 18
"""A round every five minutes, for an hour and a half of the archives' own clock."""

WARM = 6
"""Steps that are not counted: the first rounds import, read everything and settle."""

TIMES = 9


class OwnClock(Clock):
    """This computer's clock, which the processes go by."""

    def now(self) -> datetime:
        """The time now."""
        return datetime.now(UTC)


def measure(folder: Path) -> list[Figure]:
    """CPU of whole processes in turn, the median of each; then rounds of twenty archives in a process of their own."""
    first = folder / "homes" / "home00"
    with running_simulation(first, rooms=ROOMS, posts=POSTS, clock=OwnClock()) as simulation:
        environ = {**os.environ, **simulation.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        line = partial(run_python, environ, "-m", "archiver", "--home", str(first), "--quiet", "sync")
        for _run in range(FIRST_RUNS):
            line()
        imports = partial(run_python, environ, "-c", "import requests, sqlalchemy")
        taken, plain = median_seconds(line, imports, times=TIMES, clock=cpu_of_children)
        for number in range(1, HOMES):
            shutil.copytree(first, first.with_name(f"home{number:02}"))
        alone = run_alone(live, str(first.parent), json.dumps(simulation.environ))
    seconds, rounds, fewest, most = alone.result
    beyond, ratio = (taken - plain) / plain, seconds / taken
    told = f"{beyond:.2f} × ({taken:.2f} s of CPU in all, {plain:.2f} s of them the two imports)"
    measured = f"{ratio:.3f} × ({1000 * seconds:.0f} ms of CPU a round in one process, {rounds} rounds, {fewest} to "
    measured += f"{most} of each; {1000 * taken:.0f} ms a line of cron); {alone.mebibytes:.0f} MiB"
    bar = f"≤ {BEYOND_BAR} × `import requests, sqlalchemy` beyond that"
    what = f"quiet rounds of {HOMES} archives in one process, one of each every {MINUTES} minutes, {ROOMS} rooms each"
    return [
        Figure(f"a quiet run as cron starts it, {ROOMS} rooms", bar, told, beyond <= BEYOND_BAR),
        Figure(what, f"≤ {BAR} × a line of cron", measured, ratio <= BAR),
    ]


def live(folder: str, environ: str) -> tuple[float, int, int, int]:
    """Let the archives of a folder live some hours; median seconds of CPU of a round, all rounds, fewest and most."""
    variables: dict[str, str] = json.loads(environ)
    clock, rounds, taken = OwnClock(), Counter[str](), list[float]()
    moving = Clock(clock.now())
    homes = ManyHomes(
        lambda: {home: home.name for home in sorted(Path(folder).iterdir())},
        partial(_opened, variables, moving, rounds),
        lambda _home: DaemonMessages(),
        now=moving.now,
        monotonic=lambda: moving.at.timestamp(),
    )
    for step in range(STEPS):
        moving.at += timedelta(minutes=MINUTES)
        before, begun = rounds.total(), time.process_time()
        while homes.turn():
            homes.wait()
        if step >= WARM and rounds.total() > before:
            taken.append((time.process_time() - begun) / (rounds.total() - before))
    homes.close()
    return median(taken), rounds.total(), min(rounds.values()), max(rounds.values())


@contextmanager
def _opened(variables: dict[str, str], clock: Clock, rounds: Counter[str], home: Path) -> Iterator[DaemonWork]:
    def load() -> Settings:
        return file.load_settings(home, variables)

    yield DaemonWork(
        load,
        lambda settings: build_app(settings, variables, now=clock.now, monotonic=None, sleep=lambda _seconds: None),
        lambda _settings: variables["CHATWORK_API_TOKEN"],
        now=clock.now,
        messages=DaemonMessages(round=lambda _report: rounds.update([home.name])),
    )
