"""Runs the programs by which a computer's own schedulers are spoken to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from archiver.errors import SchedulerMissing, SchedulerRefused

_PATIENCE = 60
"""Seconds that one call may take."""


class CommandResult(NamedTuple):
    """What a call came to; what was said on stderr as one line."""

    code: int
    out: bytes
    said: str


def is_there(program: str) -> bool:
    """Whether the program is found here."""
    return shutil.which(program) is not None


def call(program: str, *arguments: str, given: bytes = b"") -> CommandResult:
    """Run it, in English. Raises SchedulerMissing, SchedulerRefused (it did not end in time, or cannot be run)."""
    path = shutil.which(program)
    if path is None:
        raise SchedulerMissing(program=program)
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, arguments of ours
            [path, *arguments],
            input=given,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SchedulerRefused(program=program, detail=type(error).__name__) from error
    said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())
    return CommandResult(done.returncode, done.stdout, said[:300])


def must(program: str, *arguments: str, given: bytes = b"") -> CommandResult:
    """As `call`, but a code other than 0 raises SchedulerRefused too."""
    done = call(program, *arguments, given=given)
    if done.code:
        raise SchedulerRefused(program=program, detail=done.said or f"exit {done.code}")
    return done


def begin(*command: str, environ: Mapping[str, str]) -> None:
    """Run a command in the background with this environment alone. Raises SchedulerRefused if it cannot be begun."""
    try:
        subprocess.Popen(  # noqa: S603 - arguments of ours
            command,
            env=dict(environ),
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
