"""A package for a platform's office out of 100,000 messages, beside reading as many entries plainly."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.benchmarks.instruments.large_archives import fill_archive
from tests.benchmarks.instruments.measure import Figure, run_alone

MESSAGES, A_READING = 100_000, 100
SECONDS = 8.0
"""The bar."""

MINUTES = 6_000_000
"""The time of the export after the beginning: after the last message."""


def measure(folder: Path) -> list[Figure]:
    """The package, and the entries read and parsed once, each in a process of its own."""
    home = folder / "home"
    archive = fill_archive(home, MESSAGES, new=A_READING)
    database = archive.database
    archive.close()
    plain = run_alone(read_entries, str(database))
    made = run_alone(make_package, str(home), str(folder / "out"))
    measured = f"{made.seconds:.1f} s ({made.seconds / plain.seconds:.0f} × reading and parsing its entries once), "
    measured += f"{made.mebibytes:.0f} MiB"
    numbers = {"seconds": made.seconds, "plain_seconds": plain.seconds, "mebibytes": made.mebibytes}
    what = f"`support` package of {MESSAGES:,} messages, what may be a name hidden, PDF included"
    return [Figure(what, f"≤ {SECONDS:g} s", measured, made.seconds <= SECONDS, numbers)]


def make_package(home: str, out: str) -> None:
    """The package as the command makes it."""
    from tests.support.packages.exported_archives import export_package, reopen_maker

    maker = reopen_maker(Path(home))
    report = export_package(maker, "support", Path(out), minutes=MINUTES)
    assert MESSAGES == report.messages


def read_entries(database: str) -> None:
    """Every line of the archive's entries, parsed."""
    with closing(sqlite3.connect(database)) as source:
        for (line,) in source.execute("SELECT line FROM entry ORDER BY seq"):
            json.loads(line)
