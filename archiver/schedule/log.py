"""One line a round in `logs/archive.log`: ids and counts, never a name and never a text of a message."""

from __future__ import annotations

import logging
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from archiver.store.clock import stamp
from archiver.sync.report import SyncReport

FOLDER = "logs"
MOST_BYTES = 1_000_000
COPIES = 5


def write(home: Path, report: SyncReport) -> None:
    """Append the round's line; a disk that takes no log must not fail a round that has saved messages."""
    _append(home, line(report))


def line(report: SyncReport) -> str:
    """`2026-11-24T13:31:05.123Z requests=11 complete=yes new=3 …` and the troubles' keys."""
    fields = ("new", "edited", "deleted", "missing", "files_saved", "files_pending", "files_lost", "tasks_new")
    counts = " ".join(f"{name}={sum(getattr(room, name) for room in report.rooms)}" for name in fields)
    complete = "yes" if report.complete else "no"
    told = f"{stamp(report.finished_at or report.started_at)} requests={report.requests} complete={complete} {counts}"
    return " ".join([told, *report.reported])


def note(home: Path, text: str, *, at: datetime) -> None:
    """Append a line of the daemon's: ids, counts and names of errors, as in `line`."""
    _append(home, f"{stamp(at)} {text}")


def _append(home: Path, text: str) -> None:
    folder = home / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        handler = RotatingFileHandler(folder / "archive.log", maxBytes=MOST_BYTES, backupCount=COPIES, encoding="utf-8")
    except OSError:
        return
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # noqa: ARG005
    handler.emit(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))
    handler.close()
