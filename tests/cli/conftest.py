"""The simulated Chatwork of a user's terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN
from tests.support.terminals.terminal_world import TerminalWorld, running_terminal_world


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=100_000) as chatwork:
        yield chatwork


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TerminalWorld]:
    """An archive with a contract, in which nothing is saved yet."""
    with running_terminal_world(tmp_path / "home") as made:
        yield made
