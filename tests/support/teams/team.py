"""Machines of a team over one ledger: rounds in this process, rounds that are killed, and what each side holds."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from archiver.app import build_app
from archiver.rounds.round import run_round
from archiver.settings.file import load_settings
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import LedgerPlace, connect, install_ledger, open_archive, write_ledger_file
from archiver.team.ledger_copy.keeper import LedgerKeeper
from archiver.team.s3_store import make_store
from tests.support.chatwork.simulator import Chatwork
from tests.support.teams.postgres import Postgres, running_postgres
from tests.support.terminals.terminal import TOKEN

SETTINGS = "[files]\nstop_when_free_gb = 0\n[exports]\ndaily = false\n"


_PATIENCE_SECONDS = 600
"""For a round in a process of its own: beside much other work one took a minute. Only one that hangs is ended."""


class WatchedConnection:
    """A connection after each of whose statements something is done: its process may be gone."""

    def __init__(self, address: str, after: Callable[[], None]) -> None:
        self._connection, self._after = connect(address), after

    def execute(self, *arguments: Any) -> Any:
        """Execute a statement, then do that."""
        cursor = self._connection.execute(*arguments)
        self._after()
        return cursor

    def close(self) -> None:
        """Close the connection, as the end of a process does."""
        self._connection.close()


def dying(moments: int, die: Callable[[], None]) -> Callable[[str], WatchedConnection]:
    """Connections after so many of whose statements the process is gone."""
    left = iter(range(moments - 1, -1, -1))
    return lambda address: WatchedConnection(address, lambda: None if next(left, -1) else die())


USERS = (
    "CREATE ROLE machine LOGIN IN ROLE ledger_writer, ledger_organisation",
    "CREATE ROLE reader LOGIN IN ROLE ledger_reader, ledger_organisation",
    "CREATE ROLE worker LOGIN IN ROLE ledger_worker",
    "CREATE ROLE clerk LOGIN IN ROLE ledger_writer, ledger_organisation, ledger_clerk",
    "CREATE ROLE overseer LOGIN IN ROLE ledger_overseer",
)
"""A user of each role of the ledger."""

_ACCOUNTS = count(1_000)


@contextmanager
def running_ledger() -> Iterator[Postgres]:
    """A new cluster with a ledger and its users."""
    with running_postgres() as postgres:
        install_ledger(postgres.address())
        postgres.execute(*USERS)
        yield postgres


def new_place(postgres: Postgres, files: Path | None = None) -> LedgerPlace:
    """The place of a new archive in the ledger, for a machine that saves."""
    address = postgres.address("machine")
    if files is not None:
        make_store(str(files))
    return LedgerPlace(address, open_archive(address, next(_ACCOUNTS)), None if files is None else str(files))


def new_copy(home: Path, place: LedgerPlace) -> Path:
    """A home with nothing but settings and the place of its ledger."""
    home.mkdir(parents=True)
    (home / "archive.toml").write_text(SETTINGS, encoding="utf-8")
    write_ledger_file(home, place)
    return home


def environ_of(chatwork: Chatwork) -> dict[str, str]:
    """The environment of a machine that saves from a simulated Chatwork."""
    return {"CHATWORK_API_TOKEN": TOKEN, "CHATWORK_API_BASE_URL": chatwork.base_url}


def round_in(
    home: Path,
    environ: Mapping[str, str],
    *,
    moments: int | None = None,
    on_step: Callable[..., None] = lambda *_step: None,
) -> SyncReport:
    """Run a full round as a machine does; `moments`: after so many statements to the ledger the process is killed."""
    app = build_app(load_settings(home, environ), environ)
    keeper = app.archive.keeper
    if moments is not None and isinstance(keeper, LedgerKeeper):
        keeper.ledger = Ledger(
            keeper.place, open_connection=dying(moments, lambda: os.kill(os.getpid(), signal.SIGKILL))
        )
    try:
        return run_round(app, Options(full=True), ProgressCallbacks(on_step=on_step))
    finally:
        app.archive.close()
        app.downloads.close()


def killed_round(home: Path, environ: Mapping[str, str], moments: int) -> bool:
    """Run a round in a process that dies after so many statements; whether it died before its end."""
    command = [sys.executable, "-m", "tests.support.teams.team", str(home), str(moments)]
    finished = subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, timeout=_PATIENCE_SECONDS
    )
    assert finished.returncode in (0, -signal.SIGKILL), finished.stderr
    return finished.returncode != 0


def wait_until(is_so: Callable[[], bool], patience: float = 300.0) -> None:
    """Wait until something is so, on a busy computer for long: a library's pauses between connections double."""
    until = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def topped_up(home: Path) -> Path:
    """The home, after its copy was brought up to the ledger."""
    with closing(Archive(home)) as archive:
        archive.top_up()
    return home


def evidence(home: Path) -> dict[str, list[Any]]:
    """All entries, replies and seals of a copy."""
    with closing(sqlite3.connect(home / DATABASE)) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("entry", "reply", "seal")
        }


def ledger_digests(postgres: Postgres, place: LedgerPlace) -> list[str]:
    """The digests of an archive's entries in the ledger, in order."""
    query = f"SELECT digest FROM ledger.entry WHERE archive = {place.archive} ORDER BY seq"
    return [digest for (digest,) in postgres.rows(query)]


if __name__ == "__main__":
    round_in(Path(sys.argv[1]), os.environ, moments=int(sys.argv[2]))
