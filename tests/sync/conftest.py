"""A world for each test: simulated Chatwork, archive, clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, running_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A running world."""
    with running_world(tmp_path / "home") as made:
        yield made
