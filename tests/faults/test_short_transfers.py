"""SQLite is given less than it asked for at every other read and write: nothing is missing and nothing is broken.

libfiu (Debian's package `fiu-utils`) shortens the calls. Only those of SQLite: its wrapper of `write` and `read` in
version 1.2 divides by the length, and ends the process at a transfer of no bytes.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.play import Player
from tests.faults.scenes import SCENES, words
from tests.store.test_upgrade import ROOT

_SHORTENED = ("pread", "pwrite")
SAMPLES = ("sync", "erase")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.drawn] if name in SAMPLES else [])
        for name in SCENES
        if name not in ("migrate", "export")
    ],
)
def test_short_reads_and_writes_of_the_database_lose_nothing(player: Player, tmp_path: Path, name: str) -> None:
    """`strace` counts them: what SQLite writes is of even length or one byte, unless it was cut."""
    scene = player.stage.scenes[name]
    home, place = player.set_up(scene)
    points = [f"enable_random name=posix/io/rw/{call}/reduce,probability=0.5" for call in _SHORTENED]
    options = [word for point in points for word in ("-c", point)]

    process = subprocess.run(
        [
            *("strace", "-f", "-s", "0", "-o", str(tmp_path / "trace"), "-e", "trace=pwrite64"),
            *("fiu-run", "-x", *options, sys.executable, "-m", "archiver", *words(scene.argv, home, place)),
        ],
        env=player.stage.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    cut = [int(size) for size in re.findall(r"pwrite64\(.*= (\d+)$", (tmp_path / "trace").read_text(), re.MULTILINE)]
    assert sum(size % 2 and size > 1 for size in cut) > 5
    assert (player.baseline(name).code, "") == (process.returncode, scene.missing(home, place)), process.stderr
    assert [] == list(player.unclean(scene, home, place))
