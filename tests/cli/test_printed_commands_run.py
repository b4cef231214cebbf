"""Every command that a text prints is run on a terminal to its first question, its result or one sentence."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.schedules.scheduler_programs import PROGRAMS
from tests.support.terminals.printed_commands import filled_words, printed_commands
from tests.support.terminals.pseudo_terminal import CTRL_C, PseudoTerminal
from tests.support.terminals.terminal_world import TerminalWorld, running_terminal_world

DRAWN = 12
"""So many are run in every lane, others each day."""

ENDLESS = ("daemon", "app", "demo")
"""Commands that go on until they are stopped."""

_WRONG_USAGE = re.compile(r"How to use it:|Traceback|Usage:")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TerminalWorld]:
    """An archive of one contract, on a computer whose scheduler is a stand-in."""
    with running_terminal_world(tmp_path / "archive") as world:
        world.post("よろしくお願いします")
        world.sync()
        (tmp_path / "bin").mkdir()
        for name, script in PROGRAMS.items():
            (tmp_path / "bin" / name).write_text(script.format(state=tmp_path))
            (tmp_path / "bin" / name).chmod(0o755)
        for name in ("FOLDER", "フォルダー"):  # what --check looks at has to be there
            (world.terminal.home.parent / name).mkdir()
        world.terminal.environ |= {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)}
        yield world


def run_to_first_question(world: TerminalWorld, words: tuple[str, ...]) -> str:
    """What a command shows until it ends, asks, or goes on for two seconds; then it is broken off."""
    command, environ = world.terminal.command(*filled_words(words)), world.terminal.environ
    with PseudoTerminal(command, environ, folder=world.terminal.home.parent) as terminal:
        shown = terminal.read_until_quiet(time.monotonic() + (4 if words[0] in ENDLESS else 30), quiet=1)
        if not terminal.has_ended():
            terminal.type(CTRL_C)
            shown = terminal.read_until_quiet(time.monotonic() + 10, quiet=1)
    return shown


def wrong_ones(world: TerminalWorld, commands: list[tuple[str, ...]]) -> dict[str, str]:
    """Those of these commands that are wrong usage or end in a traceback, with what they show."""
    shown = {words: run_to_first_question(world, words) for words in commands}
    return {f"archive {' '.join(words)}": text for words, text in shown.items() if _WRONG_USAGE.search(text)}


@pytest.mark.drawn
def test_some_printed_commands_come_to_their_first_question(world: TerminalWorld) -> None:
    """A dozen, drawn by the day."""
    draw = random.Random(datetime.now(UTC).date().toordinal())

    assert {} == wrong_ones(world, draw.sample(sorted(runnable_commands()), DRAWN))


@pytest.mark.slow
def test_each_printed_command_comes_to_its_first_question(world: TerminalWorld) -> None:
    """All of them, on one archive."""
    assert {} == wrong_ones(world, sorted(runnable_commands()))


def runnable_commands() -> list[tuple[str, ...]]:
    """Those that are told to be run: no requests for help, and no mere name of a command in a page or a docstring."""
    commands = {words: place for words, place in printed_commands().items() if "--help" not in words}
    return [words for words, place in commands.items() if words[0] != "help" and not is_name(words, place)]


def is_name(words: tuple[str, ...], place: str) -> bool:
    """Whether it may only name a command: no argument and no option, in a page or the first line of a module."""
    file, _colon, line = place.rpartition(":")
    return all(word.isalpha() for word in words) and (file.endswith(".md") or line == "1")
