"""Looks at the disk: what is free, how fast the archive grows, and when it will be full at that pace."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver.health.finding import CheckResult, action, attention, day, good
from archiver.settings.home import DATABASE_FILE
from archiver.store.archive import Reading
from archiver.store.queries import database_health, runs

MONTH = timedelta(days=30)
SOON = timedelta(days=30)
"""A disk that will be full within this deserves a word."""

FAR = timedelta(days=366)
"""Beyond this nobody can tell by the pace of a month."""

SHORTEST = timedelta(days=3)
"""Before so many days after the first save nothing can be said of its pace."""

LEAST = 100_000_000
"""Bytes that a database must find free, however small it is."""

GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000


class DiskSpace(NamedTuple):
    """The disk of the archive; bytes."""

    free: int
    keep: int
    """What is to stay free: below it no file is fetched."""
    total: int | None = None
    """How large the archive is; None: not known."""
    per_day: float | None = None
    """How much it grew in a day, on average; None: it is too young."""
    floor: int = 0
    """What the database needs, whatever is to stay free."""


# --- looking ---------------------------------------------------------------------------------


def free(home: Path) -> int:
    """Bytes that this user may still write. Raises OSError."""
    return shutil.disk_usage(home).free


def floor(home: Path) -> int:
    """What the database must find free to be written on: it may need its own size for a time. Raises OSError."""
    return max(LEAST, 2 * (home / DATABASE_FILE).stat().st_size)


def full(home: Path) -> str | None:
    """That there is no room for new records, in a sentence; None: there is. Raises OSError."""
    here, least = free(home), floor(home)
    return no_room(here, least) if here < least else None


def pace(reading: Reading, *, now: datetime) -> tuple[int, float | None]:
    """How large the archive is, and by how much it grew a day in the last month, the first save left out."""
    begun = runs.begun(reading)
    since = now - MONTH if begun is None else max(now - MONTH, begun + timedelta(days=1))
    found = database_health.growth(reading, since=since)
    if begun is None or now - since < SHORTEST:
        return found.total, None
    return found.total, found.added / ((now - since) / timedelta(days=1))


# --- judging ---------------------------------------------------------------------------------


def no_room(free: int, floor: int) -> str:
    """That the database itself may not find room."""
    sentence = _("Only {free} MB are free, and the records need {floor} MB: soon nothing can be saved. Make space.")
    return sentence.format(free=free // MEGABYTE, floor=floor // MEGABYTE)


def disk_look(seen: DiskSpace, *, now: datetime) -> CheckResult:
    """Whether records and files still find room, and until when."""
    if seen.free < seen.floor:
        return action("disk", no_room(seen.free, seen.floor))
    told = f"{seen.free / GIGABYTE:.1f}"
    if seen.free < seen.keep:
        sentence = _(
            "Only {free} GB are free, and {keep:g} GB are to stay free: files are not fetched any more. "
            "Make space, or change [files] stop_when_free_gb."
        )
        return action("disk", sentence.format(free=told, keep=seen.keep / GIGABYTE))
    said = [_("{free} GB are free.").format(free=told)]
    if seen.total is not None:
        said.append(_("The archive has {size} MB.").format(size=f"{seen.total / MEGABYTE:.1f}"))
    if seen.per_day is not None:
        said.append(_("It grows by {pace} MB a day.").format(pace=f"{seen.per_day / MEGABYTE:.1f}"))
    left = _until_full(seen)
    if left is None or left > FAR:
        return good("disk", " ".join(said))
    said.append(_("At this pace there is room until {day}.").format(day=day(now + left)))
    return (attention if left < SOON else good)("disk", " ".join(said))


def _until_full(seen: DiskSpace) -> timedelta | None:
    """How long what may be filled lasts; None: for ever, as far as anybody can tell."""
    if not seen.per_day or seen.per_day <= 0:
        return None
    days = (seen.free - max(seen.keep, seen.floor)) / seen.per_day
    return timedelta(days=days) if days < FAR.days * 10 else None
