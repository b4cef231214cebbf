"""`kill -9` at any moment of a sync, again and again: the archive ends as if nothing had happened."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.killed_runs import change_rooms, set_up_rooms, table_contents
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        yield chatwork


def kill_and_restart(terminal: Terminal, times: int, dice: random.Random) -> int:
    """Start syncs and kill each after a random while; how many were really killed while they ran."""
    killed = 0
    for _ in range(times):
        run = subprocess.Popen(
            terminal.command("sync", "--full"),
            env=terminal.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(dice.uniform(0.25, 1.1))
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
    return killed


def judge(chatwork: Chatwork, tmp_path: Path, *, steps: int, kills: int) -> None:
    """Two archives of the same rooms, one of them killed over and over: both hold the same, and verify."""
    client = chatwork.add_account("田中")
    rooms = [chatwork.add_room(f"部屋{number}", members=[client], announce=False) for number in range(3)]
    for room in rooms:
        for number in range(130):
            chatwork.post(room, client, f"前からの{number}通目")
    calm, rough = Terminal(tmp_path / "calm", chatwork), Terminal(tmp_path / "rough", chatwork)
    set_up_rooms(calm, rooms)
    set_up_rooms(rough, rooms)
    dice, killed, posts = random.Random(7), 0, list[str]()
    for step in range(steps):
        change_rooms(chatwork, rooms, client, posts, step)
        calm.run("sync", "--full")
        killed += kill_and_restart(rough, kills // steps, dice)
        rough.run("sync", "--full")

    assert killed > kills // 3
    assert table_contents(calm.home) == table_contents(rough.home)
    verified = rough.json("verify", "--deep")
    assert (True, []) == (verified["ok"], verified["findings"])
    assert [] == list((rough.home / "files" / "incoming").glob("*"))


@pytest.mark.drawn
def test_a_few_kills_lose_nothing_and_leave_nothing_behind(chatwork: Chatwork, tmp_path: Path) -> None:
    """The same as below with six kills, as a sample for every run of CI."""
    judge(chatwork, tmp_path, steps=2, kills=6)


@pytest.mark.slow
def test_fifty_kills_lose_nothing_and_leave_nothing_behind(chatwork: Chatwork, tmp_path: Path) -> None:
    """Fifty kills with restarts end with the archive of an undisturbed run and a clean deep verification."""
    judge(chatwork, tmp_path, steps=5, kills=50)
