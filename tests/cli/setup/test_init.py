"""`init` where nobody is asked: what it says at its end, and two at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from archiver.store.archive import Archive
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


def test_a_second_init_says_that_another_one_is_at_work(tmp_path: Path) -> None:
    """It touches nothing, as a half made database must not become the archive."""
    home = tmp_path / "home"
    home.mkdir()
    with Chatwork(token=TOKEN) as chatwork, Archive(home).round_lock():
        terminal = Terminal(home, chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"

        told = terminal.run("init", "--yes", code=11)

    assert "is being set up by another archive init at the moment" in told
    assert ["sync.lock"] == [path.name for path in home.iterdir()]


@pytest.mark.drawn
def test_inits_at_once_make_one_archive(tmp_path: Path) -> None:
    """Each ends well or says that another one is at work; the archive can be used."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        command = terminal.command("init", "--yes")

        running = [subprocess.Popen(command, env=terminal.environ, stderr=subprocess.PIPE) for _ in range(3)]
        ends = [(process.communicate()[1], process.returncode) for process in running]

    assert 0 in [code for _errors, code in ends]
    assert {code for _errors, code in ends} <= {0, 11}, ends
    assert "job1" not in terminal.run("job")
    assert [] == list(terminal.home.glob("*.new*"))
