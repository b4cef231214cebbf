"""`archive init schedule`: what is said, what is never written, and how it fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.schedule.backends import is_cron_running
from tests.support.chatwork.simulator import Chatwork
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """An archive on a computer that has a crontab and no other scheduler."""
    with Chatwork(token=TOKEN) as chatwork:
        made = Terminal(tmp_path / "home", chatwork)
        made.room = chatwork.add_room("動画", members=[chatwork.add_account("田中")])  # type: ignore[attr-defined]
        made.run("init", "--yes")
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "crontab").write_text(
            CRONTAB.format(state=tmp_path).replace("\n", "\nPATH=/usr/bin:/bin\n", 1), encoding="utf-8"
        )
        (programs / "crontab").chmod(0o755)
        made.environ |= {"PATH": str(programs), "HOME": str(tmp_path)}
        yield made


@pytest.mark.drawn
def test_it_is_installed_shown_and_removed(terminal: Terminal, tmp_path: Path) -> None:
    """The scheduler that is there is chosen; the job is shown as it lies there, and gone afterwards."""
    said = "".join("".join(terminal.both("init", "schedule")).split())

    is_idle = is_cron_running() is False  # one sentence then, and not also that it is registered
    assert (is_idle, not is_idle) == ("自動保存はまだ動いていません" in said, "に登録しました:" in said)
    assert f"--home {terminal.home} -q sync --max-seconds 240" in terminal.run("init", "schedule", "--show")
    assert TOKEN not in (tmp_path / "table").read_text(encoding="utf-8")
    terminal.run("init", "schedule", "--off")
    terminal.run("init", "schedule", "--off", "--with", "cron")
    assert not (tmp_path / "table").exists()


@pytest.mark.drawn
def test_after_its_removal_the_overview_says_so_at_once(terminal: Terminal) -> None:
    """Though the last run by itself was a minute ago."""
    terminal.run("job", "add", "job1", "--chat", terminal.room)  # type: ignore[attr-defined]
    terminal.run("init", "schedule")
    terminal.run("-q", "sync")
    before = terminal.run("status")
    terminal.run("init", "schedule", "--off")

    said = "このパソコンでは自動保存がオフです"
    assert (False, True) == (said in before, said in terminal.run("status"))


@pytest.mark.drawn
def test_a_token_in_a_file_is_not_missed_because_a_variable_is_set_here(terminal: Terminal) -> None:
    """The job has no variable and reads the file; where nothing but the variable has the token, it is said."""
    lacking = "見えないため"
    before = "".join(terminal.both("init", "schedule"))
    private = terminal.home / "token"
    private.touch(0o600)
    private.write_text(TOKEN, encoding="ascii")
    settings = terminal.home / "archive.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('source = "env:CHATWORK_API_TOKEN"', 'source = "file:token"'), encoding="utf-8")

    assert (True, False) == (lacking in before, lacking in "".join(terminal.both("init", "schedule")))


@pytest.mark.drawn
def test_a_scheduler_that_is_not_there_is_one_sentence(terminal: Terminal) -> None:
    """Exit 1, and the other ways; an unknown one is wrong usage; without an archive there is nothing to register."""
    assert "archive daemon" in terminal.run("init", "schedule", "--with", "systemd", code=1)
    terminal.run("init", "schedule", "--with", "at", code=2)
    terminal.run("--home", terminal.home.parent / "nothing", "init", "schedule", code=5)
