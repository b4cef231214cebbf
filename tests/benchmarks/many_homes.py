"""The processor time of quiet rounds of many archives in one process, beside those of the lines of cron instead."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

from archiver.app import build_app
from archiver.rounds.daemon import ManyHomes
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.settings import file
from archiver.settings.model import Settings
from tests.benchmarks.cron_run import FIRST_RUNS, OwnClock
from tests.benchmarks.instruments.measure import Figure, cpu_of_children, median_seconds, run_alone, run_python
from tests.benchmarks.instruments.simulation import Clock, running_simulation

BAR = 0.2
"""How much of the processor time of a cron line a round may take in one process with others."""

HOMES, ROOMS, POSTS = 20, 5, 5
MINUTES, STEPS = 5, 18
"""A round every five minutes, for an hour and a half of the archives' own clock."""

WARM = 6
"""Steps that are not counted: the first rounds import, read everything and settle."""

TIMES = 5


def measure(folder: Path) -> list[Figure]:
    """Rounds of twenty archives in a process of their own, against this one's Chatwork; then whole processes."""
    first = folder / "homes" / "home00"
    with running_simulation(first, rooms=ROOMS, posts=POSTS, clock=OwnClock()) as simulation:
        environ = {**os.environ, **simulation.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        line = partial(run_python, environ, "-m", "archiver", "--home", str(first), "--quiet", "sync")
        for _run in range(FIRST_RUNS):
            line()
        for number in range(1, HOMES):
            shutil.copytree(first, first.with_name(f"home{number:02}"))
        alone = run_alone(live, str(first.parent), json.dumps(simulation.environ))
        (taken,) = median_seconds(line, times=TIMES, clock=cpu_of_children)
    ratio = alone.result["seconds"] / taken
    measured = (
        f"{ratio:.3f} × ({1000 * alone.result['seconds']:.0f} ms of CPU a round in one process, "
        f"{alone.result['rounds']} rounds; {1000 * taken:.0f} ms a line of cron); {alone.mebibytes:.0f} MiB; "
        f"{alone.result['fewest']} to {alone.result['most']} rounds of each"
    )
    what = f"quiet rounds of {HOMES} archives in one process, one of each every {MINUTES} minutes, {ROOMS} rooms each"
    return [Figure(what, f"≤ {BAR} × a line of cron", measured, ratio <= BAR)]


def live(folder: str, environ: str) -> dict[str, float]:
    """Let the archives of a folder live some hours; the median processor seconds of a round, and the rounds of each."""
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
    return {
        "seconds": median(taken),
        "rounds": rounds.total(),
        "fewest": min(rounds.values()),
        "most": max(rounds.values()),
    }


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
