"""The stage of all tests here: archives that are prepared once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.play import Player
from tests.faults.scenes import built_stage


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Plays faults on archives that were prepared once."""
    with built_stage(tmp_path_factory.mktemp("stage")) as stage:
        yield Player(stage, tmp_path_factory.mktemp("runs"))
