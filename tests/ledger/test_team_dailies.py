"""Daily copies that a team's machines make: in the store, as a copy may be thrown away; once, whoever does."""

from __future__ import annotations

import gzip
import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.erasures import erase
from archiver.export.package.daily_copy import write_daily_copy
from archiver.records.evidence import ErasureReason
from archiver.store.archive import Archive
from archiver.team.adoption import take_home
from archiver.team.store_check import check_store
from tests.custody.test_erasures import job1
from tests.ledger.teams import Team
from tests.support.teams.postgres import Postgres

pytestmark = pytest.mark.drawn


def daily(home: Path) -> Path | None:
    """The daily copy that is due, made at once."""
    with closing(Archive(home)) as archive:
        archive.top_up()
        return write_daily_copy(archive, "job1", now=now, file_limit_bytes=10**6, at_once=True)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def stored(team: Team) -> dict[str, bytes]:
    """The daily copies in the store, by contract and name."""
    folder = Path(str(team.place.files), str(team.place.archive), "daily")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("*/*")}


def test_a_daily_copy_goes_to_the_store_and_home_with_the_archive(team: Team, tmp_path: Path) -> None:
    """The other machine makes none again, and whoever takes the archive home has it too."""
    made = daily(team.first)
    again = daily(team.second)
    take_home(team.place, tmp_path / "taken", tmp_path / "none")

    assert made is not None
    assert again is None
    assert stored(team) == {f"job1/{made.name}": made.read_bytes()}
    assert (tmp_path / "taken/daily/job1" / made.name).read_bytes() == made.read_bytes()
    with closing(Archive(team.first)) as archive:
        verification = check_store(archive, team.place)
    assert ([], False) == (verification.findings, any("no record" in note for note in verification.notes))


def test_while_the_store_is_away_a_daily_copy_waits(team: Team) -> None:
    """It counts as made only when it lies there; the next try makes no second one."""
    shared = Path(str(team.place.files))
    shared.rename(shared.with_name("away"))
    with pytest.raises(errors.TeamStoreUnavailable):
        daily(team.first)
    assert not shared.exists()
    shared.with_name("away").rename(shared)

    made = daily(team.first)

    assert made is not None
    assert len(stored(team)) == len(list((team.first / "daily/job1").iterdir())) == 1


def test_a_name_that_is_taken_by_other_bytes_is_left_alone(team: Team) -> None:
    """Such as of a machine that died before the others knew of its daily copy: both are kept."""
    made = daily(team.first)
    assert made is not None
    [(name, _body)] = stored(team).items()
    place = Path(str(team.place.files), str(team.place.archive), "daily", name)
    place.chmod(0o600)
    place.write_bytes(b"another")
    with closing(Archive(team.first)) as archive, archive.writing() as writing:
        writing.sql.exec_driver_sql("DELETE FROM memory WHERE key LIKE 'daily/%'")
    shutil.rmtree(team.first / "daily")

    daily(team.first)

    assert len(stored(team)) == 2
    assert stored(team)[name] == b"another"


def batches(team: Team) -> str:
    """The records that the store has, batch by batch."""
    folder = Path(str(team.place.files), str(team.place.archive), "segments")
    lines = [json.loads(line) for path in folder.iterdir() for line in gzip.decompress(path.read_bytes()).splitlines()]
    return "".join(str(row) for _name, row, *_rest in lines)


def test_an_erasure_takes_the_daily_copies_in_the_folder_of_the_team(team: Team, postgres: Postgres) -> None:
    """As it takes those in the home, and the bytes of files in both; the records there are written anew."""
    postgres.execute("GRANT ledger_clerk TO machine")
    assert daily(team.first) is not None
    before = batches(team)
    with closing(Archive(team.first)) as archive:
        erase(archive, job1, ErasureReason.AGREEMENT, now=now)

    assert stored(team) == {}
    assert ("はじめ" in before, "はじめ" in batches(team), '"erased":true' in batches(team)) == (True, False, True)
