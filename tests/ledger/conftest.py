"""A ledger of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.teams import Team, new_team, unpacked
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import running_ledger


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A cluster with a ledger."""
    with running_ledger() as postgres:
        yield postgres


@pytest.fixture
def team(postgres: Postgres, tmp_path: Path) -> Iterator[Team]:
    """A team on the ledger of this module."""
    with new_team(postgres, tmp_path) as team:
        yield team


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The kept archive."""
    return unpacked(tmp_path / "home")
