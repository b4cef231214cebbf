"""Commands that the program recommends ask, on a terminal, for what they need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminals.pseudo_terminal import CTRL_C, PseudoTerminal
from tests.support.terminals.terminal_world import TerminalWorld, running_terminal_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TerminalWorld]:
    with running_terminal_world(tmp_path / "archive") as world:
        world.post("よろしくお願いします")
        world.sync()
        yield world


def begin(world: TerminalWorld, *arguments: str) -> PseudoTerminal:
    """Run a command on a terminal."""
    return PseudoTerminal(world.terminal.command(*arguments), world.terminal.environ)


def test_show_takes_a_part_of_a_name_and_asks_where_several_fit(world: TerminalWorld) -> None:
    """With one room nothing is asked; of two the user chooses; a part of the name is enough."""
    assert "よろしく" in world.both("search", "--chat", "")[0]
    assert "よろしく" in world.both("search", "--chat", "編集")[0]
    world.contract("job2", world.chatwork.add_room("動画の相談", members=[world.tanaka]))
    world.sync()
    assert "動画の相談" in world.both("search", "--chat", "", code=2)[1]
    with begin(world, "search", "--chat", "動画") as terminal:
        terminal.answer("Number:", "動画", "編集")
        terminal.see("よろしく")
        assert terminal.end() == 0


@pytest.mark.drawn
def test_attach_and_backup_ask_for_a_path(world: TerminalWorld, tmp_path: Path) -> None:
    """Without a path they ask; a dragged one comes in quotes."""
    shot = tmp_path / "画面 1.png"
    shot.write_bytes(b"a picture")
    with begin(world, "job", "enter", "file") as terminal:
        terminal.answer("window):", f"'{shot}'")
        terminal.see("Kept with job")
        assert terminal.end() == 0
    with begin(world, "backup") as terminal:
        terminal.answer("window):", str(tmp_path / "copy"))
        terminal.see("The backup is up to date")
        assert terminal.end() == 0
    with begin(world, "--home", str(tmp_path / "back"), "backup", "--restore") as terminal:
        terminal.answer("window):", str(tmp_path / "copy"))
        terminal.see("The archive is restored")
        assert terminal.end() == 0
    world.both("job", "enter", "file", code=2)
    world.both("backup", code=2)


def test_a_delivery_asks_for_its_time_and_a_contract_for_its_blank_facts(world: TerminalWorld) -> None:
    """The only contract need not be named; what was left blank before is asked once more."""
    with begin(world, "job", "enter", "delivery") as terminal:
        terminal.answer("09:12):", "いつか")
        terminal.answer("09:12):", "2026-01-03 09:12")
        terminal.see("Entered: delivery 1")
        assert terminal.end() == 0
    for _time in range(2):
        with begin(world, "job", "set", "job1") as terminal:
            terminal.see("The blank facts")
            terminal.answer(":", "")
            terminal.answer(":", CTRL_C)
            assert terminal.end() == 130, terminal.shown
    assert "--on" in world.both("job", "enter", "delivery", code=2)[1]
