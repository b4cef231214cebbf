"""The main job as a user does it at a terminal, over real HTTP: each command is a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def terminal(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """A terminal whose archive does not exist yet."""
    return Terminal(tmp_path / "home", chatwork)


def test_the_main_job_from_init_to_a_verified_package(terminal: Terminal, chatwork: Chatwork, tmp_path: Path) -> None:
    """init, contract, sync, changes by the client, sync, status, export, verify: exact counts all the way."""
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], description="10本", announce=False)
    private = chatwork.add_room("ひみつの部屋", members=[chatwork.add_account("花子")], announce=False)
    chatwork.post(private, chatwork.owner, "だれにも見せない文")
    posts = [chatwork.post(room, tanaka, f"メッセージ{number}") for number in range(10)]
    chatwork.add_task(room, tanaka, chatwork.owner, "編集する")
    chatwork.upload(room, tanaka, "../../etc/passwd", data=b"material")

    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", "--chat", room, "--title", "動画編集10本")
    first = terminal.json("sync")
    idle = terminal.json("sync")
    chatwork.edit(posts[1], "書き換えた", moves_update_time=False)
    chatwork.edit(posts[2], "編集した")
    chatwork.delete(posts[3])
    chatwork.upload(room, tanaka, "movie.mp4", data=b"x" * 10_000)
    chatwork.post(room, tanaka, "新しい")
    second = terminal.json("sync")
    status = terminal.json("status")
    package = terminal.json("export", "job1", "--for", "lawyer", "--out", tmp_path / "out")
    verified = terminal.json("verify", package["path"])
    zipped = terminal.json("verify", package["zip"])
    deep = terminal.json("verify", "--deep")

    counts = ("outcome", "new", "edited", "deleted", "missing", "files_new", "files_saved", "files_pending")
    assert ("archived", 12, 0, 0, 0, 1, 1, 0) == tuple(first["rooms"][0][name] for name in counts)
    assert (1, 0, []) == tuple(first["rooms"][0][name] for name in ("tasks_new", "tasks_changed", "gaps"))
    assert first["complete"]
    assert (3, "unchanged") == (idle["requests"], idle["rooms"][0]["outcome"])
    assert ("archived", 2, 2, 1, 0, 1, 1, 0) == tuple(second["rooms"][0][name] for name in counts)
    assert second["sealed"] is not None
    room_status = status["rooms"][0]
    assert (14, 2, 1, 0, 2, 2) == tuple(
        room_status[name] for name in ("messages", "edited", "deleted", "missing", "files", "files_saved")
    )
    assert (["job1"], "open", 1, 1) == (
        room_status["jobs"],
        room_status["state"],
        room_status["tasks"],
        len(room_status["covered"]),
    )
    assert (14, 2, 0, False) == tuple(package[name] for name in ("messages", "files", "gaps", "stamped"))
    assert (True, True, True) == (verified["ok"], zipped["ok"], deep["ok"])
    assert 14 == verified["checked"]["messages"]
    contents = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("ひみつの部屋", "だれにも見せない文", "花子", TOKEN):
        assert secret.encode() not in contents
