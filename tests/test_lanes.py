"""The fast lane stays fast: few cases may cost more than a second, and a draw can be repeated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lanes import HEAVY, HEAVY_MODULES

TESTS = Path(__file__).parent


def test_at_most_forty_cases_are_heavy_and_each_is_there() -> None:
    """A name that no test has any more would let another one grow unseen."""
    missing = set()
    for case in HEAVY:
        path, _colons, name = case.partition("::")
        if f"\ndef {name}(" not in (TESTS / path).read_text(encoding="utf-8"):
            missing.add(case)

    assert set() == missing
    assert len(HEAVY) <= 40


def test_modules_with_heavy_cases_begin(request: pytest.FixtureRequest) -> None:
    """Whatever is collected, none of them waits behind light ones."""
    modules = [item.path.relative_to(TESTS).as_posix() for item in request.session.items]

    assert modules == sorted(modules, key=lambda module: module not in HEAVY_MODULES)


@pytest.mark.drawn
def test_a_draw_is_the_same_for_the_same_seed() -> None:
    """And another one for another; each process of a run draws the same."""
    first, again, other = (_drawn(seed) for seed in ("1", "1", "2"))

    assert first == again != other
    assert 5 == len(first)


def _drawn(seed: str) -> set[str]:
    words = f"-m pytest -q --collect-only --draw 5 --draw-seed {seed} tests/rounds"
    command = [sys.executable, *words.split()]
    listed = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=True).stdout
    return {line for line in listed.splitlines() if "::" in line}
