"""A real cron of Debian: the job is installed, a round is seen that cron started, and nothing of it remains."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.demo.chatwork.simulator import Chatwork
from tests.support.terminal import TOKEN, Terminal

PATIENCE = 150
"""Seconds: cron looks at its tables at each full minute."""


def table() -> bytes | None:
    """The crontab of whoever runs this; None if there is none."""
    told = subprocess.run(["crontab", "-l"], capture_output=True)
    return None if told.returncode else told.stdout


@pytest.fixture
def cron() -> Iterator[None]:
    """A cron that runs, and a user without a crontab; both as before afterwards."""
    if shutil.which("crontab") is None or shutil.which("cron") is None:
        pytest.skip("there is no cron here")
    if os.geteuid() != 0:
        pytest.skip("only root can start a cron")
    if table() is not None:
        pytest.skip("there is somebody's crontab here")
    process = subprocess.Popen(["cron", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield
    process.terminate()  # one that found another cron running has ended by itself
    process.wait()
    subprocess.run(["crontab", "-r"], capture_output=True)


def wait(until: Callable[[], bool]) -> None:
    """Wait for something that cron does."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.mark.slow
@pytest.mark.sample
def test_a_round_comes_from_cron_itself(cron: None, tmp_path: Path) -> None:
    """Only what cron gives a job: home and program from the line, the token from a file; then gone without a trace."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
        chatwork.post(room, tanaka, "こんにちは")
        foreign = f"CHATWORK_API_BASE_URL={chatwork.base_url}\n# 毎日の仕事\n0 0 1 1 * true\n".encode()
        subprocess.run(["crontab", "-"], input=foreign, check=True)
        terminal = Terminal(tmp_path / "100% 保管庫", chatwork)
        terminal.run("init", "--yes")
        terminal.run("contract", "add", "job1", "--room", room)
        alone(terminal)
        del terminal.environ["CHATWORK_API_TOKEN"]
        chatwork.requests.clear()

        terminal.run("schedule", "install", "--with", "cron")
        wait(lambda: (terminal.home / "logs" / "archive.log").exists())

        assert 1 == terminal.json("status")["rooms"][0]["messages"]
        assert TOKEN.encode() not in (table() or b"")
        terminal.run("schedule", "remove")
        assert foreign == table()
        assert "archive schedule install" in terminal.run("schedule", "show", LANGUAGE="ja")


def alone(terminal: Terminal) -> None:
    """The settings of somebody whose token lies in a file, and who wants a round each minute."""
    path, token = terminal.home / "archive.toml", terminal.home / "token"
    text = path.read_text(encoding="utf-8")
    text = text.replace('source = "env:CHATWORK_API_TOKEN"', 'source = "file:token"').replace(
        'every = "5m"', 'every = "1m"'
    )
    path.write_text(text, encoding="utf-8")
    token.touch(mode=0o600)
    token.write_text(TOKEN, encoding="utf-8")
