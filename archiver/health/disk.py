"""Checks the disk: what is free, how fast the archive grows, and when the disk will be full at that pace."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver.health.check_result import CheckResult, attention, good
from archiver.render.times import iso_date
from archiver.settings.home import DATABASE_FILE
from archiver.store.archive import Reading
from archiver.store.queries import runs, status

MONTH = timedelta(days=30)
SOON = timedelta(days=30)
"""A disk that will be full within this time needs attention."""

FAR = timedelta(days=366)
"""No forecast is made beyond this time: it rests on the growth of one month."""

SHORTEST = timedelta(days=3)
"""No pace is computed before this time has passed since the first save."""

LEAST_REQUIRED_BYTES = 100_000_000
"""Bytes that must be free for the database, however small it is."""

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000


class DiskSpace(NamedTuple):
    """Free and used space on the archive's disk, in bytes."""

    free: int
    keep_free: int
    """What is to stay free: below it no file is downloaded."""
    total: int | None = None
    """How large the archive is; None: not known."""
    per_day: float | None = None
    """How much it grows a day, on average; None: it is too young."""
    required: int = 0
    """What must be free for the database."""


# --- looking ---------------------------------------------------------------------------------


def free_bytes(home: Path) -> int:
    """Bytes that this user may still write. Raises OSError."""
    return shutil.disk_usage(home).free


def required_bytes(home: Path) -> int:
    """Bytes that must be free for the database, which may need its own size for a time. Raises OSError."""
    return max(LEAST_REQUIRED_BYTES, 2 * (home / DATABASE_FILE).stat().st_size)


def size_and_growth(reading: Reading, *, now: datetime) -> tuple[int, float | None]:
    """The archive's bytes, and its growth in bytes a day over the last month without the first save."""
    begun = runs.first_entry_time(reading)
    since = now - MONTH if begun is None else max(now - MONTH, begun + timedelta(days=1))
    growth = status.growth(reading, since=since)
    if begun is None or now - since < SHORTEST:
        return growth.total, None
    return growth.total, growth.added / ((now - since) / timedelta(days=1))


# --- judging ---------------------------------------------------------------------------------


def check_disk(disk: DiskSpace, *, now: datetime) -> CheckResult:
    """Say how much is free, and until when; that too little is free is a condition of its own."""
    free_gb = f"{disk.free / GIGABYTE:.1f}"
    sentences = [_("{free} GB are free.").format(free=free_gb)]
    if disk.total is not None:
        sentences.append(_("The archive takes up {size} MB.").format(size=f"{disk.total / MEGABYTE:.1f}"))
    if disk.per_day is not None:
        sentences.append(_("It grows by {pace} MB a day.").format(pace=f"{disk.per_day / MEGABYTE:.1f}"))
    left = _until_full(disk)
    if left is None or left > FAR:
        return good("disk", " ".join(sentences))
    sentences.append(_("At this pace there is space until {day}.").format(day=iso_date(now + left)))
    return (attention if left < SOON else good)("disk", " ".join(sentences))


def _until_full(disk: DiskSpace) -> timedelta | None:
    """How long the space lasts at this growth; None: it does not grow, or lasts for many years."""
    if not disk.per_day or disk.per_day <= 0:
        return None
    days = max(0, disk.free - max(disk.keep_free, disk.required)) / disk.per_day
    return timedelta(days=days) if days < FAR.days * 10 else None
