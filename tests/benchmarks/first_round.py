"""The processor time of a first round for each room: as many rooms cost as much each as few do."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

from archiver.app import build_app
from archiver.rounds.round import run_round
from archiver.settings import file
from archiver.sync.run import Options, ProgressCallbacks
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.benchmarks.instruments.simulation import Clock, running_simulation

FEW, MANY = 30, 300
POSTS = 5
TOLERANCE = 1.25
"""How many times as much a room of many may cost as one of few; what differs is the machine."""


def measure(folder: Path) -> list[Figure]:
    """One row: milliseconds of CPU a room, everything included, with few and with many rooms."""
    few, many = (_cpu_seconds(folder, rooms) / rooms for rooms in (FEW, MANY))
    measured = f"{many * 1000:.0f} ms a room ({many * MANY:.1f} s), of {few * 1000:.0f} ms with {FEW} rooms"
    numbers = {"seconds_a_room_of_few": few, "seconds_a_room_of_many": many}
    what, bar = f"first round of {MANY} rooms, {POSTS} messages each", f"CPU a room as of {FEW} rooms"
    return [Figure(what, bar, measured, many <= few * TOLERANCE, numbers)]


def _cpu_seconds(folder: Path, rooms: int) -> float:
    with running_simulation(folder / f"first-{rooms}", rooms=rooms, posts=POSTS) as simulation:
        arguments = [str(simulation.home), json.dumps(simulation.environ), simulation.clock.at.isoformat()]
        return float(run_alone(first_round, *arguments).result)


def first_round(home: str, environ: str, at: str) -> float:
    """The seconds of CPU that a first round takes in this process."""
    variables: dict[str, str] = json.loads(environ)
    app = build_app(
        file.load_settings(Path(home), variables), variables, now=Clock(datetime.fromisoformat(at)).now, monotonic=None
    )
    begun = time.process_time()
    run_round(app, Options(every_list=True), ProgressCallbacks())
    return time.process_time() - begun
