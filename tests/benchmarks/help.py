"""How long `archive --help` takes, beside a Python that only imports click."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.benchmarks.instruments.measure import Figure, median_seconds

BAR = 0.25
TIMES = 15


def measure(folder: Path) -> list[Figure]:
    """Wall seconds, the median of some runs of each in turn."""
    help_seconds, click_seconds = median_seconds(
        partial(_run, "-m", "archiver", "--help"), partial(_run, "-c", "import click"), times=TIMES
    )
    measured = f"{help_seconds:.2f} s ({help_seconds / click_seconds:.1f} × a Python that only imports click)"
    numbers = {"seconds": help_seconds, "click_seconds": click_seconds}
    return [Figure("`archive --help`", f"≤ {BAR} s", measured, help_seconds <= BAR, numbers)]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
