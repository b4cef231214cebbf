"""A simulated Chatwork, an archive and the clock of both, with ways to sync and to look at the archive."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from archiver.chatwork.client import Client
from archiver.chatwork.transport import Transport
from archiver.corrected_clock import CorrectedClock
from archiver.records import Contract, ContractRoom, Observation, RoomId
from archiver.store import blobs, writer
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.queries.contracts import contract_payload
from archiver.sync.download import DownloadLimits
from archiver.sync.report import RoomReport, SyncReport
from archiver.sync.run import run_sync
from archiver.sync.run_start import Options
from tests.support.archives.new_database import make_database
from tests.support.chatwork.simulator import Chatwork

BEGIN = datetime(2026, 7, 1, 3, 0, 0, 500_000, tzinfo=UTC)
LIMITS = DownloadLimits(large_from=1_000_000, keep_free=0)


class Clock:
    """A clock that only moves when told to, or when somebody sleeps."""

    def __init__(self, time: datetime = BEGIN) -> None:
        self.time = time
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        """The present time of this clock."""
        return self.time

    def pass_by(self, **span: float) -> None:
        """Let time pass, said as for a `timedelta`."""
        self.time += timedelta(**span)

    def sleep(self, seconds: float) -> None:
        """Sleep without waiting."""
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


class World:
    """One archive of the owner's, with 田中 and one contracted group chat, `room`."""

    def __init__(self, home: Path, chatwork: Chatwork, clock: Clock) -> None:
        self.home, self.chatwork, self.clock = home, chatwork, clock
        home.mkdir(parents=True, exist_ok=True)
        if not (home / DATABASE).exists():
            make_database(home / DATABASE)
        self.wrong = timedelta()
        """How far this computer's clock is ahead of Chatwork's."""
        self.own_clock = self.new_clock()
        self.archive = Archive(home, clock=self.own_clock)
        self.api = requests.Session()
        self.downloads = requests.Session()
        self.client = self.new_client()
        self.tanaka = chatwork.add_account("田中")
        self.room = chatwork.add_room("動画編集", members=[self.tanaka])
        self.contract("job1", self.room)

    def new_clock(self) -> CorrectedClock:
        """This computer's clock in a newly started program, which has not compared it yet."""
        return CorrectedClock(lambda: self.clock() + self.wrong, lambda: self.clock().timestamp())

    def new_client(self, **given: Any) -> Client:
        """A client without memory, as a newly started program has, whose clock was not compared yet."""
        self.own_clock = self.archive.clock = self.new_clock()
        given.setdefault("base_url", self.chatwork.base_url)
        given.setdefault("jitter", lambda: 0.5)
        token, clock, sleep = (lambda: self.chatwork.token or "revoked"), self.own_clock, self.clock.sleep
        return Client(Transport(self.api, token=token, clock=clock, sleep=sleep, **given))

    def contract(
        self, name: str, *rooms: int, state: str = "open", start: datetime | None = None, **facts: Any
    ) -> None:
        """State a contract; `start`: what was said in its rooms before belongs to another."""
        contract_rooms = tuple(ContractRoom(RoomId(room), start) for room in rooms)
        payload = contract_payload(Contract(name, contract_rooms, state, **facts))
        with self.archive.writing() as writing:
            observation = Observation("contract", f"contract/{name}", payload)
            writer.append(writing, [observation], account_id=None, at=self.own_clock())

    def more_rooms(self, number: int, job: str = "job2") -> list[int]:
        """So many more contracted rooms of one contract, each with the post that announces it."""
        rooms = [self.chatwork.add_room(f"部屋{index}", members=[self.tanaka]) for index in range(number)]
        self.contract(job, *rooms)
        return rooms

    def sync(self, **options: Any) -> SyncReport:
        """Run one sync, a second after whatever happened last."""
        self.clock.pass_by(seconds=1)
        options.setdefault("limits", LIMITS)
        self.client = self.new_client()
        return run_sync(self.archive, self.client, self.downloads, now=self.own_clock, options=Options(**options))

    def synced(self, **options: Any) -> RoomReport:
        """Run one sync and return its report on the first contracted room."""
        return self.sync(**options).rooms[0]

    def post(self, text: str, *, by: int | None = None) -> str:
        """A post of 田中's, or of somebody else; gives the message id."""
        self.clock.pass_by(milliseconds=10)
        return self.chatwork.post(self.room, by or self.tanaka, text)

    def posts(self, number: int, text: str = "もう一つ") -> list[str]:
        """Several posts of 田中's."""
        return [self.post(f"{text} {index}") for index in range(number)]

    # --- looking at the archive ----------------------------------------------------------------

    def entries(self, kind: str = "", *, room: int | None = None) -> list[dict[str, Any]]:
        """Entries of a kind (its whole name; empty = all), oldest first, as their lines tell."""
        found = [json.loads(line) for (line,) in self._ask("SELECT line FROM entry ORDER BY seq")]
        return [one for one in found if kind in ("", one["kind"]) and room in (None, one["room_id"])]

    def seqs(self) -> list[int]:
        """The numbers of all entries."""
        return [seq for (seq,) in self._ask("SELECT seq FROM entry ORDER BY seq")]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table."""
        with closing(sqlite3.connect(self.home / DATABASE)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]

    def states(self) -> dict[str, str]:
        """The state of each message, by id."""
        return {row["message_id"]: row["state"] for row in self.rows("message")}

    def texts(self, message: str) -> list[str]:
        """Every text of a message, oldest first, exactly as received."""
        entries = [one for one in self.entries("message") if one["key"] == f"message/{message}"]
        found = [one["payload"]["object"]["body"] for one in entries]
        return [text for index, text in enumerate(found) if index == 0 or text != found[index - 1]]

    def gaps(self) -> list[tuple[str | None, str, int | None, str, bool]]:
        """after, before, missing, reason, open of every gap."""
        rows = sorted(self.rows("gap"), key=lambda row: (row["room_id"], row["number"]))
        return [(row["after"], row["before"], row["missing"], row["reason"], bool(row["open"])) for row in rows]

    def covered_ranges(self) -> list[tuple[int | None, int | None]]:
        """oldest and newest of every covered range."""
        rows = sorted(self.rows("coverage"), key=lambda row: (row["room_id"], row["number"]))
        return [(row["oldest"], row["newest"]) for row in rows]

    def blob(self, file: int) -> bytes:
        """The bytes held of a file."""
        (row,) = [row for row in self.rows("blob") if row["file_id"] == file]
        return blobs.blob_path(self.home, row["sha256"]).read_bytes()

    def blob_states(self) -> dict[int, tuple[str, str | None]]:
        """State and reason of each file's bytes, by file id."""
        return {row["file_id"]: (row["state"], row["reason"]) for row in self.rows("blob")}

    def take_requests(self) -> list[str]:
        """Paths of the API requests since the last call of this, without the version."""
        paths = [request.path.removeprefix("/v2") for request in self.chatwork.requests]
        self.chatwork.requests.clear()
        return paths

    def _ask(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.home / DATABASE)) as database:
            return database.execute(query).fetchall()

    def close(self) -> None:
        """Give back files and connections."""
        self.archive.close()
        self.api.close()
        self.downloads.close()


@contextmanager
def running_world(home: Path, *, limit: int = 100_000, token: str | None = None) -> Iterator[World]:
    """A world with a Chatwork that answers."""
    clock = Clock()
    with Chatwork(now=clock, limit=limit, token=token) as chatwork:
        world = World(home, chatwork, clock)
        yield world
        world.close()
