"""Writes the log `logs/archive.log`: one line a round, ids and counts, never a name or a text of a message.

Each line is a time and `key=value` pairs, as docs/reference/log.md lists them. Several programs may write: each line is
appended by one call, and a full file is put aside by one program at a time.
"""

from __future__ import annotations

import contextlib
import os
import re
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archiver.errors import ArchiverError
from archiver.store.time_text import from_text, to_text
from archiver.sync.report import SyncReport

FOLDER = "logs"
FILE = "archive.log"
RUNNING = "round"
"""Name of the marker file that exists while a round runs, and holds the time when it began."""

SIZE_LIMIT_BYTES = 1_000_000
COPIES = 5

COUNTS = ("new", "edited", "deleted", "missing", "files_saved", "files_pending", "files_lost", "tasks_new")
INTERRUPTED = 130
LOCK_TIMEOUT_SECONDS = 2.0
"""How long another program's writing is waited for."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_OUTCOME = re.compile(rf"({TIME.pattern}) (requests|failed)=(?!.* code=(?:0|130) )(\w+)")
"""A round that ended; one that was told to stop has not failed."""
_TAIL_BYTES = 16_000
"""Bytes at the end of the log in which the last failure is looked for."""
_BINARY = getattr(os, "O_BINARY", 0)


def write(home: Path, report: SyncReport) -> None:
    """Append the round's line; a disk that takes no log must not fail a round that has saved messages."""
    _append(home, round_line(report))


def round_line(report: SyncReport) -> str:
    """The round's line: `2026-11-24T13:31:05.123Z requests=11 complete=yes new=3 …` and reported troubles."""
    counts = " ".join(f"{name}={sum(getattr(room, name) for room in report.rooms)}" for name in COUNTS)
    complete = "yes" if report.complete else "no"
    text = f"{to_text(report.finished_at or report.started_at)} requests={report.requests} complete={complete} {counts}"
    return f"{text} reported={','.join(report.reported)}" if report.reported else text


def note(home: Path, text: str, *, at: datetime, file: str = FILE) -> None:
    """Append a line of pairs: ids, counts and names of errors, as in `round_line`."""
    _append(home, f"{to_text(at)} {text}", file)


def last_failure(home: Path) -> datetime | None:
    """When a round last failed, as far as the end of the log tells."""
    return next((at for at, error in last_rounds(home) if error), None)


def last_rounds(home: Path) -> Iterator[tuple[datetime, str]]:
    """When each round ended that the end of the log tells of, the newest first, and the name of its error, if any."""
    try:
        with (home / FOLDER / FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().decode("ascii", "replace").splitlines()
    except OSError:
        return
    for line in reversed(lines):
        if outcome := _OUTCOME.match(line):
            yield from_text(outcome[1]), outcome[3] if outcome[2] == "failed" else ""


def round_counts(home: Path, *, since: datetime, until: datetime) -> tuple[int, int]:
    """How many rounds of a period went through and how many failed, as far as the log and the one before it tell."""
    begin, end, counts = to_text(since), to_text(until), [0, 0]
    for path in (home / FOLDER / FILE, home / FOLDER / f"{FILE}.1"):
        with contextlib.suppress(OSError):
            for line in path.read_text(encoding="ascii", errors="replace").splitlines():
                outcome = _OUTCOME.match(line)
                if outcome and begin < outcome[1] <= end:
                    counts[outcome[2] == "failed"] += 1
    return counts[0], counts[1]


def begun_at(home: Path) -> datetime | None:
    """When the round began that runs now; None: none does, or it does not say."""
    begun = _killed_at(home / FOLDER / RUNNING)
    return from_text(begun) if begun is not None and TIME.fullmatch(begun) else None


@contextlib.contextmanager
def log_round_end(home: Path, *, now: Callable[[], datetime]) -> Iterator[None]:
    """Log a failed round within this context; if it is killed, the next round logs that.

    The caller holds the round lock, so a marker found at the beginning is that of a killed round.
    """
    marker, begun = home / FOLDER / RUNNING, to_text(now())
    if (killed_at := _killed_at(marker)) is not None:
        note(home, f"killed={killed_at}", at=now())
    with contextlib.suppress(OSError):  # a disk that takes no log, as for `write`
        marker.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(marker, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(begun)
    try:
        yield
    except BaseException as error:
        note(home, f"failed={type(error).__name__} code={_exit_code(error)} begun={begun}", at=now())
        raise
    finally:
        with contextlib.suppress(OSError):
            marker.unlink(missing_ok=True)


def _exit_code(error: BaseException) -> int:
    """The exit code of a command that this error ends; 0 for a daemon that is told to stop."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return error.code if isinstance(error, ArchiverError) else int(isinstance(error, Exception))


def _killed_at(marker: Path) -> str | None:
    """When the round began that was killed; None: none was."""
    try:
        begun = marker.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return begun if TIME.fullmatch(begun) else "unknown"


# --- the file --------------------------------------------------------------------------------


def _append(home: Path, text: str, file: str = FILE) -> None:
    path = home / FOLDER / file
    if not home.is_dir():  # a lock would make the folder of a home that was moved away anew
        return
    with contextlib.suppress(OSError), _hold_log_lock(home):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | _BINARY, 0o600)
        try:
            full = os.lseek(handle, 0, os.SEEK_END) >= SIZE_LIMIT_BYTES
            torn = _is_torn(handle)
            os.write(handle, b"\n" * torn + text.encode("ascii", "replace") + b"\n")
        finally:
            os.close(handle)
        if full:
            _put_aside(path)


@contextlib.contextmanager
def _hold_log_lock(home: Path) -> Iterator[None]:
    """Hold the log's lock, or go on without it after a while: lines in a wrong order are no loss."""
    lock = FileLock(home / "log.lock", mode=0o600)
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=LOCK_TIMEOUT_SECONDS)
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
    """Rename `archive.log` to `archive.log.1`, that to `.2` and so on; the last one is dropped."""
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, COPIES + 1))]
    for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
        if newer.exists():
            newer.replace(older)


# --- a fault of this program: its class and where it arose, without a word of what it was about -----

PACKAGE = "archiver"
MOST_PLACES = 12
"""So many calls, the last ones, tell where it arose."""


def note_bug(home: Path, error: BaseException, *, at: datetime) -> Path:
    """Append a line `bug=KeyError at=archiver.web.home:31,...`, the outermost call first; return the log's path.

    The error's own text is left out: it may hold names or what somebody wrote.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
    places = [f"{_module(Path(one.filename))}:{one.lineno}" for one in frames]
    note(home, f"bug={type(error).__name__} at={','.join(places) or '-'}", at=at)
    return home / FOLDER / FILE


def _module(path: Path) -> str:
    """`archiver.web.home`, or `json.decoder.py` of another: never the folders of this computer."""
    parts = path.with_suffix("").parts
    if PACKAGE not in parts:
        return "".join(path.name.split())
    begin = len(parts) - 1 - parts[::-1].index(PACKAGE)
    return ".".join(parts[begin:])
