"""A direct chat with the counterpart that is not saved: an alert that hurries nobody, and a line in exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.records.alerts import Alert, AlertRule
from archiver.store.queries.entries import last_seq
from archiver.store.queries.room_holdings import other_chats
from archiver.store.working.alerts import alerts
from archiver.sync.report import SyncReport
from tests.support.schedules.rounds import next_round
from tests.support.world import World, running_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One contracted room with 田中, and a direct chat with them that no contract names."""
    with running_world(tmp_path / "home") as made:
        made.direct = made.chatwork.add_room("", members=[made.tanaka], type="direct")  # type: ignore[attr-defined]
        yield made


def later_round(world: World, *, hours: float = 25) -> SyncReport:
    """A round so many hours after the last one."""
    return next_round(world, minutes=hours * 60)


def kept_alerts(world: World) -> list[Alert]:
    """Every alert kept but that days went by without a round."""
    with world.archive.reading() as reading:
        return [one for one in alerts(reading) if one.rule is not AlertRule.A14]


def listed_chats(world: World) -> list[tuple[int, int]]:
    """What an export would say."""
    with world.archive.reading() as reading:
        return [(*one,) for one in other_chats(reading, [world.room], upto=last_seq(reading))]


def test_it_is_told_once_and_seals_nothing_at_once(world: World) -> None:
    """Nothing is going: the seal waits for the end of the day."""
    first, second = later_round(world, hours=1), later_round(world)

    (alert,) = kept_alerts(world)
    assert ("other_chat", "medium") == (alert.rule.value, alert.level.value)
    assert (world.direct, world.tanaka) == (alert.room_id, alert.account_id)  # type: ignore[attr-defined]
    assert (["other_chat"], ["A14"]) == tuple([one["rule"] for one in each.alerts] for each in (first, second))
    assert first.sealed is None
    assert () == first.reported


def test_once_the_chat_is_contracted_the_alert_and_the_line_are_gone(world: World) -> None:
    """The alert stays listed, put aside; the line goes at once, without waiting for the next list."""
    later_round(world)
    before = listed_chats(world)
    world.contract("job2", world.direct)  # type: ignore[attr-defined]
    after = listed_chats(world)
    later_round(world)

    assert ([(world.tanaka, world.direct)], []) == (before, after)  # type: ignore[attr-defined]
    assert [True] == [one.dismissed for one in kept_alerts(world)]


def test_people_of_other_rooms_are_not_in_the_line(world: World) -> None:
    """Only those who were seen in the rooms of the package."""
    suzuki = world.chatwork.add_account("鈴木")
    other = world.chatwork.add_room("別の仕事", members=[suzuki])
    world.chatwork.add_room("", members=[suzuki], type="direct")
    world.contract("job3", other)

    later_round(world)

    assert [world.tanaka] == [account for account, _room in listed_chats(world)]
    assert 2 == len(kept_alerts(world))
