"""Another program calls with the same token: at least half of what is left stays to it, and no run breaks."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from archiver.sync.report import RoomOutcome, SyncReport
from tests.support.world import World, running_world

LIMIT, RESERVE = 300, 60
LEFT_OVER = "not read in this save, which ended too early"


class OtherTool:
    """Calls up to so often, as its own work wants it."""

    def __init__(self, world: World, most: int) -> None:
        self._world, self._most, self._chance = world, most, random.Random(most)
        self._session = requests.Session()
        self._session.trust_env = False
        self.calls = 0

    def work(self) -> None:
        """Call some times in a row."""
        for _call in range(self._chance.randint(0, self._most)):
            self.call()

    def call(self) -> int:
        """Call once; what is left then."""
        self.calls += 1
        headers = {"x-chatworktoken": self._world.chatwork.token}
        answer = self._session.get(f"{self._world.chatwork.base_url}/my/status", headers=headers, timeout=9)
        return int(answer.headers["x-ratelimit-remaining"])


def minute(world: World, tool: OtherTool) -> tuple[SyncReport, int, int, int]:
    """The other tool works, and again in the middle of a run: what we called, what was left for it, what is left."""
    world.clock.pass_by(minutes=1)
    tool.work()
    before, tool.calls = tool.call(), 0
    world.take_requests()
    report = world.sync(window_share=20, max_seconds=20, pace=timedelta(minutes=1), after_first_replies=tool.work)
    ours = len(world.take_requests()) - tool.calls
    return report, ours, before - tool.calls, tool.call()


@pytest.mark.drawn
@pytest.mark.parametrize("most", [25, 110])
def test_at_most_half_of_what_another_tool_leaves_is_used(tmp_path: Path, most: int) -> None:
    """Fifteen rounds, one a minute, over thirty chats; the second tool takes all of most windows itself."""
    with running_world(tmp_path / "home", limit=LIMIT) as world:
        world.contract("job2", *(world.chatwork.add_room(f"{one}", members=[world.tanaka]) for one in range(29)))
        world.sync()
        world.clock.pass_by(minutes=6)
        tool = OtherTool(world, most)
        rounds = [minute(world, tool) for _round in range(15)]
        world.clock.pass_by(minutes=6)
        after = world.sync(every_list=True)

    used = [(ours, left) for _report, ours, left, still_left in rounds if still_left < left]  # within one window
    failed = {(one.outcome, one.error) for report, *_rest in rounds for one in report.rooms if one.error}
    assert [] == [(ours, left) for ours, left in used if ours > max(2, left / 2)]
    assert any(ours > 2 for ours, _left in used)
    assert failed <= {(RoomOutcome.FAILED, LEFT_OVER)}
    assert [] == [left for ours, left in used if ours > 3 and left - ours < RESERVE]  # one list tells what is left
    assert {RoomOutcome.UNCHANGED} == {room.outcome for room in after.rooms}
