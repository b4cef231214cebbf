"""The HTML pages of a long conversation: CPU, memory, the largest page, beside the plainest."""

from __future__ import annotations

import resource
import sys
from html import escape
from pathlib import Path

from archiver.export.html import write
from archiver.records import JST
from tests.benchmarks.instruments.measure import Figure, run_alone
from tests.support.reports.sample_conversation import link, long

COUNT = 100_000
SECONDS, MEBIBYTES, PAGE = 5.2, 120, 0.4
"""The bars: tg-archive's seconds for all processes, the memory of each, a page in MB."""

A_PAGE = 500
"""Messages on a plain page."""


def measure(folder: Path) -> list[Figure]:
    """Our pages and the plain ones, each written in a process of its own."""
    ours, plain = folder / "ours", folder / "plain"
    ours.mkdir()
    plain.mkdir()
    taken, least = run_alone(write_pages, str(ours)), run_alone(write_plain_pages, str(plain))
    memory = max(taken.mebibytes, float(taken.result))
    largest = max(path.stat().st_size for path in ours.iterdir()) / 1_000_000
    measured = f"{taken.cpu:.1f} s of CPU ({taken.cpu / least.cpu:.1f} × plain escaped pages), "
    measured += f"{memory:.0f} MiB a process ({least.mebibytes:.0f} MiB plain), largest page {largest:.2f} MB"
    met = taken.cpu <= SECONDS and memory <= MEBIBYTES and largest <= PAGE
    bar = f"≤ {SECONDS} s of CPU, ≤ {MEBIBYTES} MiB a process, pages ≤ {PAGE} MB"
    return [Figure(f"HTML transcript of {COUNT:,} messages", bar, measured, met)]


def write_pages(folder: str) -> float:
    """The transcript as an export writes it; MiB that the second process held at most (0: not told here)."""
    write(long(COUNT), Path(folder), link)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 if sys.platform == "linux" else 0


def write_plain_pages(folder: str) -> None:
    """The same messages as pages of escaped paragraphs: no notation, no days, no edits, no links."""
    page: list[str] = []
    for message in long(COUNT).messages():
        at = message.send_time.astimezone(JST).strftime("%Y-%m-%d %H:%M")
        page.append(f"<p><b>{escape(message.name)}</b> <i>{at}</i> #{message.no}<br>{escape(message.body)}</p>\n")
        if len(page) == A_PAGE:
            (Path(folder) / f"{message.no // A_PAGE:04}.html").write_text("".join(page), encoding="utf-8")
            page.clear()
