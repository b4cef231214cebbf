"""A simulated Chatwork on loopback and an archive that follows it, under one clock that only moves when told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.app import App, build_app
from archiver.records import Contract, ContractRoom, Observation, RoomId
from archiver.rounds.round import run_round
from archiver.settings import file
from archiver.settings.model import AuthoritySetting
from archiver.store import migrate, writer
from archiver.store.queries.contracts import contract_payload
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.benchmarks.instruments.corpus import BEGIN, sentences
from tests.support.chatwork.simulator import Chatwork

TOKEN = "CHATWORK_API_TOKEN"


@dataclass(slots=True)
class Clock:
    """A clock that moves when told to."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        """The time, a millisecond later at each call."""
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass(slots=True)
class Simulation:
    """Chatwork with rooms of one contract, and the archive's own parts."""

    chatwork: Chatwork
    clock: Clock
    home: Path
    environ: dict[str, str]
    client: int
    rooms: list[int]
    texts: Iterator[str] = field(default_factory=sentences)

    def app(self) -> App:
        """The program as a new process would build it, but under this clock."""
        settings = file.load_settings(self.home, self.environ)
        return build_app(settings, self.environ, now=self.clock.now, monotonic=None, sleep=self._sleep)

    def post(self, room: int, count: int, *, seconds: float = 60) -> None:
        """So many messages from both sides, one in so many seconds."""
        for number in range(count):
            self.clock.at += timedelta(seconds=seconds)
            self.chatwork.post(room, self.client if number % 2 else self.chatwork.owner, next(self.texts))

    def round(self, app: App) -> SyncReport:
        """One round as the schedule runs it."""
        return run_round(app, Options(), ProgressCallbacks())

    def _sleep(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)


@contextmanager
def running_simulation(
    home: Path,
    *,
    rooms: int,
    posts: int,
    clock: Clock | None = None,
    limit: int = 1_000_000,
    authorities: Sequence[AuthoritySetting] = (),
) -> Iterator[Simulation]:
    """A contract with so many rooms of so many posts each; nothing is archived yet.

    Daily exports are off: they are handed out, and no part of what an archive needs.
    """
    clock = clock or Clock()
    home.mkdir(mode=0o700, parents=True)
    file.write_settings(home, language="ja", token_source=f"env:{TOKEN}", authorities=authorities)
    toml = home / "archive.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("daily = true", "daily = false"), encoding="utf-8")
    with Chatwork(now=clock.now, limit=limit) as chatwork:
        client = chatwork.add_account("田中", organization="株式会社サンプル")
        environ = {TOKEN: chatwork.token, "CHATWORK_API_BASE_URL": chatwork.base_url}
        simulation = Simulation(chatwork, clock, home, environ, client, [])
        app = simulation.app()
        migrate.create_database(app.archive.database)
        simulation.rooms = [chatwork.add_room(f"動画編集_{number}", members=[client]) for number in range(1, rooms + 1)]
        for room in simulation.rooms:
            simulation.post(room, posts)
        contract = Contract("job1", tuple(ContractRoom(RoomId(room)) for room in simulation.rooms))
        observation = Observation("contract", "contract/job1", contract_payload(contract))
        with app.archive.writing() as writing:
            writer.append(writing, [observation], account_id=chatwork.owner, at=clock.now().astimezone(UTC))
        app.archive.close()
        yield simulation
