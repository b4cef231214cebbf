"""Notes a fault of this program in the log: its class and where it arose, without a word of what it was about."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

from archiver.rounds import run_log

PACKAGE = "archiver"
MOST_PLACES = 12
"""So many calls, the last ones, tell where it arose."""


def note_bug(home: Path, error: BaseException, *, at: datetime) -> Path:
    """Append a line `bug=KeyError at=archiver.console.saving:31,...`, the outermost call first; return the log's path.

    The error's own text is left out: it may hold names or what somebody wrote.
    """
    run_log.note(home, f"bug={type(error).__name__} at={','.join(call_places(error)) or '-'}", at=at)
    return home / run_log.FOLDER / run_log.FILE


def call_places(error: BaseException) -> list[str]:
    """Module and line of each of the last calls, the outermost first; what is not ours by its file's name alone."""
    frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
    return [f"{_module(Path(one.filename))}:{one.lineno}" for one in frames]


def _module(path: Path) -> str:
    """`archiver.console.saving`, or `json.decoder.py` of another: never the folders of this computer."""
    parts = path.with_suffix("").parts
    if PACKAGE not in parts:
        return "".join(path.name.split())
    begin = len(parts) - 1 - parts[::-1].index(PACKAGE)
    return ".".join(parts[begin:])
