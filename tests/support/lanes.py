"""The two lanes of tests, the draw from the slow one, and what each case cost: hooks of pytest for `tests/conftest.py`.

A case takes part in the fast lane unless it is `slow` (by hand: minutes, or something that a plain computer lacks)
or `drawn` (some seconds; `--draw N` takes N of them). `drawn(but="support")` leaves one case of a family in the fast
lane, `drawn(but=8)` every so manieth, so that eight are left.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from tests.support.terminals import forked_program

ROOT = Path(__file__).parents[2]

SHARED_MEMORY = Path("/dev/shm")
"""Where the fast lane's files lie if there is room: each archive is synced many times, and no case cuts the power."""

HEAVY_SECONDS = 1.0
"""CPU of a case of the fast lane above which it has to stand among `HEAVY`."""

HEAVY = frozenset(Path(__file__).with_suffix(".txt").read_text("utf-8").split())
"""The cases of the fast lane that may cost more, at most forty: each stands for a family whose others are drawn."""

HEAVY_MODULES = frozenset(case.partition("::")[0] for case in HEAVY)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--draw` and the seed that repeats a draw."""
    parser.addoption("--draw", type=int, metavar="N", help="of the drawn cases, run N")
    parser.addoption("--draw-seed", default="", help="repeat a draw; else that of the last commit")


@pytest.hookimpl(tryfirst=True)  # before Hypothesis reads its seed
def pytest_configure(config: pytest.Config) -> None:
    """Let `--draw` look into the slow lane, and choose one seed for all processes; keep small files in memory.

    Compiled modules are kept, whatever the machine's variables say: else each process compiles everything anew.

    Of one commit the fast lane and a draw play the same examples of properties wherever they run; the slow lane others.
    """
    sys.dont_write_bytecode = False
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
        os.environ.pop(name, None)
    if config.option.markexpr == "not slow" and _has_room(SHARED_MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(SHARED_MEMORY))
    if config.option.markexpr == "not slow":
        settings.load_profile("fast")
    if config.option.markexpr == "not slow" or config.getoption("--draw"):
        config.option.hypothesis_seed = config.option.hypothesis_seed or _content_of_last_commit()
        # Numbers and texts of our own source for its examples: it would parse every module in each process.
        providers._get_local_constants = lambda: providers._local_constants
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


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage among what is collected, a fifth of the time that collecting takes; later seldom."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make each drawn case slow, but those that stand for their family; with `--draw`, keep some.

    Modules with heavy cases begin: none is left for the end, when other processes have no work, and those of one
    module lie within the first batch of one process, so what they share is made once.
    """
    items.sort(key=lambda item: item.nodeid.removeprefix("tests/").partition("::")[0] not in HEAVY_MODULES)
    drawn = []
    families = Counter(item.nodeid.partition("[")[0] for item in items)
    places: Counter[str] = Counter()
    for item in items:
        marker, family = item.get_closest_marker("drawn"), item.nodeid.partition("[")[0]
        places[family] += 1
        if marker and not _stands_for_its_family(item, marker, places[family] - 1, families[family]):
            item.add_marker("slow")
            drawn.append(item)
    if number := config.getoption("--draw"):
        chosen = random.Random(config.option.draw_seed).sample(drawn, min(number, len(drawn)))
        kept = set(chosen)
        items[:] = [item for item in items if item in kept]


def _stands_for_its_family(item: pytest.Item, marker: pytest.Mark, place: int, size: int) -> bool:
    names = marker.kwargs.get("but", ())
    if isinstance(names, int):
        return place * names // size != (place - 1) * names // size
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
    cases = {nodeid: nodeid.removeprefix("tests/").partition("[")[0] for nodeid, _seconds in dearest}
    grown = [nodeid for nodeid, seconds in dearest if seconds > HEAVY_SECONDS and cases[nodeid] not in HEAVY]
    if grown and config.option.markexpr == "not slow":
        terminalreporter.line(f"above {HEAVY_SECONDS} s and not in tests/support/lanes.txt: {', '.join(grown)}")
