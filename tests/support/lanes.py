"""The two lanes of tests, the draw from the slow one, and what each case cost: hooks of pytest for `tests/conftest.py`.

A case takes part in the fast lane unless it is `slow` (by hand: minutes, or something that a plain computer lacks)
or `drawn` (some seconds; `--draw N` takes N of them). `drawn(but="support")` leaves one case of a family in the fast
lane.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminals import forked_program

ROOT = Path(__file__).parents[2]

SHARED_MEMORY = Path("/dev/shm")
"""Where the fast lane's files lie if there is room: each archive is synced many times, and no case cuts the power."""

HEAVY_SECONDS = 1.0
"""CPU of a case of the fast lane above which it has to stand among `HEAVY`."""

HEAVY: frozenset[str] = frozenset()
"""The cases of the fast lane that may cost more, at most forty: each stands for a family whose others are drawn."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--draw` and the seed that repeats a draw."""
    parser.addoption("--draw", type=int, metavar="N", help="of the drawn cases, run N")
    parser.addoption("--draw-seed", default="", help="repeat a draw; else that of the last commit")


def pytest_configure(config: pytest.Config) -> None:
    """Let `--draw` look into the slow lane, and choose one seed for all processes; keep small files in memory."""
    if config.option.markexpr == "not slow" and _has_room(SHARED_MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(SHARED_MEMORY))
    if config.getoption("--draw"):
        config.option.markexpr = "drawn and slow"
        config.option.draw_seed = config.option.draw_seed or os.environ.get("DRAW_SEED") or _content_of_last_commit()
        os.environ["DRAW_SEED"] = config.option.draw_seed


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 4_000_000_000


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the seed, so that the draw can be repeated."""
    return [f"--draw-seed {config.option.draw_seed}"] if config.getoption("--draw") else []


def _content_of_last_commit() -> str:
    tree = subprocess.run(["git", "rev-parse", "HEAD^{tree}"], cwd=ROOT, capture_output=True, text=True, check=False)
    return tree.stdout.strip()[:12] or "0"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make each drawn case slow, but those that stand for their family; with `--draw`, keep some."""
    drawn = []
    for item in items:
        marker = item.get_closest_marker("drawn")
        if marker and not _stands_for_its_family(item, marker):
            item.add_marker("slow")
            drawn.append(item)
    if number := config.getoption("--draw"):
        chosen = random.Random(config.option.draw_seed).sample(drawn, min(number, len(drawn)))
        kept = set(chosen)
        items[:] = [item for item in items if item in kept]


def _stands_for_its_family(item: pytest.Item, marker: pytest.Mark) -> bool:
    names = marker.kwargs.get("but", ())
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.id in ((names,) if isinstance(names, str) else names)


CPU_BEFORE = pytest.StashKey[float]()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Look at the clock of the processor before a case."""
    item.stash[CPU_BEFORE] = _used_cpu()
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Note what a case cost with all that it made, the programs that it started included."""
    yield
    item.user_properties.append(("cpu", _used_cpu() - item.stash.get(CPU_BEFORE, _used_cpu())))


def _used_cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + forked_program.used_cpu()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the ten cases that cost most, and those that have grown above what a fast case may cost."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    costs = {
        report.nodeid: value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "cpu"
    }
    dearest = sorted(costs.items(), key=lambda item: -item[1])
    terminalreporter.section("seconds of CPU")
    for nodeid, seconds in dearest[:10]:
        terminalreporter.line(f"{seconds:7.2f} {nodeid}")
    grown = [nodeid for nodeid, seconds in dearest if seconds > HEAVY_SECONDS and nodeid not in HEAVY]
    if grown and config.option.markexpr == "not slow":
        terminalreporter.line(f"above {HEAVY_SECONDS} s and not in tests/support/lanes.py: {', '.join(grown)}")
