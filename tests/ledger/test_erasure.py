"""Erasing what is in a ledger: gone there, in every copy and in what is taken home, whatever dies meanwhile."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from archiver.custody import erasures
from archiver.custody.verify import verify_archive
from archiver.evidence.masked_and_erased import Tombstone, tombstone_line
from archiver.records.evidence import ErasureReason
from archiver.setup import erasing
from archiver.store.archive import Archive, Reading
from archiver.store.erasure.plan import Selection, select_messages
from archiver.team.adopt_and_take_home import adopt, take_home
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import LedgerPlace, install_ledger, write_ledger_file
from archiver.team.ledger_copy.keeper import LedgerKeeper
from archiver.team.ledger_copy.segments import bring_back
from archiver.team.s3_store import make_store
from tests.custody.test_erasures import EARLY, GONE, ONLY, job1, make_archive
from tests.ledger.teams import note
from tests.support.archives.byte_search import free_pages, places_of
from tests.support.archives.maker import OTHER_ROOM, ROOM, at
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import dying, evidence, topped_up
from tests.support.terminals.killed_runs import table_contents

pytestmark = pytest.mark.slow


class Case(NamedTuple):
    """An archive with something to erase in a ledger of its own, with two copies."""

    ledger: Postgres
    place: LedgerPlace
    first: Path
    second: Path
    shared: Path

    def erase(self, choose: erasures.Choose = job1, *, ledger: Ledger | None = None) -> None:
        """Erase on the first machine, or go on there with what was begun."""
        with closing(Archive(self.first)) as archive:
            if ledger is not None:
                archive.keeper = LedgerKeeper(self.first, ledger)
            erasures.erase(archive, choose, ErasureReason.AGREEMENT, now=lambda: at(300))

    def held(self) -> str:
        """All texts in the ledger."""
        lines = self.ledger.rows("SELECT line, key, kind FROM ledger.entry")
        bodies = self.ledger.rows("SELECT body FROM ledger.reply")
        return "\n".join(["\n".join(line) for line in lines] + [zlib.decompress(body).decode() for (body,) in bodies])

    def go_on(self, home: Path) -> list[str]:
        """What the next run of a machine does first."""
        with closing(Archive(topped_up(home))) as archive:
            return erasures.go_on(archive, now=lambda: at(310))

    def judge(self) -> None:
        """Nothing is left anywhere, and everything is equal and verifies in depth."""
        for home in (self.first, self.second):
            self.go_on(home)
            assert set() == places_of(home, *GONE)
            assert 0 == free_pages(home)
            with closing(Archive(home)) as archive:
                assert [] == verify_archive(archive, deep=True).findings
        assert evidence(self.first) == evidence(self.second)
        assert table_contents(self.first) == table_contents(self.second)
        assert [] == [text for text in GONE if text in self.held()]
        lines = self.ledger.rows("SELECT line FROM ledger.entry ORDER BY seq")
        assert [line for (line,) in lines] == [row[7] for row in evidence(self.first)["entry"]]
        assert set() == {path for path in self.shared.rglob("*") if path.is_file() and path.read_bytes() == ONLY}


@pytest.fixture
def case(postgres: Postgres, tmp_path: Path) -> Iterator[Case]:
    """A ledger of its own in the cluster of this module."""
    name = f"erasing_{abs(hash(tmp_path))}"
    postgres.execute(f"CREATE DATABASE {name}")
    ledger = Postgres(postgres.folder, name=name)
    install_ledger(ledger.address())
    first, second, shared = tmp_path / "first", tmp_path / "second", tmp_path / "shared"
    make_archive(first).archive.close()
    make_store(str(shared))
    place = adopt(first, ledger.address("clerk"), str(shared))
    second.mkdir()
    write_ledger_file(second, place)
    topped_up(second)
    yield Case(ledger, place, first, second, shared)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.drawn
def test_what_is_erased_on_one_machine_is_gone_in_the_ledger_and_in_every_copy(case: Case, tmp_path: Path) -> None:
    """Lines are tombstones of the same number and digest, replies are gone; what is taken home says so and verifies."""
    digests = case.ledger.rows("SELECT seq, digest FROM ledger.entry ORDER BY seq")
    assert all(text in case.held() for text in GONE if text != "図面.pdf")

    case.erase()
    case.judge()
    verification = take_home(case.place, tmp_path / "taken", case.first)

    assert digests == case.ledger.rows("SELECT seq, digest FROM ledger.entry ORDER BY seq")[: len(digests)]
    tombstones = case.ledger.rows("SELECT line, digest FROM ledger.entry WHERE kind = 'erased'")
    assert tombstones
    assert [tombstone_line(Tombstone(digest, 1)) for _line, digest in tombstones] == [
        line for line, _digest in tombstones
    ]
    assert ([], set()) == (verification.findings, places_of(tmp_path / "taken", *GONE))
    assert any("erasure/1" in note or "erased" in note for note in verification.notes), verification.notes
    assert case.ledger.rows("SELECT count(*) FROM ledger.reply") == [(len(evidence(tmp_path / "taken")["reply"]),)]


@pytest.mark.drawn
def test_no_segment_of_before_brings_back_what_was_erased(case: Case) -> None:
    """A bucket keeps the older segments: a ledger that is lost whole gets the later one with the tombstones."""
    for text in ("覚え", "次の覚え"):
        with closing(Archive(case.first)) as archive, archive.writing() as writing:
            note(writing, text)
    older = {path: path.read_bytes() for path in case.shared.glob("*/segments/*.gz")}
    case.erase()
    for path, content in older.items():
        path.write_bytes(content)
    tables = [table for (table,) in case.ledger.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'ledger'")]
    with psycopg.connect(case.ledger.address()) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in {*tables} - {"alembic_version"}:
            connection.execute(f"DELETE FROM ledger.{table}".encode())

    assert (len(evidence(case.first)["entry"]), {}) == bring_back(case.ledger.address(), str(case.shared))
    assert [] == [text for text in GONE if text in case.held()]


@pytest.mark.drawn
def test_what_is_not_reached_names_a_database_set_aside_and_what_the_team_keeps(case: Case) -> None:
    """Before it is done, on the screen; a database that was set aside after the ledger was put back is the owner's."""
    aside = case.first / "archive.sqlite3.lost-1"
    aside.write_bytes(b"older")

    with closing(Archive(case.first)) as archive, archive.reading() as reading:
        lines = list(erasing.preview_lines(erasures.preview(reading, job1, now=at(300))))

    assert [line for line in lines if str(aside) in line and "Delete it yourself" in line]
    assert [line for line in lines if "WAL" in line]


@pytest.mark.drawn
def test_a_kill_at_some_statements_of_an_erasure_is_made_up_for(case: Case) -> None:
    """As below at every 7th statement, as a sample for every run of CI."""
    judge_kills(case, step=7)


def test_a_kill_at_any_statement_of_an_erasure_is_made_up_for(case: Case) -> None:
    """Whichever machine goes on afterwards: what was begun is finished, everywhere."""
    judge_kills(case, step=1)


def judge_kills(case: Case, *, step: int) -> None:
    """Kill the first machine at each statement in turn; one of the two goes on, then both are judged."""
    backup = case.first.with_name("backup")
    shutil.copytree(case.first, backup)
    moments = 1
    while True:
        mortal = Ledger(case.place, open_connection=dying(moments, _die))
        try:
            case.erase(lambda reading: select_messages(reading, [(OTHER_ROOM, 11), (ROOM, 1)]), ledger=mortal)
            break
        except _Killed:
            mortal.close()
        for home in (case.first, case.second)[:: -1 if moments % 2 else 1]:
            case.go_on(home)
        assert not case.ledger.rows("SELECT 1 FROM ledger.erasure") or EARLY not in case.held()
        moments += step
    case.erase()
    case.judge()


class _Killed(BaseException):
    """The process is gone."""


def _die() -> None:
    raise _Killed


@pytest.mark.drawn
def test_what_a_restored_ledger_holds_again_is_erased_there_again(case: Case) -> None:
    """The ledger was put back to before the erasure, the copies hold it: the next exchange erases it once more."""
    held = case.ledger.rows("SELECT * FROM ledger.entry")
    replies = case.ledger.rows("SELECT * FROM ledger.reply")
    case.erase()
    case.go_on(case.second)
    _put_back(case, held, replies)
    assert all(text in case.held() for text in GONE if text != "図面.pdf")

    topped_up(case.second)

    case.judge()


@pytest.mark.drawn
def test_an_erasure_whose_number_was_given_again_is_not_forgotten(case: Case) -> None:
    """The ledger was put back to before an erasure that one machine alone knew, and another one erased something else
    under its number: both notes stay, and what the first one erased is erased again."""
    held, replies = (case.ledger.rows(f"SELECT * FROM ledger.{table}") for table in ("entry", "reply"))
    case.erase(lambda reading: select_messages(reading, [(OTHER_ROOM, 11)]))
    first = (case.first / "erasures/0001.json").read_bytes()
    _put_back(case, held, replies)
    with closing(Archive(case.second)) as archive:
        erasures.erase(archive, _early, ErasureReason.OWN, now=lambda: at(305))

    said = case.go_on(case.first)

    names = sorted(path.name for path in (case.first / "erasures").iterdir())
    assert "(erasure 2)" in "".join(said), (said, names)
    assert first == (case.first / "erasures/0001.json").read_bytes()
    assert ["0001-2.json", "0001.json", "0002.json"] == sorted(
        path.name for path in (case.first / "erasures").iterdir()
    )
    again = [json.loads(row[7])["payload"]["again"] for row in evidence(case.first)["entry"] if row[3] == "erasure"]
    assert [None, None] == again, "number 1 on record is another erasure"
    assert [] == case.go_on(case.first)
    (case.first / "archive.sqlite3.lost-1").unlink()  # as the guide asks for
    case.erase()
    case.judge()


def _early(reading: Reading) -> Selection:
    return select_messages(reading, [(ROOM, 1)])


def _put_back(case: Case, entries: list[Any], replies: list[Any]) -> None:
    """Make the ledger what it was, as a restore does, and give it a mark that no copy knows."""
    with psycopg.connect(case.ledger.address()) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers
        for table, rows in (("entry", entries), ("reply", replies)):
            connection.execute(f"DELETE FROM ledger.{table}".encode())
            with connection.cursor() as cursor:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO ledger.{table} VALUES ({places})".encode(), rows)
        connection.execute("DELETE FROM ledger.seal WHERE last > %s", (len(entries),))
        connection.execute("DELETE FROM ledger.erasure")
        connection.execute("UPDATE ledger.standing SET mark = 'restored'")
