"""How many calls are left is known to the next run, also after one that could not even read the list of rooms."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver import errors
from tests.support.chatwork.simulator import Fault
from tests.support.world import running_world


def test_a_run_that_fails_at_once_leaves_word_of_the_calls_it_made(tmp_path: Path) -> None:
    """Its retries used up the window: the next run asks nothing before that has ended."""
    with running_world(tmp_path / "home", limit=20) as world:
        world.sync()
        world.clock.pass_by(minutes=6)
        world.take_requests()
        for _ in range(5):
            world.sync()
        assert 10 == len(world.take_requests())
        world.chatwork.fail(Fault.SERVER_ERROR, "/rooms$", times=5)
        with pytest.raises(errors.Unreachable):
            world.sync()
        assert 6 == len(world.take_requests())

        report = world.sync(max_seconds=10)

    assert ([], True) == (world.take_requests(), report.left_over)
