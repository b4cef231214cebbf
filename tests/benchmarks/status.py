"""How long `archive status` takes over a million messages, beside a Python that only imports two libraries."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from archiver.settings import file
from tests.benchmarks.application_pages import add_alerts
from tests.benchmarks.instruments.measure import Figure, cpu_of_children, median_seconds
from tests.benchmarks.instruments.million_messages import COUNT, add_changes, million_messages
from tests.benchmarks.instruments.simulation import TOKEN

BAR = 0.7
"""Seconds."""

TIMES = 7
PLAIN = ("-c", "import requests, sqlalchemy")


def measure(folder: Path) -> list[Figure]:
    """CPU of whole processes in turn, with many open alerts; the median of each."""
    archive = million_messages(folder / "home")
    add_changes(archive)
    add_alerts(archive)
    archive.close()
    file.write_settings(archive.home, language="ja", token_source=f"env:{TOKEN}", authorities=())
    environ = {**os.environ, "HOME": str(folder), TOKEN: "0" * 32}
    status, plain = median_seconds(
        partial(_python, environ, "-m", "archiver", "--home", str(archive.home), "status"),
        partial(_python, environ, *PLAIN),
        times=TIMES,
        clock=cpu_of_children,
    )
    measured = f"{status:.2f} s of CPU, {status / plain:.1f} × `import requests, sqlalchemy` ({plain:.2f} s)"
    numbers = {"seconds": status, "plain_seconds": plain}
    return [
        Figure(f"`archive status` of {COUNT:,} messages in one room", f"≤ {BAR} s", measured, status <= BAR, numbers)
    ]


def _python(environ: Mapping[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], env=environ, stdout=subprocess.DEVNULL, check=True)
