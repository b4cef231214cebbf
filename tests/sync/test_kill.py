"""`kill -9` at any moment of a sync, again and again: the archive ends as if nothing had happened."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver.demo.chatwork.simulator import Chatwork
from tests.support.terminal import TOKEN, Terminal

CONTENT = {
    "message": "position, account_id, name, send_time, update_time, state, versions",
    "message_version": "position, number, body, update_time",
    "file": "file_id, name, size, state",
    "blob": "file_id, state, sha256",
    "task": "task_id, status, state, versions",
    "member": "account_id, name, role, state",
    "gap": "number, after, before, missing, reason, open",
    "room": "room_id, name, description, accessible",
}
"""What must not depend on how often a run was killed: everything but the numbers and times of the records."""


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        yield chatwork


def content(home: Path) -> dict[str, list[Any]]:
    """The readable tables without times and record numbers."""
    with sqlite3.connect(home / "archive.sqlite3") as database:
        found = {
            table: database.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()
            for table, columns in CONTENT.items()
        }
    database.close()
    return found


def begin(terminal: Terminal, rooms: list[int]) -> None:
    """An archive with all rooms in one contract."""
    terminal.run("init", "--yes")
    terminal.run("contract", "add", "job1", *(word for room in rooms for word in ("--room", room)))


def live_on(chatwork: Chatwork, rooms: list[int], client: int, posts: list[str], step: int) -> None:
    """Something of everything happens in every room."""
    for room in rooms:
        posts += [chatwork.post(room, client, f"{step}回目の{number}通目") for number in range(12)]
        chatwork.upload(room, client, f"{step}.bin", data=bytes([step % 256]) * 300_000)
        chatwork.add_task(room, client, chatwork.owner, f"作業{step}")
    chatwork.edit(posts[-3], f"{step}回目に書き換え")
    chatwork.delete(posts[-5])


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
    begin(calm, rooms)
    begin(rough, rooms)
    dice, killed, posts = random.Random(7), 0, list[str]()
    for step in range(steps):
        live_on(chatwork, rooms, client, posts, step)
        calm.run("sync", "--full")
        killed += kill_and_restart(rough, kills // steps, dice)
        rough.run("sync", "--full")

    assert killed > kills // 3
    assert content(calm.home) == content(rough.home)
    verified = rough.json("verify", "--deep")
    assert (True, []) == (verified["ok"], verified["findings"])
    assert [] == list((rough.home / "files" / "incoming").glob("*"))


@pytest.mark.slow
@pytest.mark.sample
def test_a_few_kills_lose_nothing_and_leave_nothing_behind(chatwork: Chatwork, tmp_path: Path) -> None:
    """The same as below with six kills, as a sample for every run of CI."""
    judge(chatwork, tmp_path, steps=2, kills=6)


@pytest.mark.slow
def test_fifty_kills_lose_nothing_and_leave_nothing_behind(chatwork: Chatwork, tmp_path: Path) -> None:
    """Fifty kills with restarts end with the archive of an undisturbed run and a clean deep verification."""
    judge(chatwork, tmp_path, steps=5, kills=50)
