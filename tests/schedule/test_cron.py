"""A real cron of Debian: the job is installed, a round is seen that cron started, and nothing of it remains."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.schedules.scheduled_rounds import use_token_file_and_every_minute, wait_until
from tests.support.terminals.terminal import TOKEN, Terminal


def table() -> bytes | None:
    """The crontab of whoever runs this; None if there is none."""
    completed = subprocess.run(["crontab", "-l"], capture_output=True)
    return None if completed.returncode else completed.stdout


def tell_of_cron() -> str:
    """The crontab as it is now, and the processes of cron with what they started."""
    processes = subprocess.run(["ps", "-eo", "pid,ppid,lstart,args"], capture_output=True, text=True).stdout
    started = [line for line in processes.splitlines() if "cron" in line or "archive" in line]
    return "\n".join([(table() or b"no crontab").decode(), *started])


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


@pytest.mark.drawn
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
        terminal.run("job", "add", "job1", "--chat", room)
        use_token_file_and_every_minute(terminal)
        del terminal.environ["CHATWORK_API_TOKEN"]
        chatwork.requests.clear()

        terminal.run("init", "schedule", "--with", "cron")
        wait_until(lambda: (terminal.home / "logs" / "archive.log").exists(), tell_of_cron)

        assert 1 == terminal.json("status")["rooms"][0]["messages"]
        assert TOKEN.encode() not in (table() or b"")
        terminal.run("init", "schedule", "--off")
        assert foreign == table()
        assert "archive init schedule" in terminal.run("init", "schedule", "--show", LANGUAGE="ja")
