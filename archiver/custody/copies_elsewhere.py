"""Copies elsewhere: by the user's own program, such as restic, and to the folders of `[exports] also_to`.

No such program is part of ours: what people trust with their backups they have already. It never gets the API token.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import ngettext
from pathlib import Path
from tempfile import TemporaryFile

from archiver import errors
from archiver.folder_sync import sync_where_possible
from archiver.settings.home import child_environ
from archiver.settings.model import Settings
from archiver.settings.token import environ_without_secrets
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.durable_files import sync_file
from archiver.store.erasure import records
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import CopyToolRun

GRACE_SECONDS = 2.0
"""So long the programs may tidy up, such as a lock in a repository; shorter than the daemon's own time to end."""


def _exit_code(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """Wait so long for a program's end; its exit code, None: it still runs."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(seconds)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with its children, if it runs: first asked, then by force."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]  # with its children (/T)
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, env=child_environ(), capture_output=True, timeout=10, check=False)  # noqa: S603 - a part of Windows
    else:
        _signal(process, signal.SIGTERM)
        _exit_code(process, GRACE_SECONDS)
        _signal(process, signal.SIGKILL)
    process.kill()
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(OSError):  # all of them have ended
        os.killpg(process.pid, number)


COPY = "{copy}"
"""Stands for the copy's folder in an argument."""

LONGEST = timedelta(hours=12)
"""A program that has not ended after so long is ended, where nothing waits for it."""

LONGEST_IN_A_RUN = timedelta(minutes=15)
"""The same within a scheduler's run: until it ends, nothing is saved."""

POLL_SECONDS = 0.5
_TAIL_BYTES = 64 * 1024
_SUMMARY_LENGTH = 200


class ToolOutcome(StrEnum):
    """What an exit code means; restic's are told in its manual, "Exit codes" of the chapter on scripting."""

    GOOD = "good"
    INCOMPLETE = "incomplete"
    """restic's 3: a snapshot was made, and some of the files could not be read."""
    FAILED = "failed"


def outcome(run: CopyToolRun) -> ToolOutcome:
    """What the exit code of a run means: 0 good, restic's 3 incomplete, anything else failed."""
    if run.code == 0:
        return ToolOutcome.GOOD
    is_restic = run.program.lower().removesuffix(".exe") == "restic"
    return ToolOutcome.INCOMPLETE if is_restic and run.code == 3 else ToolOutcome.FAILED


def run_and_remember(
    archive: Archive,
    settings: Settings,
    folder: Path,
    environ: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    step: Callable[[], None] = lambda: None,
    longest: timedelta = LONGEST,
) -> CopyToolRun | None:
    """Run `[backup] after` on the copy in this folder and remember its end; None: no program is set.

    `step` is called twice a second and may raise to end the program.
    """
    if not settings.backup.after:
        return None
    code, output = _run(settings.backup.after, folder, environ_without_secrets(settings, environ), step, longest)
    run = CopyToolRun(now(), Path(settings.backup.after[0]).name, code, summary(output))
    fault = outcome(run)
    with suppress(errors.StorageError), archive.writing() as writing:
        remembered_values.LAST_COPY_TOOL.remember(writing, run)
        remembered_values.COPY_FAULT.remember(writing, None if fault is ToolOutcome.GOOD else fault)
    return run


def summary(output: str) -> str:
    """The last line that was printed; of restic's JSON the snapshot and how much it added, or its error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if not lines:
        return ""
    return _restic_summary(lines[-1]) or _printable(lines[-1])[:_SUMMARY_LENGTH]


def _restic_summary(line: str) -> str:
    """What the last JSON line of `restic backup --json` says (restic's manual, "JSON output"); empty: nothing known."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    if document.get("message_type") != "summary":
        inner = document.get("error")
        message = document.get("message", inner.get("message") if isinstance(inner, dict) else None)
        return _printable(message)[:_SUMMARY_LENGTH] if isinstance(message, str) else ""
    names = ("snapshot_id", "files_new", "files_changed", "data_added")
    return _printable(" ".join(f"{name}={document[name]}" for name in names if name in document))[:_SUMMARY_LENGTH]


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _run(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], step: Callable[[], None], longest: timedelta
) -> tuple[int | None, str]:
    """The program's exit code, None if it did not end by itself, and the end of what it printed.

    It has a session of its own (POSIX), so that one signal reaches its children too. One that takes too long, or whose
    waiting is broken off, is ended with its children; one whose waiter is killed goes on to its own end.
    """
    arguments, until = [one.replace(COPY, str(folder)) for one in command], time.monotonic() + longest.total_seconds()
    with TemporaryFile() as printed:
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own settings name it
                arguments,
                cwd=_work_folder(folder),
                env=child_environ(environ),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return None, getattr(error, "strerror", None) or str(error)
        try:
            while (code := _exit_code(process, POLL_SECONDS)) is None and time.monotonic() < until:
                step()
        finally:
            _end(process)
        if code is not None:
            printed.seek(0, 2)
            printed.seek(max(0, printed.tell() - _TAIL_BYTES))
            return code, printed.read().decode("utf-8", "replace")
    n = round(longest.total_seconds() / 60)
    return None, ngettext("ended after {n} minute", "ended after {n} minutes", n).format(n=n)


def _work_folder(copy: Path) -> Path:
    """The user's home folder, so that a relative path in the settings means what it means in a new terminal."""
    with suppress(RuntimeError):
        if (home := Path.home()).is_dir():
            return home
    return copy.parent


PARTIAL = ".partial"
"""The ending of a file that is being copied."""

ROOTS_SUFFIX = ".pem"
"""The ending of the files with the authorities' root certificates, beside the seals."""


def copy_to_folders(home: Path, folders: tuple[Path, ...]) -> dict[Path, str | None]:
    """Copy daily copies, seals, stamps, roots and notes of erasures to each folder, if they are not there yet.

    The folders that did not get them are returned, each with the message of the operating system (None: there is no
    such folder): the next round tries again.
    """
    failures: dict[Path, str | None] = {}
    for folder in folders:
        if not folder.is_dir():
            failures[folder] = None
            continue
        try:
            for source in _files_to_copy(home):
                _copy_file(source, folder / source.relative_to(home))
        except OSError as error:
            failures[folder] = error.strerror or str(error)
    return failures


def _files_to_copy(home: Path) -> Iterator[Path]:
    yield from sorted(home.glob("daily/*/*.zip"))
    yield from sorted(path for path in (home / seals.FOLDER).glob("*-*.json*") if path.suffix != ".new")
    yield from sorted((home / seals.FOLDER).glob(f"*{ROOTS_SUFFIX}"))
    yield from sorted((home / records.FOLDER).glob("*.json"))


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file under a temporary name and rename it; only grown root files replace existing ones. Raises OSError.

    It is on the disk before it has its name, as what has it is never copied again.
    """
    if target.exists() and not (source.suffix == ROOTS_SUFFIX and _has_grown(source, target)):
        return
    made = [path for path in target.parents if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    try:
        shutil.copyfile(source, partial)
        sync_file(partial)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    for folder in (target.parent, *(path.parent for path in made)):
        sync_where_possible(folder)


def _has_grown(source: Path, target: Path) -> bool:
    """Whether the source is the target with more appended, such as a root that was pinned later."""
    before, now = target.read_bytes(), source.read_bytes()
    return before != now and now.startswith(before)
