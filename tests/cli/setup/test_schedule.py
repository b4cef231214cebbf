"""`archive init schedule`: what is said, what is never written, and how it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.cli.context import CliContext
from archiver.cli.setup import schedule
from archiver.schedule import schedulers
from archiver.schedule.backends import is_cron_running
from archiver.setup.archive_setup import prepare_archive
from archiver.store.archive import Archive
from archiver.store.working.remembered_values import SCHEDULED_RUN, ScheduledRun
from tests.support.chatwork.simulator import Chatwork
from tests.support.schedules.scheduler_programs import CRONTAB
from tests.support.terminals.terminal import TOKEN, Terminal

NOW = datetime(2026, 12, 1, tzinfo=UTC)


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


@pytest.mark.parametrize("run", [None, ScheduledRun(NOW, "KeyringUnavailable")])
def test_of_a_job_that_was_never_seen_to_save_the_first_run_says_no_more_than_that_it_is_registered(
    run: ScheduledRun | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when it goes on after a trial that failed."""
    monkeypatch.setattr(schedulers, "find_starters", lambda *_given: "cron")
    context = CliContext(tmp_path / "home", 0, {"CHATWORK_API_TOKEN": TOKEN})
    prepare_archive(context)
    with Archive(context.home).writing() as writing:
        SCHEDULED_RUN.remember(writing, run)

    schedule.arrange(context, context.app(), None, "off")
    schedule.tell_end(context, context.app())

    said = capsys.readouterr().out
    found = [text in said for text in ("already registered (cron)", "already saves", "has not saved automatically yet")]
    assert [True, False, True] == found
