"""`init` in a home whose archive is gone: it never begins another one in silence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store.engine import DATABASE
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal

GONE, VANISHED = "The database of the archive in", "but there was one on"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A young archive: one round, a saved file, no seal yet; its database is not there any more."""
    with Chatwork(token=TOKEN) as chatwork:
        client = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[client])
        chatwork.upload(room, client, "画面.png", data=b"png bytes")
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"
        terminal.run("init", "--yes")
        terminal.run("job", "add", "job1", "--chat", str(room))
        terminal.run("sync")
        shutil.rmtree(terminal.home / "seals", ignore_errors=True)
        (terminal.home / DATABASE).unlink()
        yield terminal


@pytest.mark.drawn
def test_beside_saved_files_no_new_archive_is_begun(terminal: Terminal) -> None:
    """Every command says that the database is gone, and what to do; nothing is made."""
    for command in (["init", "--yes"], ["status"], ["sync"], ["init", "schedule"], []):
        told = terminal.run(*command, code=5)
        assert GONE in told
        assert "archive backup --restore FOLDER" in told
    assert not (terminal.home / DATABASE).exists()


@pytest.mark.drawn
def test_nothing_is_said_of_a_package_that_cannot_be(terminal: Terminal) -> None:
    """The one sentence of `export` is that the database is gone: nothing about messages that were not read again."""
    told = terminal.run("export", "job1", code=5)

    assert GONE in told
    assert "package" not in told


@pytest.mark.drawn
def test_an_empty_home_in_which_one_was_is_told_from_a_first_one(terminal: Terminal) -> None:
    """The commands say since when it was seen; `init` begins a new one with a warning."""
    shutil.rmtree(terminal.home)

    for command in (["status"], ["sync"], []):
        assert VANISHED in terminal.run(*command, code=5)
    told = terminal.run("init", "--yes")

    assert VANISHED in told
    assert "If you have a backup, stop here" in told
    assert "The archive is ready" in told


@pytest.mark.drawn
def test_an_interrupted_init_goes_on(tmp_path: Path) -> None:
    """Settings alone are no archive that was there."""
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ["ARCHIVE_LANG"] = "en"
        terminal.run("init", "--yes")
        (terminal.home / DATABASE).unlink()

        told = terminal.run("init", "--yes")

    assert VANISHED not in told
    assert "The archive is ready" in told
