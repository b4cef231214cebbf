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


@pytest.fixture(autouse=True)
def _own_stores(request: pytest.FixtureRequest) -> None:
    """Each test has a store of its own, and several have the same archive: the ledger forgets the store before."""
    if "postgres" in request.fixturenames:
        request.getfixturevalue("postgres").execute("DELETE FROM ledger.store")
