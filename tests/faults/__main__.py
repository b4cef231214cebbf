"""Plays faults for some minutes and prints what came of them: `python -m tests.faults --minutes 60`.

`--power-cuts` plays power cuts instead. Ends with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.play import Played, Player
from tests.faults.power_play import TracedRun
from tests.faults.scenes import SCENES, built_stage


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the call asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"commands to play, of: {', '.join(SCENES)}")
    parser.add_argument("--minutes", type=float, default=60, help="how long faults are drawn")
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat(), help="which are drawn first")
    parser.add_argument("--power-cuts", action="store_true", help="power cuts instead of single faults")
    parser.add_argument("--moments", type=int, default=60, help="after so many calls of a command the power goes")
    parser.add_argument("--used", type=int, default=6, help="after so many of them verify and the next run are tried")
    return parser.parse_args(argv)


@contextmanager
def staged_player() -> Iterator[Player]:
    """A player in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        stage, runs = Path(name) / "stage", Path(name) / "runs"
        stage.mkdir()
        runs.mkdir()
        with built_stage(stage) as built:
            yield Player(built, runs)


def play_faults(player: Player, scenes: Sequence[str], asked: argparse.Namespace) -> bool:
    """Play until the time is over, the first and last of each kind of call before the others; whether any was wrong."""
    chance, end, played = random.Random(asked.seed), time.monotonic() + asked.minutes * 60, list[Played]()
    queues = [[fault for scene in scenes for fault in player.faults(scene, every=every)] for every in (False, True)]
    for queue in queues:
        chance.shuffle(queue)
    for fault in dict.fromkeys([*queues[0], *queues[1]]):
        if time.monotonic() > end:
            break
        played.append(player.play(fault))
        if played[-1].wrong:
            print(played[-1], file=sys.stderr, flush=True)
    for scene in scenes:
        of_scene = [one for one in played if one.fault.scene == scene]
        fired, wrong = sum(one.fired for one in of_scene), sum(bool(one.wrong) for one in of_scene)
        print(f"{scene}: {len(of_scene)} injected, {fired} fired, {wrong} wrong")
    return any(one.wrong for one in played)


def play_power_cuts(player: Player, scenes: Sequence[str], asked: argparse.Namespace) -> bool:
    """Play power cuts in each command; whether anything was wrong."""
    found = 0
    for scene in scenes:
        run = TracedRun(player, scene)
        for one in run.wrong(played=asked.used, looked_at=asked.moments):
            print(f"{scene}: {one}", file=sys.stderr, flush=True)
        print(f"{scene}: {run.states} states, {run.used} used, {run.found} wrong", flush=True)
        found += run.found
    return bool(found)


def main(argv: Sequence[str] | None = None) -> int:
    """Play what is asked for, and print what came of it."""
    asked = options(argv)
    with staged_player() as player:
        play = play_power_cuts if asked.power_cuts else play_faults
        return int(play(player, asked.scenes or SCENES, asked))


if __name__ == "__main__":
    sys.exit(main())
