"""`init` where nobody is asked: what it says at its end."""

from __future__ import annotations

from pathlib import Path

from archiver.demo.chatwork.simulator import Chatwork
from tests.support.terminal import TOKEN, Terminal


def test_the_next_steps_find_the_archive_that_was_just_made(tmp_path: Path) -> None:
    """A home that only this call was given stands in each of them; one of the environment need not."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"

        usual = terminal.run("init", "--yes")
        given = terminal.run("--home", tmp_path / "an other", "init", "--yes")

    assert "Next: archive rooms   then: archive contract add job1" in usual
    assert f"Next: archive --home '{tmp_path / 'an other'}' rooms" in given
    assert f"then: archive --home '{tmp_path / 'an other'}' sync" in given
