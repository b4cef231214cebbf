"""How long an erasure takes: a whole contract of many messages, and one message in a hundred of another."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from archiver.custody import erasures
from archiver.records.evidence import ErasureReason
from archiver.store.archive import Archive, Reading
from archiver.store.erasure.plan import Selection, select_contract, select_messages
from archiver.store.queries.contracts import find_contract
from tests.benchmarks.instruments.large_archives import ROOM
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.benchmarks.instruments.million_messages import COUNT, million_messages

NOW = datetime(2031, 1, 1, tzinfo=UTC)
EVERY = 100
"""One message in so many is erased where single ones are."""


def measure(folder: Path) -> list[Figure]:
    """A row for the contract and one for single messages, each in a process of its own, of archives made alike."""
    return [_row(folder / what, what) for what in ("messages", "contract")]


def _row(home: Path, what: str) -> Figure:
    million_messages(home).close()
    done = run_alone(erase_alone, str(home), what)
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in done.result.items() if seconds >= 1)
    said = "a whole contract" if what == "contract" else f"one in {EVERY}"
    whole = sum(done.result.values())
    measured = f"{whole:.0f} s of CPU, {done.mebibytes:.0f} MiB ({steps})"
    return Figure(f"erasing of {COUNT:,} messages: {said}", "–", measured, None, {"seconds": whole})


def erase_alone(home: str, what: str) -> dict[str, float]:
    """Erase, and give the seconds of the processor that each step took."""
    seconds, last = dict[str, float](), [time.process_time()]

    def step(name: str) -> None:
        at = time.process_time()
        seconds[name] = at - last[0]
        last[0] = at

    archive = Archive(Path(home))
    choose = _whole if what == "contract" else _single
    outcome = erasures.erase(archive, choose, ErasureReason.OWN, now=lambda: NOW, step=step)
    assert outcome is not None
    assert outcome.is_complete
    return seconds


def _whole(reading: Reading) -> Selection:
    return select_contract(reading, find_contract(reading, "job1"))


def _single(reading: Reading) -> Selection:
    with closing(sqlite3.connect(reading.home / "archive.sqlite3")) as database:
        rows = database.execute("SELECT position FROM message ORDER BY position").fetchall()
    return select_messages(reading, [(ROOM, position) for (position,) in rows[::EVERY]])
