"""Measures the rows of design §8 that apply and prints them as a table: `python -m tests.benchmarks [NAME…]`.

A measurement, not a test: it ends with 0 whether or not a bar is met, and with 1 if something could not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.instruments.measure import Figure

ROWS = (
    "cron_run",
    "many_homes",
    "idle_run",
    "growth",
    "traffic",
    "message_lists",
    "size",
    "transcript",
    "packages",
    "verification",
    "comparison",
    "memory",
    "status",
    "search",
    "viewing",
    "application_pages",
    "taking_home",
    "finder",
    "team_service",
)
"""The modules of this folder that measure, in the order of the table."""

LARGE = frozenset(
    {
        "growth",
        "memory",
        "status",
        "search",
        "viewing",
        "application_pages",
        "taking_home",
        "team_service",
    }
)
"""Those that take many minutes: only with `--large`, or when named."""


def main(arguments: list[str]) -> None:
    """Measure what was asked for, everything if nothing was named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--large", action="store_true", help="also what takes many minutes")
    parser.add_argument("--accounts", type=int, metavar="N", help="of team_service: so many accounts")
    parser.add_argument("--minutes", type=float, metavar="N", help="of team_service: for so long")
    parser.add_argument("--file", metavar="FILE", help="of finder: messages of a stranger")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in ROWS:
            parser.error(f"there is no {name}; there are {', '.join(ROWS)}")
    wanted = {"accounts": "team_service", "minutes": "team_service", "file": "finder"}
    scale = {name: value for name in wanted if (value := getattr(options, name)) is not None}
    for name in scale:
        if options.names != [wanted[name]]:
            parser.error(f"--{name} goes with {wanted[name]} alone")
    names = options.names or [name for name in ROWS if options.large or name not in LARGE]
    figures = (figure for name in names for figure in _measure(name, **scale))
    if options.as_json:
        told = list(figures)
        print(json.dumps({"machine": _machine(), "rows": [asdict(one) for one in told]}, ensure_ascii=False))
    else:
        told = list(_print_table(figures))
    sys.exit(any("failed" in one.numbers for one in told))


_VERDICTS = {True: "yes", False: "**no**", None: "–"}


def _measure(name: str, **scale: float | str) -> list[Figure]:
    """The rows of a module; of one that ends with an error, one that says so, and the others go on."""
    print(f"{name} …", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory(prefix="archive-benchmark-") as folder:
            figures: list[Figure] = importlib.import_module(f"tests.benchmarks.{name}").measure(Path(folder), **scale)
    except Exception as error:  # noqa: BLE001 - hours of other rows must not be lost with it
        traceback.print_exc()
        return [Figure(name, "–", f"not measured: {type(error).__name__}", None, {"failed": 1})]
    return figures


def _print_table(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Print each row when it was measured, as all of them take hours, and give it on."""
    print("\n".join([_machine(), "", "| what | bar | measured | met |", "|---|---|---|---|"]), flush=True)
    for one in figures:
        print(f"| {one.what} | {one.bar} | {one.measured} | {_VERDICTS[one.met]} |", flush=True)
        yield one


def _machine() -> str:
    """Date, processor, cores and versions, in one line; no names of machines."""
    found = re.search(r"model name\s*: (.+)", _text(Path("/proc/cpuinfo")))
    processor = found[1] if found else platform.machine()
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {processor}, {os.cpu_count()} cores, {platform.system()}, {versions}"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main(sys.argv[1:])
