"""Files and daily copies of a team's archives in a store: there before the ledger names them, brought when asked."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from archiver import errors
from archiver.custody.erasures import erase
from archiver.custody.verify import verify_archive
from archiver.export.package.daily_copy import write_daily_copy
from archiver.records.evidence import ErasureReason
from archiver.store.archive import Archive
from archiver.team.adopt_and_take_home import adopt, take_home
from archiver.team.ledger.database import LedgerPlace
from archiver.team.ledger.service_tables import accesses
from archiver.team.object_store import daily_key
from archiver.team.s3_store import S3Store, open_store
from archiver.team.store_check import check_store
from archiver.web.talk.message_links import open_blob
from tests.custody.test_erasures import job1
from tests.ledger.teams import Team, note
from tests.support.chatwork.simulator import Chatwork
from tests.support.teams.object_servers import ObjectServer, give_credentials, running_moto
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import new_copy, new_place, topped_up
from tests.support.terminals.terminal import TOKEN, Terminal

pytestmark = pytest.mark.drawn

_BUCKETS = count(1)


@pytest.fixture(scope="module")
def moto() -> Iterator[ObjectServer]:
    """A service that speaks S3."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        give_credentials(monkeypatch)
        with running_moto() as server:
            yield server


@pytest.fixture
def place(postgres: Postgres, home: Path, moto: ObjectServer) -> LedgerPlace:
    """That archive in the ledger, its files in a locked bucket."""
    address = moto.new_bucket(f"team-files-{next(_BUCKETS)}", locked=True) + "&lock_days=30"
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
    keys = [one.key for one in open_store(place.files).list(f"{place.archive}/")]
    stored = {Path(key).name for key in keys if "/segments/" not in key}
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


def test_what_is_wrong_in_the_store_is_found(place: LedgerPlace, home: Path, moto: ObjectServer) -> None:
    """A file and a segment whose locks were lifted are gone; of locked seals one is hidden, one was written over."""
    assert place.files is not None
    store = open_store(place.files)
    assert isinstance(store, S3Store)
    with closing(Archive(home)) as archive:
        before = check_store(archive, place)
    lifted = next(store.list(f"{place.archive}/files/"))
    deleted, overwritten = [one.key for one in store.list(f"{place.archive}/seals/") if one.key.endswith(".json")][:2]
    client, bucket = moto.client(), {"Bucket": store.place.bucket}
    for one in (lifted, next(store.list(f"{place.archive}/segments/"))):
        version = {"Key": f"archives/{one.key}", "VersionId": one.version}
        client.delete_object(**bucket, **version, BypassGovernanceRetention=True)
    client.delete_object(**bucket, Key=f"archives/{deleted}")
    client.put_object(**bucket, Key=f"archives/{overwritten}", Body=b"other")

    with closing(Archive(home)) as archive:
        after = check_store(archive, place)
        local = verify_archive(archive)

    assert [] == before.findings
    of_locks = "the bucket does not say that they are locked now"  # what was written over them has no lock
    assert ([], ["1"]) == tuple([note.split()[1] for note in one.notes if of_locks in note] for one in (before, after))
    found = [(one.check, one.subject) for one in after.findings]
    expected = [
        ("store-deleted", deleted),
        ("store-changed", overwritten),
        ("store-overwritten", overwritten),
        ("store-missing", lifted.key),
        ("store-missing", "segments"),
    ]
    assert sorted(expected) == sorted(found)
    assert "whole below" in next(one.text for one in after.findings if one.check == "store-deleted")
    assert [] == local.findings  # what this machine holds is whole


def test_what_was_hidden_or_written_over_in_the_store_comes_home(
    place: LedgerPlace, moto: ObjectServer, tmp_path: Path
) -> None:
    """A lock keeps the version below a delete marker, or below other bytes: that is taken.

    A daily copy that somebody deleted is not, where something was erased: that may be why.
    """
    assert place.files is not None
    store = open_store(place.files)
    assert isinstance(store, S3Store)
    daily, dailies = tmp_path / "daily.zip", [daily_key(place.archive, f"job1/{number}.zip") for number in range(2)]
    daily.write_bytes(b"the daily copy")
    for key in dailies:
        store.put_if_absent(key, daily, hashlib.sha256(daily.read_bytes()).hexdigest())
    client, (hidden, *_more, written_over) = moto.client(), [one.key for one in store.list(f"{place.archive}/files/")]
    for key in (hidden, dailies[0]):
        client.delete_object(Bucket=store.place.bucket, Key=f"archives/{key}")
    for key in (written_over, dailies[1]):
        client.put_object(Bucket=store.place.bucket, Key=f"archives/{key}", Body=b"other")

    assert [] == take_home(place, tmp_path / "taken", tmp_path / "nowhere").findings
    assert {Path(hidden).name, Path(written_over).name} <= names(tmp_path / "taken", "files")
    taken = {path.name: path.read_bytes() for path in (tmp_path / "taken/daily/job1").iterdir()}
    assert {"1.zip": daily.read_bytes()} == taken


def test_the_commands_say_what_the_store_lacks_and_try_taking_home(
    place: LedgerPlace, home: Path, postgres: Postgres
) -> None:
    """`team verify --store` in the home, and `team verify --sample` on the ledger as the user that the guide makes."""
    guide = (Path(__file__).parents[2] / "docs/en/team.md").read_text(encoding="utf-8")
    postgres.execute(next(line for line in guide.splitlines() if line.startswith("CREATE ROLE desk")))
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(home, chatwork)
        stored = terminal.run("team", "verify", "--store")
        drill = terminal.run("team", "verify", "--sample", 1, "--ledger", postgres.address("desk"))
        both = terminal.run("team", "verify", code=2)

    assert "変わったところはありません" in stored
    assert "1" in drill
    assert "--sample 20" in both
    assert [("drill", "team verify --sample")] == [(one.what, one.reason) for one in accesses(place)]


def test_a_store_of_which_the_records_name_nothing_is_said_not_to_have_been_checked(
    postgres: Postgres, tmp_path: Path
) -> None:
    """Without any record it is a finding, as after a loss of all; with records that name nothing there it is none."""
    place = new_place(postgres, tmp_path / "shared")
    home = topped_up(new_copy(tmp_path / "home", place))
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(home, chatwork)
        empty = terminal.run("team", "verify", "--store", code=3)
        with closing(Archive(home)) as archive, archive.writing() as writing:
            note(writing, "a record")
        with_a_note = terminal.run("team", "verify", "--store")

    assert "記録がない" in empty
    assert "点検するものがありませんでした" in with_a_note
    assert "変わったところはありません" not in empty + with_a_note


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
