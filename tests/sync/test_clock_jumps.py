"""What Chatwork showed is dated by Chatwork, whatever this computer's clock says."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from archiver.custody.verify import verify_archive
from archiver.store import seals
from archiver.store.time_text import from_text
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world

SLACK = timedelta(seconds=2)
SPANS = (timedelta(minutes=2), timedelta(hours=9), timedelta(days=365))
WRONG = [*SPANS, *(-span for span in SPANS)]


def new_entries(world: World, wrong: timedelta, **options: Any) -> list[dict[str, Any]]:
    """The entries of a run with the clock off by so much, after a post came and was edited."""
    before = len(world.seqs())
    world.wrong = wrong
    world.clock.pass_by(minutes=5)
    world.chatwork.edit(world.post("30,000円で"), "35,000円で")
    world.sync(full=True, **options)
    return world.entries()[before:]


def far_from_truth(world: World, entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and time of entries that are not within two seconds of the true time."""
    now = world.clock()
    return [
        (one["kind"], one["observed_at"]) for one in entries if not abs(from_text(one["observed_at"]) - now) <= SLACK
    ]


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_one_run_with_a_wrong_clock_changes_no_time(world: World, wrong: timedelta) -> None:
    """Every entry and the run's bounds have the true time; those in it tell the computer's, its record how wrong."""
    clocks = []
    for offset in (timedelta(), wrong, timedelta()):
        entries = new_entries(world, offset)

        clocks.append({one["clock"] for one in entries})
        assert [] == far_from_truth(world, entries)
        sweep = entries[-1]["payload"]
        assert abs(sweep["clock_offset_ms"] / 1000 + offset.total_seconds()) <= 1
        assert all(abs(from_text(sweep[end]) - world.clock()) <= SLACK for end in ("from", "to"))

    (in_between,) = (clocks[1] - {None} for _ in "1")
    assert ({None}, {None}) == (clocks[0], clocks[2])
    assert all(abs(from_text(one) - world.clock() - wrong) <= timedelta(minutes=6) for one in in_between)
    assert None not in clocks[1]


@settings(max_examples=6)
@given(strategies.lists(strategies.integers(-40_000_000, 40_000_000), min_size=2, max_size=6))
def test_every_entry_is_within_two_seconds_of_its_showing(jumps: list[int]) -> None:
    """Whatever the clock says in each run; the archive verifies in depth, and everything shown is held."""
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder) / "home") as world:
        for seconds in jumps:
            entries = new_entries(world, timedelta(seconds=seconds))
            seals.close_seals(world.archive, now=world.own_clock())

            assert [] == far_from_truth(world, entries)
            assert abs(from_text(world.rows("seal")[-1]["closed_at"]) - world.clock()) <= SLACK
        verification = verify_archive(world.archive, deep=True)

        assert ([], []) == (world.gaps(), verification.findings)
        assert len(jumps) < len(world.states())


# --- which Date counts ------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [86_400, -86_400, 200, -200])
def test_a_date_far_from_those_of_the_other_replies_does_not_count(world: World, seconds: float) -> None:
    """What that reply showed has the computer's time, corrected by the others, and their number is told."""
    world.chatwork.fail(Fault.WRONG_DATE, path="/messages", times=1, seconds=seconds)

    entries = new_entries(world, timedelta(hours=9))

    assert [] == far_from_truth(world, entries)
    assert 1 == entries[-1]["payload"]["undated"]


def test_without_any_date_the_time_is_not_before_the_last_one_and_is_marked(world: World) -> None:
    """The clock of the computer stands beside it, as it could not be compared."""
    before = from_text(new_entries(world, timedelta())[-1]["observed_at"])
    world.chatwork.fail(Fault.NO_DATE, times=None)

    behind = new_entries(world, timedelta(days=-365))
    right = new_entries(world, timedelta())

    assert {before} == {from_text(one["observed_at"]) for one in behind}
    assert all(from_text(one["clock"]) < before for one in behind)
    assert all(one["clock"] == one["observed_at"] for one in right)
    assert (None, True) == (right[-1]["payload"]["clock_offset_ms"], right[-1]["payload"]["undated"] > 0)


def test_a_statement_made_with_the_clock_ahead_moves_no_later_time(world: World) -> None:
    """It has the computer's time, marked as not compared; what Chatwork shows afterwards has the true time."""
    new_entries(world, timedelta())
    world.wrong = timedelta(days=365)
    world.own_clock = world.archive.clock = world.new_clock()
    world.contract("job2", world.room)
    statement = world.entries("contract")[-1]

    entries = new_entries(world, timedelta())
    (seal,) = seals.close_seals(world.archive, now=world.own_clock())

    assert statement["clock"] == statement["observed_at"]
    assert [] == far_from_truth(world, entries)
    assert abs(seal.closed_at - world.clock()) <= SLACK
