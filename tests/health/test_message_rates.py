"""How fast a room talks and how often it must be looked at; computed anew only where a list was read since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.health import snapshot
from archiver.store.archive import Reading
from archiver.store.queries import looks_and_gaps
from tests.support.schedules.rounds import due_sentences, next_round
from tests.support.world import running_world


@pytest.mark.drawn
def test_a_chat_is_reckoned_anew_only_where_its_list_was_read_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round without news looks at no list: a hundred chats with hundreds of readings each would cost more than it."""
    rooms: list[int] = []
    plain = looks_and_gaps.counter_readings

    def counted(reading: Reading, room: int, *, since: datetime) -> list[tuple[datetime, int]]:
        rooms.append(room)
        return plain(reading, room, since=since)

    with running_world(tmp_path / "home") as world:
        world.contract("job2", world.chatwork.add_room("記事", members=[world.tanaka]))
        for _ in range(13):
            world.posts(52)
            next_round(world, minutes=5)
        due_sentences(world)
        monkeypatch.setattr(looks_and_gaps, "counter_readings", counted)
        next_round(world, minutes=5)
        before = world.rows("memory")
        assert ([], [], before) == (due_sentences(world), rooms, world.rows("memory"))
        world.posts(1)
        next_round(world, minutes=5)
        due_sentences(world)
        with world.archive.reading() as reading:
            known = snapshot.current_paces(reading, [world.room], now=world.clock())

    assert ([world.room], True) == (rooms, known.rates[world.room] > 10)


START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


def readings(*points: tuple[float, int]) -> list[tuple[datetime, int]]:
    """Readings so many minutes after the start."""
    return [(START + timedelta(minutes=minutes), number) for minutes, number in points]


def test_the_busiest_hour_counts() -> None:
    """120 messages in one hour of a quiet day are two a minute."""
    day = readings((0, 10), (300, 12), (360, 132), (1000, 140))

    assert 2.0 == snapshot.messages_per_minute(day)


def test_a_busy_hour_may_lie_between_several_readings() -> None:
    """Whatever hour it is."""
    assert 1.0 == snapshot.messages_per_minute(readings((0, 0), (30, 0), (60, 30), (90, 60), (120, 60)))


def test_nothing_is_known_of_a_room_read_once() -> None:
    """Nor of one never read, nor of counters and clocks that only go back."""
    assert [0.0] * 4 == [
        snapshot.messages_per_minute(reading)
        for reading in ([], readings((0, 500)), readings((0, 9), (5, 3)), readings((9, 7), (5, 7), (0, 7)))
    ]


def test_visits_become_more_frequent_until_one_a_minute() -> None:
    """Unless the setting is shorter still."""
    rates = (0.0, 1.0, 49.0, 1000.0)

    assert [5, 5, 1, 1] == [snapshot.visit_interval(rate, every=EVERY) / timedelta(minutes=1) for rate in rates]
    assert timedelta(seconds=20) == snapshot.visit_interval(1000, every=timedelta(seconds=20))


def test_it_is_said_when_half_a_window_is_expected_between_two_visits() -> None:
    """The other half is the margin for bursts."""
    assert [False, True] == [snapshot.could_overrun(rate, every=EVERY) for rate in (9.9, 10.0)]


@given(strategies.floats(0, 1e6), strategies.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)))
def test_fewer_than_fifty_are_expected_wherever_the_shortest_time_allows(rate: float, every: timedelta) -> None:
    """And no visit is ever later than the setting says."""
    chosen = snapshot.visit_interval(rate, every=every)

    assert min(snapshot.SHORTEST_INTERVAL, every) <= chosen <= every
    assert chosen <= snapshot.SHORTEST_INTERVAL or rate * (chosen / timedelta(minutes=1)) < snapshot.HALF_WINDOW


@given(strategies.lists(strategies.tuples(strategies.integers(0, 10**4), strategies.integers(0, 10**4)), max_size=20))
def test_no_history_gives_more_than_all_that_came_in_one_hour(points: list[tuple[int, int]]) -> None:
    """Nor less than nothing, whatever clocks and counters do."""
    counted = readings(*points)
    grown = sum(max(0, after[1] - before[1]) for before, after in pairwise(counted))

    assert 0 <= snapshot.messages_per_minute(counted) * 60 <= grown + 1e-6
