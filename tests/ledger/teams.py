"""A worker's archive in a ledger, with two machines that save it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from archiver.custody.verify import verify_archive
from archiver.records import Contract, ContractRoom, Observation, RoomId
from archiver.store import seals, user_statements, writer
from archiver.store.archive import Archive, Writing
from archiver.team.ledger.database import LedgerPlace
from tests.support.archives.fixture import ARCHIVE
from tests.support.chatwork.simulator import Chatwork
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import environ_of, evidence, ledger_digests, new_copy, new_place, round_in, topped_up
from tests.support.terminals.killed_runs import table_contents
from tests.support.terminals.terminal import TOKEN


class Team(NamedTuple):
    """A worker's archive in the ledger, with two machines, and somebody who writes."""

    chatwork: Chatwork
    client: int
    room: int
    postgres: Postgres
    place: LedgerPlace
    first: Path
    second: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of both machines."""
        return environ_of(self.chatwork)

    def post(self, text: str) -> str:
        """A message of the client's."""
        return self.chatwork.post(self.room, self.client, text)

    def judge(self) -> None:
        """Both machines end with the ledger's archive, and it verifies in depth."""
        for home in (self.first, self.second):
            with closing(Archive(topped_up(home))) as archive:
                assert [] == verify_archive(archive, deep=True).findings
        assert evidence(self.first) == evidence(self.second)
        assert table_contents(self.first) == table_contents(self.second)
        assert ledger_digests(self.postgres, self.place) == [row[-1] for row in evidence(self.first)["entry"]]


@contextmanager
def new_team(postgres: Postgres, tmp_path: Path) -> Iterator[Team]:
    """An archive with a contract and a message, in which one round was made."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        client = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[client], announce=False)
        place = new_place(postgres, tmp_path / "shared")
        first, second = (new_copy(tmp_path / name, place) for name in ("first", "second"))
        team = Team(chatwork, client, room, postgres, place, first, second)
        with closing(Archive(first)) as archive:
            contract = Contract("job1", (ContractRoom(RoomId(room)),), "open")
            user_statements.state_contract(archive, contract, at=datetime.now(UTC))
        team.post("はじめ")
        round_in(first, team.environ)
        yield team


def account_of(postgres: Postgres, archive: int) -> int:
    """The account of an archive of the ledger."""
    return int(postgres.rows(f"SELECT account_id FROM ledger.archive WHERE id = {archive}")[0][0])


def note(writing: Writing, text: str) -> None:
    """Append a private note."""
    observation = Observation("note", "note/job1", {"text": text})
    writer.append(writing, [observation], account_id=None, at=datetime.now(UTC))


def noted(home: Path) -> list[str]:
    """The private notes of a copy, oldest first."""
    return [json.loads(row[7])["payload"]["text"] for row in evidence(topped_up(home))["entry"] if row[3] == "note"]


def unpacked(home: Path) -> Path:
    """The kept archive: an entry of every kind, files, a hole in its seals, orphaned seals, stamps and an erasure."""
    with zipfile.ZipFile(ARCHIVE) as packed:
        packed.extractall(home)
    return home


def seal_all(home: Path) -> None:
    """Seal everything that a copy holds."""
    with closing(Archive(home)) as archive:
        seals.close_seals(archive, now=datetime.now(UTC))
