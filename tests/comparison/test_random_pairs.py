"""Two archives that read one made-up chat at random moments, compared and held against what each could have seen."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.comparison.compare import compare
from archiver.comparison.held_messages import Absence, Outcome
from tests.support.world import World, running_world

AT = datetime(2026, 11, 26, tzinfo=UTC)
ACTS = st.lists(st.sampled_from(["post", "post", "edit", "delete", "a", "b"]), min_size=3, max_size=16)
PICKS = st.lists(st.integers(0, 100), min_size=16, max_size=16)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Truth:
    """The chat as it is, and every text that each side was shown."""

    def __init__(self) -> None:
        self.present: dict[str, str | None] = {}
        """Message id → its text; None once it is deleted."""
        self.shown: dict[str, dict[str, list[str]]] = {"a": {}, "b": {}}
        """Side → message id → the texts it saw, oldest first; none where it saw only a deletion."""

    def look(self, side: str) -> None:
        """One side reads the whole list."""
        for message, text in self.present.items():
            seen = self.shown[side].setdefault(message, [])
            if text is not None and text not in seen:
                seen.append(text)

    def outcome(self, message: str) -> Outcome | None:
        """How the two compare; None if neither holds the message."""
        a, b = (self.shown[side].get(message) for side in "ab")
        if a is None or b is None:
            return Outcome.ONLY_A if a is not None else Outcome.ONLY_B if b is not None else None
        if sorted(a) == sorted(b):
            return Outcome.SAME
        if set(a).isdisjoint(b) and a and b:
            return Outcome.TEXTS_DIFFER
        if not set(b) - set(a):
            return Outcome.A_HOLDS_MORE
        return Outcome.EACH_HOLDS_MORE if set(a) - set(b) else Outcome.B_HOLDS_MORE


def play(world: World, second: World, acts: Iterable[str], picks: Iterable[int]) -> Truth:
    """Let both sides and the chat act in turn."""
    truth = Truth()
    for number, (act, pick) in enumerate(zip(acts, picks, strict=False)):
        alive = [message for message, text in truth.present.items() if text is not None]
        if act == "post":
            truth.present[world.post(f"メッセージ{number}")] = f"メッセージ{number}"
        elif act in "ab":
            (world if act == "a" else second).sync(full=True)
            truth.look(act)
        elif alive and act == "edit":
            world.chatwork.edit(alive[pick % len(alive)], f"編集{number}")
            truth.present[alive[pick % len(alive)]] = f"編集{number}"
        elif alive:
            world.chatwork.delete(alive[pick % len(alive)])
            truth.present[alive[pick % len(alive)]] = None
        world.clock.pass_by(minutes=1)
    return truth


def check_pair(acts: list[str], picks: list[int]) -> None:
    """Every agreement and every difference is the true one, and nothing else is told."""
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder) / "a") as world:
        second = World(Path(folder) / "b", world.chatwork, world.clock)
        second.contract("job1", world.room)
        for side in (world, second):
            side.sync(full=True)  # so that both know the chat and its own first posts
        begun = len(world.entries("message"))
        truth = play(world, second, acts, picks)
        summary = compare(world.home, second.home, folder=None, at=AT)
        second.close()

    assert summary.a.verification.ok
    assert summary.b.verification.ok
    expected = {message: truth.outcome(message) for message in truth.present}
    counts = Counter(one for one in expected.values() if one) + Counter({Outcome.SAME: begun})
    assert counts == Counter({one: summary.total([one]) for one in Outcome if summary.total([one])})
    listed = {str(one.either.position): one for one in summary.listed}
    unlike = {message: one for message, one in expected.items() if one not in (None, Outcome.SAME)}
    assert unlike == {message: one.outcome for message, one in listed.items()}
    for message, one in listed.items():
        is_of_both = one.outcome not in (Outcome.ONLY_A, Outcome.ONLY_B)
        assert one.absence is (None if is_of_both else Absence.LATER)  # each list reaches over all that was posted
        for name, held in (("a", one.a), ("b", one.b)):
            assert tuple(truth.shown[name].get(message, ())) == (() if held is None else held.texts)


@settings(UNHURRIED, max_examples=3)
@given(ACTS, PICKS)
def test_partial_archives_of_one_chat_compare_as_it_was(acts: list[str], picks: list[int]) -> None:
    """A few pairs in every run."""
    check_pair(acts, picks)


@pytest.mark.slow
@settings(UNHURRIED, max_examples=150)
@given(ACTS, PICKS)
def test_many_partial_archives_of_one_chat_compare_as_it_was(acts: list[str], picks: list[int]) -> None:
    """Many pairs where there is time."""
    check_pair(acts, picks)
