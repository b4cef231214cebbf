"""An archive taken home from a team's ledger, beside the plainest program that copies the same rows into SQLite."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg

from archiver.team.adopt_and_take_home import adopt, take_home
from archiver.team.ledger.archive_in_ledger import COLUMNS
from archiver.team.ledger.database import LedgerPlace
from archiver.team.s3_store import make_store
from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.support.teams.team import running_ledger

BAR_SECONDS = 10.0
"""Of the processor, until everything is there; the deep verification that follows stands beside it."""

MESSAGES = 100_000
A_READING = 20


def measure(folder: Path, count: int = MESSAGES) -> list[Figure]:
    """One row: adopted, taken home, verified, and copied plainly, each in a process of its own."""
    home, files = folder / "home", folder / "files"
    fill_archive(home, count, new=A_READING).close()
    make_store(str(files))
    with running_ledger() as postgres:
        address = postgres.address("machine")
        shipped = run_alone(adopt_alone, str(home), address, str(files)).result
        plain = run_alone(copy_plainly, address, str(shipped["archive"]), str(folder / "plain.sqlite3")).result
        taken = run_alone(take_home_alone, address, str(shipped["archive"]), str(files), str(folder / "taken"))
    brought, verified = taken.result["brought"], taken.result["verified"]
    measured = (
        f"{brought:.1f} s, {brought / plain:.1f} × a plain copy of the rows ({plain:.1f} s); its deep verification "
        f"{verified:.1f} s more; {taken.mebibytes:.0f} MiB; entered in {shipped['seconds']:.1f} s with its verification"
    )
    what = f"an archive of {count:,} messages taken home from a ledger"
    return [Figure(what, f"≤ {BAR_SECONDS:.0f} s of CPU", measured, brought <= BAR_SECONDS)]


def adopt_alone(home: str, address: str, files: str) -> dict[str, float]:
    """Verify an archive and enter it; its number in the ledger, and the seconds of the processor."""
    begun = time.process_time()
    place = adopt(Path(home), address, files)
    return {"archive": place.archive, "seconds": time.process_time() - begun}


def take_home_alone(address: str, archive: str, files: str, target: str) -> dict[str, float]:
    """Take an archive home; the seconds of the processor until all of it was there, and of its verification."""
    begun, there = time.process_time(), list[float]()

    def tell(*_progress: object) -> None:
        if not there:
            there.append(time.process_time())

    verification = take_home(
        LedgerPlace(address, int(archive), files), Path(target), Path(target).with_name("none"), tell=tell
    )
    assert verification.ok, verification.findings
    return {"brought": there[0] - begun, "verified": time.process_time() - there[0]}


def copy_plainly(address: str, archive: str, target: str) -> float:
    """Copy the rows of an archive into tables without an index; the seconds of the processor."""
    begun = time.process_time()
    with psycopg.connect(address) as ledger, closing(sqlite3.connect(target)) as database, database:
        ledger.execute("SELECT set_config('archiver.archive', %s, false)", (archive,))
        for table, columns in COLUMNS.items():
            names = ", ".join(f'"{name}"' for name in columns)
            database.execute(f"CREATE TABLE {table} ({names})")
            rows = ledger.cursor().stream(f"SELECT {names} FROM ledger.{table} ORDER BY 2".encode())
            places = ", ".join("?" for _name in columns)
            database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
    return time.process_time() - begun
