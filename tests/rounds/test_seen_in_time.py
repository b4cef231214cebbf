"""Edits are seen in time: the daemon under a simulated clock, over many chats whose counters do not move."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archiver.app import App
from archiver.rounds.daemon_work import DaemonWork
from archiver.settings.model import FileSettings, Settings
from archiver.store.working import remembered_values
from archiver.sync import plan
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import Clock, World

LIMIT, SHARE = 300, 60
TICK = timedelta(seconds=6)
"""The daemon asks ten times a minute what is due."""


class Watcher:
    """A daemon over so many chats, each read once, and what it asks for."""

    def __init__(self, folder: Path, rooms: int) -> None:
        self.clock = Clock()
        self.chatwork = without_sockets(Chatwork(now=self.clock, limit=LIMIT))
        self.world = World(folder / "home", self.chatwork, self.clock)
        for session in (self.world.api, self.world.downloads):
            connect_session(session, self.chatwork, self.clock)
        others = [self.chatwork.add_room(f"{n}", members=[self.world.tanaka]) for n in range(rooms - 1)]
        self.rooms = [self.world.room, *others]
        self.world.contract("job2", *self.rooms)
        self.settings = Settings(self.world.home, files=FileSettings(stop_when_free_gb=0))
        self.daemon = DaemonWork(lambda: self.settings, self._build, lambda _: "", now=self.clock)
        self.reads: dict[str, list[datetime]] = {f"/rooms/{room}/messages": [] for room in self.rooms}
        self.windows: dict[int, int] = {}
        """Our calls in each window of the allowance, by its end."""
        while not self._has_read_everything():
            self.live(minutes=5)
        self.live(minutes=10)

    def live(self, *, minutes: float) -> datetime:
        """So much time with the rounds that are due in it; returns when it began."""
        begun = self.clock.time
        gate = self.chatwork
        while self.clock.time < begun + timedelta(minutes=minutes):
            end, before = gate.reset, gate.used
            self.daemon.round()
            self.windows[gate.reset] = (
                self.windows.get(gate.reset, 0) + gate.used - (before if gate.reset == end else 0)
            )
            self._note_reads()
            self.clock.time += TICK
        return begun

    def longest_unread(self, since: datetime) -> timedelta:
        """The longest time in which any list was not read since then."""
        return max(
            later - earlier
            for times in self.reads.values()
            for earlier, later in pairwise([since, *(one for one in times if one >= since), self.clock.time])
        )

    def most_in_window(self, since: datetime) -> int:
        """Our calls in the window that has most of those that began since then."""
        first = since.timestamp() + 300
        return max(spent for end, spent in self.windows.items() if end >= first)

    def _note_reads(self) -> None:
        for path in self.world.take_requests():
            times = self.reads.get(path.partition("?")[0])
            if times is not None:
                times.append(self.clock.time)

    def _has_read_everything(self) -> bool:
        with self.world.archive.reading() as reading:
            found = remembered_values.last_visits(reading)
        return all((room, kind) in found for room in self.rooms for kind in plan.KINDS)

    def _build(self, settings: Settings) -> App:
        world = self.world
        return App(settings, world.archive, world.new_client(), world.downloads, self.clock, self.clock.sleep)


@pytest.mark.slow
@pytest.mark.parametrize(("rooms", "minutes"), [(10, 1), (58, 5)])
def test_every_list_is_read_within_its_bound_and_the_share(tmp_path: Path, rooms: int, minutes: int) -> None:
    """Against the simulated Chatwork; of more chats the decisions alone are played (`test_call_share`)."""
    watcher = Watcher(tmp_path, rooms)

    since = watcher.live(minutes=3 * max(minutes, 10))

    assert watcher.longest_unread(since) <= timedelta(minutes=minutes) + 2 * TICK
    assert watcher.most_in_window(since) <= SHARE


@pytest.mark.drawn
def test_an_edit_undone_after_two_minutes_is_held_by_the_daemon(tmp_path: Path) -> None:
    """Ten chats: both texts, though no counter ever moved."""
    watcher = Watcher(tmp_path, 10)
    post = watcher.world.post("30,000円で")
    watcher.live(minutes=2)
    for body in ("20,000円で", "30,000円で"):
        watcher.chatwork.edit(post, body, moves_update_time=False)
        watcher.live(minutes=2)

    assert ["30,000円で", "20,000円で", "30,000円で"] == watcher.world.texts(post)
