"""A ledger of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.teams.postgres import Postgres
from tests.support.teams.team import running_ledger


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A cluster with a ledger."""
    with running_ledger() as postgres:
        yield postgres
