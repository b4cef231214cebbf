"""Many archives in one process: each has its turn, an account one round at a time, and a fault stays where it is."""

from __future__ import annotations

import gc
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from archiver import errors
from archiver.app import App
from archiver.custody.verify import verify_archive
from archiver.rounds.daemon import AGAIN_SECONDS, LIST_SECONDS, REST_SECONDS, ManyHomes
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.settings.model import FileSettings, Settings
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import Clock, World
from tests.sync.test_state_machine import blank

TOKEN = "0123456789abcdef0123456789abcdef"


class Desk:
    """Archives whose work is only noted, under a clock of the test."""

    def __init__(self, homes: Mapping[str, str], *, at_once: int = 1) -> None:
        self.homes, self.clock, self.log, self.told = dict(homes), Clock(), list[str](), list[str]()
        self.locks, self.faults = list[str](), dict[str, Exception]()
        self.work: dict[str, Callable[[], bool]] = {}
        self.many = ManyHomes(
            lambda: {Path(name): account for name, account in self.homes.items()},
            self._open,
            lambda home: DaemonMessages(trouble=lambda error: self.told.append(f"{home.name} {type(error).__name__}")),
            now=self.clock,
            rounds_at_once=at_once,
            monotonic=lambda: self.clock().timestamp(),
        )

    @contextmanager
    def _open(self, home: Path) -> Iterator[DaemonWork]:
        if home.name in self.faults:
            raise self.faults[home.name]
        self.locks.append(home.name)
        yield cast("DaemonWork", DeskWork(self, home.name))
        self.locks.remove(home.name)

    def turns(self, number: int) -> None:
        """So many turns, each with the rounds that it starts."""
        for _ in range(number):
            self.many.turn()
            self.many.wait()


class DeskWork:
    """Work that is always due."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk, self._name = desk, name

    def is_round_due(self) -> bool:
        """Always."""
        return True

    def round(self) -> bool:
        """Note the round."""
        self._desk.log.append(self._name)
        return self._desk.work.get(self._name, lambda: True)()

    def check(self) -> bool:
        """Nothing is due."""
        return False

    copy = check


def test_whoever_waited_longest_begins_first() -> None:
    """Although all are always due and there is one place, each has its turn."""
    desk = Desk({"a": "1", "b": "2", "c": "3"})

    desk.turns(7)

    assert ["a", "b", "c", "a", "b", "c", "a"] == desk.log


def test_an_account_has_one_round_at_a_time() -> None:
    """Two homes of one account share Chatwork's allowance, so the second waits; others do not."""
    desk, gate = Desk({"a": "1", "b": "1", "c": "2"}, at_once=3), threading.Event()
    desk.work["a"] = lambda: gate.wait(10)

    started = desk.many.turn()
    desk.many.turn()
    gate.set()
    desk.many.wait()

    assert 2 == started
    assert "b" not in desk.log


def test_a_round_that_hangs_takes_one_place_only() -> None:
    """The others go on in the places that are left."""
    desk, gate = Desk({"a": "1", "b": "2", "c": "3"}, at_once=2), threading.Event()
    desk.work["a"] = lambda: gate.wait(10)

    desk.many.turn()
    until = time.monotonic() + 5
    while len(desk.log) < 9 and time.monotonic() < until:
        desk.many.turn()
    gate.set()
    desk.many.wait()

    assert 1 == desk.log.count("a")
    assert abs(desk.log.count("b") - desk.log.count("c")) <= 1


def test_an_archive_that_cannot_be_opened_stops_nobody_and_is_tried_again() -> None:
    """It is told once, rests, and joins when it can be opened."""
    desk = Desk({"a": "1", "b": "2"})
    desk.faults["a"] = errors.BadSettings(path="archive.toml", detail="x")

    desk.turns(4)
    before = list(desk.log)
    desk.faults.clear()
    desk.clock.pass_by(seconds=REST_SECONDS + 1)
    desk.turns(2)

    assert ["a BadSettings"] == desk.told
    assert {"b"} == set(before)
    assert {"a", "b"} == set(desk.log[len(before) :])


def test_who_is_saving_by_hand_is_asked_again_a_little_later() -> None:
    """A round that found another one running is no work, and does not spin."""
    desk = Desk({"a": "1"})
    desk.work["a"] = lambda: False

    desk.turns(3)
    desk.clock.pass_by(seconds=AGAIN_SECONDS)
    desk.turns(1)

    assert ["a", "a"] == desk.log


def test_an_archive_that_is_gone_is_told_and_joins_again_when_it_is_back() -> None:
    """Whoever moved a folder, or took its disk away, learns that nothing is saved into it."""
    desk = Desk({"a": "1", "b": "2"}, at_once=2)
    desk.turns(1)
    del desk.homes["a"]
    desk.clock.pass_by(seconds=LIST_SECONDS)
    desk.turns(2)
    desk.homes["a"] = "1"
    desk.clock.pass_by(seconds=LIST_SECONDS)
    desk.turns(1)

    assert ["a ArchiveGone"] == desk.told
    assert 2 == desk.log.count("a")


def test_new_archives_join_and_gone_ones_give_back_their_lock() -> None:
    """Without a restart."""
    desk = Desk({"a": "1"}, at_once=2)
    desk.turns(1)
    desk.homes = {"b": "2"}
    desk.clock.pass_by(seconds=LIST_SECONDS)
    desk.turns(1)

    assert (["a", "b"], ["b"]) == (desk.log, desk.locks)
    desk.many.close()
    assert [] == desk.locks


class Office:
    """So many accounts of a simulated Chatwork each, some of which fail, and one process that saves them."""

    def __init__(self, folder: Path, number: int) -> None:
        self.clock, self.rounds, self.said = Clock(), Counter[str](), Counter[str]()
        self.worlds: dict[Path, World] = {}
        for index in range(number):
            home = folder / f"home{index:03}"
            home.mkdir()
            shutil.copy(blank(), home / DATABASE)
            chatwork = without_sockets(Chatwork(now=self.clock, limit=300, token=TOKEN))
            self.worlds[home] = world = World(home, chatwork, self.clock)
            for session in (world.api, world.downloads):
                connect_session(session, chatwork, self.clock)
        self.many = ManyHomes(
            lambda: {home: home.name for home in self.worlds},
            self._open,
            self._messages,
            now=self.clock,
            monotonic=lambda: self.clock().timestamp(),
        )

    def _messages(self, home: Path) -> DaemonMessages:
        return DaemonMessages(
            round=lambda _report: self.rounds.update([home.name]),
            trouble=lambda error: self.said.update([f"{home.name} {type(error).__name__}"]),
        )

    @contextmanager
    def _open(self, home: Path) -> Iterator[DaemonWork]:
        settings, world = Settings(home, files=FileSettings(stop_when_free_gb=0)), self.worlds[home]

        def build(_settings: Settings) -> App:
            client = world.new_client()
            client.transport._ask_token = lambda: TOKEN
            archive = Archive(home, clock=world.own_clock)
            return App(settings, archive, client, world.downloads, self.clock, self.clock.sleep)

        yield DaemonWork(lambda: settings, build, lambda _: TOKEN, now=self.clock, messages=self._messages(home))

    def live(self, steps: int, minutes: int) -> None:
        """Time passes, in each archive somebody writes now and then, and what is due is done."""
        for step in range(steps):
            self.clock.pass_by(minutes=minutes)
            for index, world in enumerate(self.worlds.values()):
                if (index + step) % 8 == 0:
                    world.post(f"{step}回目の連絡")
                world.chatwork.requests.clear()  # what the test itself remembers is no growth
            while self.many.turn():
                self.many.wait()


def memory_mb() -> float:
    """What this process holds in memory now."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def judge_day(folder: Path, *, homes: int, steps: int) -> dict[str, Any]:
    """A day of so many archives in so many steps; the figures."""
    office = Office(folder, homes)
    (refused, unreachable, damaged), healthy = list(office.worlds)[:3], list(office.worlds)[3:]
    office.worlds[refused].chatwork.revoke_token()
    office.worlds[unreachable].chatwork.fail(Fault.SERVER_ERROR, "/v2/", times=None)
    office.live(2, 24 * 60 // steps)
    office.worlds[damaged].archive.close()
    (damaged / DATABASE).write_bytes(b"no database")
    office.live(steps // 8, 24 * 60 // steps)
    before, begun, counted = memory_mb(), time.process_time(), sum(office.rounds.values())
    office.live(steps - steps // 8 - 2, 24 * 60 // steps)
    after, ended = memory_mb(), time.process_time()
    office.many.close()

    counts = {office.rounds[home.name] for home in healthy}
    assert min(counts) >= steps - 1
    assert max(counts) - min(counts) <= 1
    assert {refused.name, unreachable.name, damaged.name} == {told.partition(" ")[0] for told in office.said}
    for home in healthy[:: max(1, homes // 10)]:
        archive = Archive(home)
        assert [] == verify_archive(archive, deep=True).findings
        archive.close()
    for world in office.worlds.values():
        world.close()
    return {
        "rounds": sum(office.rounds.values()) - counted,
        "cpu_ms": 1000 * (ended - begun) / max(1, sum(office.rounds.values()) - counted),
        "before_mb": before,
        "after_mb": after,
    }


@pytest.mark.drawn
def test_a_few_archives_live_a_day_in_one_process(tmp_path: Path) -> None:
    """Six archives, three hours a step, as a sample for every run of CI."""
    judge_day(tmp_path, homes=6, steps=8)


@pytest.mark.slow
def test_a_hundred_archives_live_a_day_in_one_process(tmp_path: Path) -> None:
    """Every hour a round of each: memory stays, none is starved, and those that fail stop nobody."""
    figures = judge_day(tmp_path, homes=100, steps=24)

    assert figures["after_mb"] - figures["before_mb"] < 40, figures
    assert figures["after_mb"] < 400, figures
