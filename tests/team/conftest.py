"""An installation of the tests' own, and stores of bytes of each kind, on services that run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from archiver.team.object_store import ObjectStore
from archiver.team.s3_store import make_store, open_store
from tests.support.teams.object_servers import ObjectServer, give_credentials, running_ceph, running_moto
from tests.support.teams.team_service import Service, running_service

_BUCKETS = count(1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, as the address of a database's socket in it is limited."""
    with tempfile.TemporaryDirectory(prefix="team-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def installation() -> Iterator[Service]:
    """An installation for the tests of a module, each with accounts of its own in it."""
    with tempfile.TemporaryDirectory(prefix="team-") as folder, running_service(Path(folder), 0) as service:
        yield service


@pytest.fixture(scope="session")
def moto() -> Iterator[ObjectServer]:
    """moto's server."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        give_credentials(monkeypatch)
        with running_moto() as server:
            yield server


@pytest.fixture(scope="session")
def ceph() -> Iterator[ObjectServer]:
    """Ceph's gateway."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        give_credentials(monkeypatch)
        with running_ceph() as server:
            yield server


@pytest.fixture(params=["folder", "moto", "ceph"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty store of each kind."""
    if request.param == "folder":
        make_store(str(tmp_path / "shared"))
        return str(tmp_path / "shared")
    give_credentials(monkeypatch)
    server: ObjectServer = request.getfixturevalue(request.param)
    return server.new_bucket(f"team-files-{next(_BUCKETS)}")


@pytest.fixture
def store(address: str) -> ObjectStore:
    """An empty store of each kind."""
    return open_store(address)
