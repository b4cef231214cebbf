"""Measures the rows that apply here and prints them as a table: `python -m tests.benchmarks [NAME…]`.

A measurement, not a test: it ends with 0 whether or not a bar is met, and with 1 if something could not be measured.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import platform
import re
import sqlite3
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import archiver

ROWS = (
    *("quiet_rounds", "idle_run", "growth", "traffic", "message_lists", "size", "transcript", "packages"),
    *("verification", "comparison", "memory", "status", "search", "pages", "taking_home", "finder", "team_service"),
)
"""The modules of this folder that measure, in the order of the table."""

LARGE = frozenset({"growth", "memory", "status", "search", "pages", "taking_home", "team_service"})
"""Those that take many minutes: only with `--large`, or when named."""

_VERDICTS = {True: "yes", False: "**no**", None: "–"}


def main(arguments: list[str]) -> None:
    """Measure what was asked for, everything if nothing was named; each row is printed when it was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--large", action="store_true", help="also what takes many minutes")
    parser.add_argument("--accounts", type=int, metavar="N", help="of team_service: so many accounts")
    parser.add_argument("--minutes", type=float, metavar="N", help="of team_service: for so long")
    parser.add_argument("--file", metavar="FILE", help="of finder: messages of a stranger")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in ROWS:
            parser.error(f"there is no {name}; there are {', '.join(ROWS)}")
    wanted = {"accounts": "team_service", "minutes": "team_service", "file": "finder"}
    scale = {name: value for name in wanted if (value := getattr(options, name)) is not None}
    for name in scale:
        if options.names != [wanted[name]]:
            parser.error(f"--{name} goes with {wanted[name]} alone")
    compileall.compile_dir(Path(archiver.__file__).parent, quiet=1)  # as pip leaves an installed program
    print("\n".join([_machine(), "", "| what | bar | measured | met |", "|---|---|---|---|"]), flush=True)
    names = options.names or [name for name in ROWS if options.large or name not in LARGE]
    failed = sum(not _print_rows(name, **scale) for name in names)
    sys.exit(failed > 0)


def _print_rows(name: str, **scale: float | str) -> bool:
    """Print the rows of a module; False if it ends with an error, and the others go on."""
    print(f"{name} …", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory(prefix="archive-benchmark-") as folder:
            for one in importlib.import_module(f"tests.benchmarks.{name}").measure(Path(folder), **scale):
                print(f"| {one.what} | {one.bar} | {one.measured} | {_VERDICTS[one.met]} |", flush=True)
    except Exception as error:  # noqa: BLE001 - hours of other rows must not be lost with it
        traceback.print_exc()
        print(f"| {name} | – | not measured: {type(error).__name__} | – |", flush=True)
        return False
    return True


def _machine() -> str:
    """Date, processor, cores and versions, in one line; no names of machines."""
    cpus = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", cpus.read_text("utf-8") if cpus.exists() else "")
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    processor = found[1] if found else platform.machine()
    return f"{datetime.now(UTC):%Y-%m-%d}, {processor}, {os.cpu_count()} cores, {platform.system()}, {versions}"


if __name__ == "__main__":
    main(sys.argv[1:])
