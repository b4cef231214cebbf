"""Whether a cron runs here: a crontab can be written on computers where nobody ever reads it (WSL, containers)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PROCESSES = Path("/proc")
"""proc(5); only Linux has it."""

CRONS = frozenset({"cron", "crond", "cronie", "fcron"})


def is_cron_running(processes: Path = PROCESSES) -> bool | None:
    """None: it cannot be known, as other users' processes are hidden here or there is no such list."""
    if _name(processes / "1") is None:
        return None
    return not CRONS.isdisjoint(_names(processes))


def _names(processes: Path) -> Iterator[str]:
    for one in processes.iterdir():
        if one.name.isdigit() and (name := _name(one)) is not None:
            yield name


def _name(process: Path) -> str | None:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has ended meanwhile, or is nobody's business
        return None
