"""Which archives of this computer's user save the same account: they share Chatwork's budget of calls.

One small file for each account and home, in the user's folder for the state of programs: two runs never write the same
one. It holds the path and the time, no name; losing it costs a hint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from archiver.settings.home import APPLICATION, holds_archive

LATELY = timedelta(days=2)
"""A home where nothing was saved for longer spends no calls."""

SELDOM = timedelta(hours=1)
"""So long a note is new enough: a run each minute need not write each minute."""


def state_folder() -> Path:
    """The user's folder for it; apart from the usual home, which on two systems has the same parent."""
    from platformdirs import user_state_path

    return user_state_path(f"{APPLICATION}-state", appauthor=False)


def note(home: Path, account: int, *, at: datetime, state: Path) -> None:
    """Leave word that a home has just saved an account. Raises OSError."""
    path = state / str(account) / hashlib.sha256(str(home).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    known = _told(path)
    if known is not None and timedelta() <= at - known[1] < SELDOM:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"home": str(home), "at": at.isoformat()}) + "\n", encoding="utf-8")
    fresh.replace(path)


def others(home: Path, account: int, *, now: datetime, state: Path) -> list[Path]:
    """The other homes where that account was saved lately, as far as they still hold an archive; by their names."""
    found = [path for path, at in _noted(state / str(account)) if abs(now - at) < LATELY]
    return sorted(path for path in found if holds_archive(path) and not _is_same(path, home))


def _noted(folder: Path) -> Iterator[tuple[Path, datetime]]:
    try:
        listed = sorted(folder.iterdir())
    except OSError:
        return
    for path in listed:
        if told := _told(path):
            yield told


def _told(path: Path) -> tuple[Path, datetime] | None:
    """What a note says; None if it is none of ours or was cut short."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        return (Path(told["home"]), at) if at.tzinfo else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other
