"""The files of a ledger's archives in a store: there before the ledger names them, brought when somebody asks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.team_copies import adopt, take_home
from archiver.custody.verify import verify_archive
from archiver.ledger.ledger_file import LedgerPlace
from archiver.store.archive import Archive
from archiver.store.object_stores.open_store import open_store
from archiver.web.content.open_file import open_blob
from tests.ledger.teams import note
from tests.support.archives.fixture import ARCHIVE
from tests.support.object_servers import ObjectServer, give_credentials, running_moto
from tests.support.postgres import Postgres
from tests.support.team import new_copy, topped_up

pytestmark = [pytest.mark.slow, pytest.mark.sample]


@pytest.fixture(scope="module")
def moto() -> Iterator[ObjectServer]:
    """A service that speaks S3."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        give_credentials(monkeypatch)
        with running_moto() as server:
            yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The kept archive, which has files, seals and stamps."""
    home = tmp_path / "home"
    with zipfile.ZipFile(ARCHIVE) as packed:
        packed.extractall(home)
    return home


@pytest.fixture
def place(postgres: Postgres, home: Path, moto: ObjectServer) -> LedgerPlace:
    """That archive in the ledger, its files in a locked bucket."""
    address = moto.new_bucket("team-files", locked=True) + "&lock_days=30"
    place = adopt(home, postgres.address("machine"), address)
    with closing(Archive(home)) as archive, archive.writing() as writing:
        note(writing, "one more record")
    return place


def names(home: Path, folder: str) -> set[str]:
    """The names of the files in a folder of a home, without those that are on their way."""
    return {path.name for path in (home / folder).rglob("*") if path.is_file() and ".part" not in path.name}


def test_files_and_seals_go_to_the_store_and_come_when_they_are_asked_for(
    place: LedgerPlace, home: Path, tmp_path: Path
) -> None:
    """A new copy holds no file until one is shown; a verification brings the rest, and so does taking home."""
    assert place.files is not None
    stored = {Path(one.key).name for one in open_store(place.files).list(f"{place.archive}/")}
    sealed = {name for name in names(home, "seals") if "unusable" not in name}
    assert names(home, "files") | sealed == stored

    copy = topped_up(new_copy(tmp_path / "copy", place))
    shown = min(names(home, "files"))
    path = next((home / "files").rglob(shown))
    before = names(copy, "files")
    with open_blob(copy, shown, path.stat().st_size) as file:
        assert path.read_bytes() == file.read()
    after = names(copy, "files")
    with closing(Archive(copy)) as archive:
        verification = verify_archive(archive, deep=True)

    assert (set(), {shown}, []) == (before, after, verification.findings)
    assert names(home, "files") == names(copy, "files")
    assert [] == take_home(place, tmp_path / "taken", tmp_path / "nowhere").findings
    assert names(home, "files") == names(tmp_path / "taken", "files")

    # A bucket that is gone is no missing file: nothing is said of files that nobody could look for.
    other = topped_up(new_copy(tmp_path / "other", replace(place, files="s3://gone?endpoint=http://127.0.0.1:9")))
    with closing(Archive(other)) as archive, pytest.raises(errors.TeamStoreUnavailable):
        verify_archive(archive)
