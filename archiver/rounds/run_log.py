"""The log `logs/archive.log`: one line a round, ids and counts, never a name and never a text of a message.

Each line is a time and `key=value` pairs, as docs/reference/log.md lists them. Several programs may write: each line is
appended by one call, and a full file is put aside by one program at a time.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archiver.errors import ArchiverError
from archiver.store.timestamps import from_text, to_text
from archiver.sync.report import SyncReport

FOLDER = "logs"
FILE = "archive.log"
RUNNING = "round"
"""Lies in the folder while a round runs, and says when it began."""

MOST_BYTES = 1_000_000
COPIES = 5

COUNTS = ("new", "edited", "deleted", "missing", "files_saved", "files_pending", "files_lost", "tasks_new")
INTERRUPTED = 130
LONGEST_TURN = 2.0
"""Seconds."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_END = 16_000
"""Bytes of the log in which a failure of now must stand."""
_BINARY = getattr(os, "O_BINARY", 0)


def write(home: Path, report: SyncReport) -> None:
    """Append the round's line; a disk that takes no log must not fail a round that has saved messages."""
    _append(home, line(report))


def line(report: SyncReport) -> str:
    """`2026-11-24T13:31:05.123Z requests=11 complete=yes new=3 …` and the troubles that this round reports."""
    counts = " ".join(f"{name}={sum(getattr(room, name) for room in report.rooms)}" for name in COUNTS)
    complete = "yes" if report.complete else "no"
    told = f"{to_text(report.finished_at or report.started_at)} requests={report.requests} complete={complete} {counts}"
    return f"{told} reported={','.join(report.reported)}" if report.reported else told


def note(home: Path, text: str, *, at: datetime) -> None:
    """Append a line of pairs: ids, counts and names of errors, as in `line`."""
    _append(home, f"{to_text(at)} {text}")


def last_failure(home: Path) -> datetime | None:
    """When a round last failed, as far as the end of the log tells."""
    try:
        with (home / FOLDER / FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
            lines = file.read().decode("ascii", "replace").splitlines()
    except OSError:
        return None
    failed = (line.partition(" ")[0] for line in reversed(lines) if " failed=" in line)
    return next((from_text(time) for time in failed if TIME.fullmatch(time)), None)


@contextlib.contextmanager
def around(home: Path, *, now: Callable[[], datetime]) -> Iterator[None]:
    """See to it that a round leaves a line however it ends; of one that was killed the next one writes it.

    The round's lock is held meanwhile, so what lies there at the beginning is of a round that is no more.
    """
    marker, begun = home / FOLDER / RUNNING, to_text(now())
    if (killed := _left_by_a_kill(marker)) is not None:
        note(home, f"killed={killed}", at=now())
    with contextlib.suppress(OSError):  # a disk that takes no log, as for `write`
        _put(marker, begun)
    try:
        yield
    except BaseException as error:
        note(home, f"failed={type(error).__name__} code={_code(error)} begun={begun}", at=now())
        raise
    finally:
        with contextlib.suppress(OSError):
            marker.unlink(missing_ok=True)


def _code(fault: BaseException) -> int:
    """The exit code that a run by itself has for it; a daemon that is told to stop ends with none."""
    match fault:
        case ArchiverError():
            return fault.code
        case KeyboardInterrupt():
            return INTERRUPTED
    return 1 if isinstance(fault, Exception) else 0


def _left_by_a_kill(marker: Path) -> str | None:
    """When a round began that never ended; None if there is none."""
    try:
        told = marker.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return told if TIME.fullmatch(told) else "unknown"


# --- the file --------------------------------------------------------------------------------


def _append(home: Path, text: str) -> None:
    path = home / FOLDER / FILE
    with contextlib.suppress(OSError), _turn(home):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | _BINARY, 0o600)
        try:
            full = os.lseek(handle, 0, os.SEEK_END) >= MOST_BYTES
            torn = _is_torn(handle)
            os.write(handle, b"\n" * torn + text.encode("ascii", "replace") + b"\n")
        finally:
            os.close(handle)
        if full:
            _put_aside(path)


@contextlib.contextmanager
def _turn(home: Path) -> Iterator[None]:
    """One program at a time; whoever holds it for long is not waited for: a line in a wrong order is no loss."""
    lock = FileLock(home / "log.lock", mode=0o600)
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=LONGEST_TURN)
    try:
        yield
    finally:
        lock.release()


def _is_torn(handle: int) -> bool:
    """Whether the last line was cut short, by a power cut or a full disk."""
    if os.lseek(handle, 0, os.SEEK_END) == 0:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"


def _put_aside(path: Path) -> None:
    """`archive.log` becomes `archive.log.1`, that becomes `.2` …, the last one goes."""
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, COPIES + 1))]
    for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
        if newer.exists():
            newer.replace(older)


def _put(marker: Path, text: str) -> None:
    marker.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(marker, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(text)
