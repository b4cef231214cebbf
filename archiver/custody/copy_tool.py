"""Runs the user's own program on a finished copy of the archive, such as restic or rclone, and remembers how it ended.

No such program is part of ours: what people trust with their backups they have already. It never gets the API token.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import ngettext
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from archiver import errors
from archiver.custody.process_group import ProcessGroup
from archiver.settings.model import Settings
from archiver.settings.notify_urls import environ_without_secrets
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import CopyToolRun

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
        return _restic_error(document)
    names = ("snapshot_id", "files_new", "files_changed", "data_added")
    return _printable(" ".join(f"{name}={document[name]}" for name in names if name in document))[:_SUMMARY_LENGTH]


def _restic_error(document: Mapping[str, object]) -> str:
    """The sentence of an `error` or `exit_error`; empty if there is none."""
    inner = document.get("error")
    message = document.get("message", inner.get("message") if isinstance(inner, dict) else None)
    return _printable(message)[:_SUMMARY_LENGTH] if isinstance(message, str) else ""


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _run(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], step: Callable[[], None], longest: timedelta
) -> tuple[int | None, str]:
    """The program's exit code, None if it did not end by itself, and the end of what it printed."""
    arguments = [one.replace(COPY, str(folder)) for one in command]
    with TemporaryFile() as printed, ProcessGroup.ended_by_signals() as group:
        try:
            group.start(arguments, cwd=_work_folder(folder), environ=environ, printed=printed)
        except (OSError, ValueError) as error:
            return None, getattr(error, "strerror", None) or str(error)
        code = _wait(group, step, longest)
        return code, _tail(printed) if code is not None else _too_long(longest)


def _work_folder(copy: Path) -> Path:
    """The user's home folder, so that a relative path in the settings means what it means in a new terminal."""
    with suppress(RuntimeError):
        if (home := Path.home()).is_dir():
            return home
    return copy.parent


def _wait(group: ProcessGroup, step: Callable[[], None], longest: timedelta) -> int | None:
    """Wait for the end; a program that takes too long, or whose waiting is broken off, is ended with its children."""
    until = time.monotonic() + longest.total_seconds()
    while (code := group.wait(POLL_SECONDS)) is None and time.monotonic() < until:
        step()
    return code


def _too_long(longest: timedelta) -> str:
    minutes = round(longest.total_seconds() / 60)
    return ngettext("ended after {n} minute", "ended after {n} minutes", minutes).format(n=minutes)


def _tail(printed: IO[bytes]) -> str:
    printed.seek(0, 2)
    printed.seek(max(0, printed.tell() - _TAIL_BYTES))
    return printed.read().decode("utf-8", "replace")
