"""A simulated Chatwork, a time-stamp authority, and a terminal whose archive is sealed with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.sealing_terminal import SealingTerminal


@pytest.fixture
def authority() -> Iterator[SimulatedAuthority]:
    """An authority with the real clock."""
    with SimulatedAuthority() as authority:
        yield authority


@pytest.fixture
def sealing(tmp_path: Path, chatwork: Chatwork, authority: SimulatedAuthority) -> SealingTerminal:
    """A terminal whose archive holds a contract."""
    return SealingTerminal(tmp_path / "home", chatwork, authority)
