"""The seconds of a run with nothing new and its requests: every list is read in turn."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from statistics import median

import requests

from archiver.app import build_app
from archiver.notices import sentences
from archiver.rounds.round import run_round
from archiver.settings import file
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.benchmarks.instruments.simulation import TOKEN, Clock, running_simulation

BAR = 0.05
BAR_A_LIST = 0.005
ROOMS = 100
REQUESTS = ROOMS + 2
"""Every list, the account and the rooms: the allowance of the simulated Chatwork has no end."""
TIMES = 15


def measure(folder: Path) -> list[Figure]:
    """Archive the rooms once; then rounds with nothing new in a process of their own, against this one's Chatwork."""
    with running_simulation(folder / "quiet", rooms=ROOMS, posts=5) as simulation:
        app = simulation.app()
        simulation.round(app)
        simulation.round(app)
        app.archive.close()
        arguments = [str(simulation.home), json.dumps(simulation.environ), simulation.clock.at.isoformat()]
        run, bare, made = run_alone(rounds_and_replies, *arguments).result
    beyond = run - bare
    measured = f"{made} API requests; {beyond:.3f} s more than two of them bare ({bare:.3f} s)"
    return [
        Figure(
            f"a run with nothing new, {ROOMS} contracted rooms",
            f"{REQUESTS} API requests; ≤ {BAR} s and {BAR_A_LIST} s a list beyond start-up and the replies themselves",
            measured,
            made == REQUESTS and beyond <= BAR + BAR_A_LIST * (made - 2),
        )
    ]


def rounds_and_replies(home: str, environ: str, at: str) -> tuple[float, float, int]:
    """Median seconds of a round with its notices in a newly built program, and of bare replies; its API requests."""
    variables: dict[str, str] = json.loads(environ)
    clock = Clock(datetime.fromisoformat(at))
    bare: list[float] = []
    whole: list[float] = []
    requests_made = 0
    for turn in range(TIMES + 1):
        begun = time.perf_counter()
        _fetch(variables)
        middle = time.perf_counter()
        app = build_app(file.load_settings(Path(home), variables), variables, now=clock.now, monotonic=None)
        requests_made = run_round(app, Options(), ProgressCallbacks()).requests
        sentences.take_pending_notices(app.archive, app.settings, None, now=clock.now())
        app.archive.close()
        if turn:  # the first imports what is imported late: that is start-up
            bare.append(middle - begun)
            whole.append(time.perf_counter() - middle)
    return median(whole), median(bare), requests_made


def _fetch(variables: dict[str, str]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for path in ("/me", "/rooms"):
            address = variables["CHATWORK_API_BASE_URL"] + path
            session.get(address, headers={"x-chatworktoken": variables[TOKEN]}, timeout=30).json()
