"""Plays faults for some minutes and prints what came of them: `python -m tests.faults --minutes 60`.

With `--results FILE` each result is kept as it comes, and a later call, or one beside it, leaves out what was played;
the table counts all that the file holds. `--power-cuts` plays power cuts instead. Ends with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.play import Player
from tests.faults.power_play import TracedRun
from tests.faults.scenes import SCENES, built_stage
from tests.faults.tally import (
    Tallied,
    add_result,
    drawn,
    fault_table,
    power_cut_table,
    read_results,
    tallied,
)


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the call asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"commands to play, of: {', '.join(SCENES)}")
    parser.add_argument("--minutes", type=float, default=60, help="how long faults are drawn")
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat(), help="which are drawn first")
    parser.add_argument("--results", type=Path, help="the file the results are kept in")
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


def play_faults(player: Player, scenes: Sequence[str], asked: argparse.Namespace) -> list[Tallied]:
    """Play until the time is over, or nothing is left; give the results, with those of the file."""
    played: list[Tallied] = []

    def results() -> list[Tallied]:
        """Those of all calls that write to the file."""
        return read_results(asked.results) if asked.results else played

    first = [fault for scene in scenes for fault in player.faults(scene)]
    every = [fault for scene in scenes for fault in player.faults(scene, every=True)]
    end = time.monotonic() + asked.minutes * 60
    for fault in drawn(first, every, asked.seed):
        if time.monotonic() > end:
            break
        if any(one.fault == fault for one in results()):
            continue
        played.append(tallied(player.play(fault)))
        if asked.results:
            add_result(asked.results, played[-1])
        if played[-1].wrong:
            print(played[-1], file=sys.stderr, flush=True)
    return results()


def play_power_cuts(player: Player, scenes: Sequence[str], asked: argparse.Namespace) -> tuple[str, bool]:
    """Play power cuts in each command; the table, and whether anything was wrong."""
    runs = []
    for scene in scenes:
        run = TracedRun(player, scene)
        for one in run.wrong(played=asked.used, looked_at=asked.moments):
            print(f"{scene}: {one}", file=sys.stderr, flush=True)
        runs.append(run)
        print(power_cut_table([run]), file=sys.stderr, flush=True)
    return power_cut_table(runs), any(run.found.total() for run in runs)


def main(argv: Sequence[str] | None = None) -> int:
    """Play what is asked for, and print its table."""
    asked = options(argv)
    scenes = asked.scenes or SCENES
    with staged_player() as player:
        if asked.power_cuts:
            table, is_wrong = play_power_cuts(player, scenes, asked)
        else:
            results = play_faults(player, scenes, asked)
            table, is_wrong = fault_table(results), any(one.wrong for one in results)
    print(table)
    return int(is_wrong)


if __name__ == "__main__":
    sys.exit(main())
