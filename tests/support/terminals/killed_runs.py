"""What tests of killed programs share: rooms that change, and the tables that must be the same afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal

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


def table_contents(home: Path) -> dict[str, list[Any]]:
    """The readable tables without times and record numbers."""
    with sqlite3.connect(home / "archive.sqlite3") as database:
        found = {
            table: database.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()
            for table, columns in CONTENT.items()
        }
    database.close()
    return found


def set_up_rooms(terminal: Terminal, rooms: list[int]) -> None:
    """An archive with all rooms in one contract."""
    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", *(word for room in rooms for word in ("--chat", room)))


def change_rooms(chatwork: Chatwork, rooms: list[int], client: int, posts: list[str], step: int) -> None:
    """Something of everything happens in every room."""
    for room in rooms:
        posts += [chatwork.post(room, client, f"{step}回目の{number}通目") for number in range(12)]
        chatwork.upload(room, client, f"{step}.bin", data=bytes([step % 256]) * 300_000)
        chatwork.add_task(room, client, chatwork.owner, f"作業{step}")
    chatwork.edit(posts[-3], f"{step}回目に書き換え")
    chatwork.delete(posts[-5])
