"""The viewer's first page in an archive of a million messages in one room with many open alerts."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from time import process_time

from archiver.store.archive import Archive
from archiver.store.queries.viewing.written_state import SETTLED_SECONDS
from archiver.store.working import remembered_values
from tests.benchmarks.application_pages import ALERTS, add_alerts
from tests.benchmarks.instruments.copied_rows import COUNT, copied_archive
from tests.benchmarks.instruments.measure import Figure, median_seconds
from tests.support.viewer.client import open_viewer

BAR_MILLISECONDS = 50
MOST_MEGABYTES = 0.1
TIMES = 25
AFTER_A_WRITE = 7
"""Pages within the seconds in which nothing is remembered."""


def measure(folder: Path) -> list[Figure]:
    """CPU of the page where nothing was written since the last one, the slowest of all, and just after a write."""
    archive = copied_archive(folder / "home")
    add_alerts(archive)
    archive.close()
    with open_viewer(archive.home) as browser:
        page = partial(browser.get, "/")
        megabytes = len(page().encode()) / 1_000_000
        (written,) = median_seconds(partial(_page_after_write, archive, page), times=AFTER_A_WRITE, clock=process_time)
        time.sleep(SETTLED_SECONDS + 1)
        page()
        taken = sorted(median_seconds(page, times=1, clock=process_time)[0] * 1000 for _number in range(TIMES))
    middle, most = taken[TIMES // 2], taken[-1]
    measured = (
        f"{middle:.0f} ms, {most:.0f} at most of {TIMES}; {written * 1000:.0f} ms with a write just before it; "
        f"{megabytes:.3f} MB"
    )
    numbers = {"middle": middle, "most": most, "after_write": written * 1000, "megabytes": megabytes}
    what = f"the viewer's first page, {COUNT:,} messages in one room, {ALERTS:,} open alerts"
    bar = f"≤ {BAR_MILLISECONDS} ms of CPU, ≤ {MOST_MEGABYTES} MB"
    return [Figure(what, bar, measured, most <= BAR_MILLISECONDS and megabytes <= MOST_MEGABYTES, numbers)]


def _page_after_write(archive: Archive, page: partial[str]) -> None:
    with archive.writing() as writing:
        remembered_values.COPY_FAULT.remember(writing, None)
    archive.close()
    page()
