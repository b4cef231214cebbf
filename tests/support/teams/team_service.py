"""A team's service for tests: a database with ledger and queue, many simulated accounts, workers as processes.

All accounts are reached at one address. Each worker has a path of its own there, so that every request is known to be
of one worker and one account: that tells whether two workers ever made rounds of the same account at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

from archiver.corrected_clock import CorrectedClock
from archiver.demo.loopback import HttpAnswer, HttpRequest, error_answer
from archiver.records import Contract, ContractRoom, RoomId
from archiver.rounds.daemon import Stop
from archiver.store import user_statements
from archiver.store.archive import Archive
from archiver.team import membership, sealed_tokens
from archiver.team.ledger.database import LedgerPlace
from archiver.team.ledger.service_tables import ArchiveStanding
from archiver.team.round_queue import QueueTimes, install_queue, run_worker
from archiver.team.s3_store import make_store
from archiver.team.team_file import TeamSettings, read_team_file
from tests.support.chatwork.faulty_server import FaultyServer
from tests.support.chatwork.simulator import Chatwork
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import new_copy, running_ledger

FAST = QueueTimes(cron="* * * * * */2", heartbeat=1.0, stalled=5.0, polling=0.5, restart=0.5, retry=3.0, end=5.0)
"""The queue's times in tests: what takes a minute otherwise takes a few seconds."""

ROUND_BEGINS = "/rooms"
"""Each round asks for the list of rooms once, at its beginning."""
ACCOUNT = "/me"
"""Before that a worker asks now and then whose token it has."""


class WorkerRequest(NamedTuple):
    """A request as the simulated service saw it."""

    at: float
    worker: str
    account: int
    path: str


class Chatworks:
    """Many accounts, each with a simulated Chatwork of its own, behind one address for the API and one for files."""

    def __init__(self) -> None:
        """Nothing listens yet."""
        self.accounts: dict[int, Chatwork] = {}
        self.requests: list[WorkerRequest] = []
        self.is_down = threading.Event()
        self.asked = 0
        """Requests to the API, those that nobody answered included."""
        self._by_token: dict[str, Chatwork] = {}

    def __enter__(self) -> Self:
        self._api = FaultyServer(0, answer=self._answer_api, now=_now)
        self._files = FaultyServer(0, answer=self._answer_files, now=_now)
        return self

    def __exit__(self, *_error: object) -> None:
        self._api.stop()
        self._files.stop()

    def add(self, *, rooms: int) -> int:
        """A new account with so many group chats, each with a client; returns its number."""
        chatwork = Chatwork(limit=1_000_000, number=len(self.accounts))
        chatwork.files_url = f"http://127.0.0.1:{self._files.port}/of/{chatwork.owner}"
        client = chatwork.add_account("田中")
        for number in range(rooms):
            chatwork.add_room(f"案件{number}", members=[client], announce=False)
        self.accounts[chatwork.owner] = chatwork
        self._by_token[chatwork.token] = chatwork
        return chatwork.owner

    def base_url(self, worker: str = "nobody") -> str:
        """The address of the API for one worker."""
        return f"http://127.0.0.1:{self._api.port}/{worker}/v2"

    def forget(self, account: int) -> None:
        """Refuse the token of an account from now on."""
        del self._by_token[self.accounts[account].token]

    def rounds(self) -> dict[int, list[tuple[str, float, float]]]:
        """The rounds of each account: the worker, the times of the first and of the last request."""
        open_rounds: dict[tuple[int, str], tuple[float, float]] = {}
        rounds: dict[int, list[tuple[str, float, float]]] = defaultdict(list)
        for request in list(self.requests):
            key = (request.account, request.worker)
            if request.path == ROUND_BEGINS:
                if key in open_rounds:
                    rounds[request.account].append((request.worker, *open_rounds[key]))
                open_rounds[key] = (request.at, request.at)
            elif key in open_rounds and request.path != ACCOUNT:
                open_rounds[key] = (open_rounds[key][0], request.at)
        for (account, worker), times in open_rounds.items():
            rounds[account].append((worker, *times))
        return {account: sorted(found, key=lambda one: one[1]) for account, found in rounds.items()}

    def overlaps(self) -> list[tuple[int, tuple[str, float, float], tuple[str, float, float]]]:
        """Pairs of rounds of one account, of two workers, that overlap."""
        return [
            (account, first, second)
            for account, rounds in self.rounds().items()
            for position, first in enumerate(rounds)
            for second in rounds[position + 1 : position + 4]
            if first[0] != second[0] and second[1] <= first[2]
        ]

    def _answer_api(self, request: HttpRequest) -> HttpAnswer:
        self.asked += 1
        worker, _slash, path = request.path.removeprefix("/").partition("/")
        chatwork = self._by_token.get(request.headers.get("x-chatworktoken", ""))
        if self.is_down.is_set():
            return error_answer(503, "out of order")
        if chatwork is None:
            return error_answer(401, "Invalid API token")
        self.requests.append(WorkerRequest(time.monotonic(), worker, chatwork.owner, path.removeprefix("v2")))
        return chatwork.answer_api(HttpRequest(request.method, f"/{path}", request.headers, request.at))

    def _answer_files(self, request: HttpRequest) -> HttpAnswer:
        _empty, _of, account, path = request.path.split("/", 3)
        return self.accounts[int(account)].answer_files(
            HttpRequest(request.method, f"/{path}", request.headers, request.at)
        )


@dataclass
class Service:
    """An installation: its database, its settings, and who works for it."""

    folder: Path
    postgres: Postgres
    chatworks: Chatworks
    standings: dict[int, ArchiveStanding] = field(default_factory=dict)
    """By account."""
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: int = 0

    @property
    def team_file(self) -> Path:
        """The settings of the administrator."""
        return self.folder / "team.toml"

    @property
    def first(self) -> ArchiveStanding:
        """The first account."""
        return next(iter(self.standings.values()))

    def settings(self) -> TeamSettings:
        """The settings as read."""
        return read_team_file(self.team_file)

    def place(self, account: int, user: str = "machine") -> LedgerPlace:
        """The archive of an account in the ledger."""
        return LedgerPlace(self.postgres.address(user), self.standings[account].archive, str(self.folder / "store"))

    def add_account(self, *, rooms: int) -> ArchiveStanding:
        """A new account that has joined and whose rooms are to be saved."""
        account = self.chatworks.add(rooms=rooms)
        self.join(account)
        self.state_rooms(account)
        return self.standings[account]

    def join(self, account: int, settings: TeamSettings | None = None) -> ArchiveStanding:
        """Give the token of an account."""
        clock = CorrectedClock(_now)
        token, address = self.chatworks.accounts[account].token, self.chatworks.base_url()
        settings = settings or self.settings()
        standing, _has_job = membership.join(token, settings, base_url=address, clock=clock, sleep=time.sleep)
        self.standings[account] = standing
        return standing

    def state_rooms(self, account: int) -> None:
        """State a contract over every group chat of an account, as its owner does on a copy of their own."""
        chatwork = self.chatworks.accounts[account]
        rooms = tuple(ContractRoom(RoomId(room.room_id)) for room in chatwork.rooms.values() if room.type == "group")
        home = new_copy(self.folder / "owners" / str(account), self.place(account))
        with closing(Archive(home)) as archive:
            user_statements.state_contract(archive, Contract("job1", rooms, "open"), at=_now())

    def start_worker(self, place: str) -> str:
        """Start a worker process; `place` is its computer, where its copies are."""
        self._started += 1
        name = f"{place}-{self._started}"
        settings = self.folder / f"team-{place}.toml"
        text = self.team_file.read_text(encoding="utf-8").replace("/cache/shared", f"/cache/{place}")
        settings.write_text(text, encoding="utf-8")
        environ = {**os.environ, "CHATWORK_API_BASE_URL": self.chatworks.base_url(name), "ARCHIVE_LANG": "en"}
        command = [sys.executable, "-m", "tests.support.teams.team_service", str(settings)]
        log = (self.folder / "logs" / f"{name}.log").open("wb")
        with log:
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.workers[name] = process
        return name

    def kill_worker(self, name: str) -> None:
        """Kill a worker's process as a power cut does."""
        process = self.workers.pop(name)
        process.kill()
        process.wait()

    def stop_workers(self) -> None:
        """Ask every worker to stop, and wait."""
        for process in self.workers.values():
            process.send_signal(signal.SIGTERM)
        for name, process in self.workers.items():
            code = process.wait(60)  # one that is still starting ends as any process does
            log = (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")
            assert (code in (0, -signal.SIGTERM), "Traceback" in log) == (True, False), log
        self.workers.clear()

    def overview(self) -> Mapping[int, ArchiveStanding]:
        """How every account stands."""
        from archiver.team.ledger.service_tables import TeamLedger

        with closing(TeamLedger(self.postgres.address())) as ledger:
            return {one.account: one for one in ledger.overview()}


@contextmanager
def running_service(
    folder: Path, accounts: int, *, rooms: int = 6, per_second: float = 500, at_once: int = 8, every: str = "10s"
) -> Iterator[Service]:
    """An installation with so many accounts that have joined, each with so many rooms; no worker runs yet."""
    with running_ledger() as postgres, Chatworks() as chatworks:
        install_queue(postgres.address())
        for name in ("logs", "archives", "cache"):
            (folder / name).mkdir(parents=True)
        make_store(str(folder / "store"))
        public = sealed_tokens.write_new_key(folder / "key")
        lines = [
            f'ledger = "{postgres.address("worker")}"',
            f'store = "{folder}/store"',
            f'public_key = "{public}"',
            f'key = "file:{folder}/key"',
            f'cache = "{folder}/cache/shared"',
            f'archives = "{folder}/archives"',
            f"max_requests_per_second = {per_second}",
            f"rounds_at_once = {at_once}",
        ]
        (folder / "team.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        defaults = f'[sync]\nevery = "{every}"\n[exports]\ndaily = false\n[notify]\ndesktop = false\n'
        (folder / "archives/default.toml").write_text(f"{defaults}[files]\nstop_when_free_gb = 0\n", encoding="utf-8")
        service = Service(folder, postgres, chatworks)
        for _account in range(accounts):
            service.add_account(rooms=rooms)
        try:
            yield service
        finally:
            for process in service.workers.values():
                process.kill()
                process.wait()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    import faulthandler

    faulthandler.register(signal.SIGUSR1)
    run_worker(read_team_file(Path(sys.argv[1])), os.environ, Stop(), now=_now, times=FAST)
