"""How long `archive status` takes over a million messages, beside a Python that only imports what it does."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from archiver.settings import file
from tests.benchmarks.instruments.large_archives import COUNT, add_changes, million_messages
from tests.benchmarks.instruments.measure import Figure, cpu_of_children, median_seconds, run_python
from tests.benchmarks.instruments.simulation import TOKEN
from tests.benchmarks.pages import add_alerts

BAR = 0.7
"""Seconds beyond the imports."""

TIMES = 7
TELL_MODULES = "import sys; from archiver.cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
IMPORT_ALL = """
import contextlib, importlib, sys
for name in sys.argv[1:]:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
"""


def measure(folder: Path) -> list[Figure]:
    """CPU of whole processes in turn, with many open alerts; the median of each."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    add_alerts(archive)
    archive.close()
    file.write_settings(archive.home, language="ja", token_source=f"env:{TOKEN}", authorities=())
    run = partial(run_python, {**os.environ, "HOME": str(folder), TOKEN: "0" * 32})
    status = ("--home", str(archive.home), "status")
    modules = run("-c", TELL_MODULES, *status).splitlines()[-1].split()
    whole, imports, two = median_seconds(
        partial(run, "-m", "archiver", *status),
        partial(run, "-c", IMPORT_ALL, *modules),
        partial(run, "-c", "import requests, sqlalchemy"),
        times=TIMES,
        clock=cpu_of_children,
    )
    beyond = whole - imports
    measured = (
        f"{beyond:.2f} s of CPU beyond its imports ({imports:.2f} s); {whole / two:.1f} × two imports ({two:.2f} s)"
    )
    what = f"`archive status` of {COUNT:,} messages in one room"
    return [Figure(what, f"≤ {BAR} s beyond its imports", measured, beyond <= BAR)]
