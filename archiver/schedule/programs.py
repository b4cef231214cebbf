"""Runs the command-line programs of a computer's schedulers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from archiver.errors import SchedulerMissing, SchedulerRefused
from archiver.settings.child_environ import child_environ

_PATIENCE = 60
"""Seconds that one call may take."""


class CommandResult(NamedTuple):
    """The result of a program: its exit code, its output, and its errors as one line."""

    code: int
    stdout: bytes
    message: str


def is_installed(program: str) -> bool:
    """Whether the program is found in PATH."""
    return shutil.which(program) is not None


def run_program(program: str, *arguments: str, given: bytes = b"") -> CommandResult:
    """Run a program, in English. Raises SchedulerMissing, SchedulerRefused (not ended in time, or cannot be run)."""
    path = shutil.which(program)
    if path is None:
        raise SchedulerMissing(program=program)
    try:
        completed = subprocess.run(  # noqa: S603 - a program of the system, arguments of ours
            [path, *arguments],
            input=given,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env=child_environ() | {"LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SchedulerRefused(program=program, detail=type(error).__name__) from error
    message = " ".join((completed.stderr or completed.stdout).decode("utf-8", "replace").split())
    return CommandResult(completed.returncode, completed.stdout, message[:300])


def require_success(program: str, *arguments: str, given: bytes = b"") -> CommandResult:
    """As `run_program`, but a code other than 0 raises SchedulerRefused too."""
    result = run_program(program, *arguments, given=given)
    if result.code:
        raise SchedulerRefused(program=program, detail=result.message or f"exit {result.code}")
    return result


def start_in_background(*command: str, environ: Mapping[str, str]) -> None:
    """Run a command in the background with this environment alone. Raises SchedulerRefused if it cannot be begun."""
    try:
        subprocess.Popen(  # noqa: S603 - arguments of ours
            command,
            env=child_environ(environ),
            cwd=environ.get("HOME"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise SchedulerRefused(program=command[0], detail=error.strerror or type(error).__name__) from error


PROCESSES = Path("/proc")
"""proc(5); only Linux has it."""


CRONS = frozenset({"cron", "crond", "cronie", "fcron"})


def is_cron_running(processes: Path = PROCESSES) -> bool | None:
    """Whether a cron runs; None: unknown, as there is no list of processes or other users' are hidden."""
    if _process_name(processes / "1") is None:
        return None
    return not CRONS.isdisjoint(_process_names(processes))


def _process_names(processes: Path) -> Iterator[str]:
    for process in processes.iterdir():
        if process.name.isdigit() and (name := _process_name(process)) is not None:
            yield name


def _process_name(process: Path) -> str | None:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has ended meanwhile, or may not be read
        return None
