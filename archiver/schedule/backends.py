"""Registers a job with a scheduler of this computer, removes it, and finds it, by rows of what is told to its program.

The texts they write come from `scheduler_texts`. A job that cannot be registered whole is not
left there in part.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.errors import SchedulerMissing, SchedulerRefused
from archiver.folder_sync import disk_errors
from archiver.schedule import scheduler_texts
from archiver.schedule.scheduler_texts import ScheduledJob
from archiver.settings.home import child_environ, config_folder, start_in_background

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


PROCESSES = Path("/proc")
"""proc(5); only Linux has it."""


CRONS = frozenset({"cron", "crond", "cronie", "fcron"})


def is_cron_running(processes: Path = PROCESSES) -> bool | None:
    """Whether a cron runs; None: unknown, as there is no list of processes or other users' are hidden."""
    if _process_name(processes / "1") is None:
        return None
    return any(_process_name(one) in CRONS for one in processes.iterdir() if one.name.isdigit())


def _process_name(process: Path) -> str | None:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has ended meanwhile, or may not be read
        return None


LONGEST_LINE = 990
"""Bytes of a command that cron takes (crontab(5) of Debian: 998)."""


class Cron:
    """The user's crontab, through the program `crontab`."""

    def is_usable(self) -> bool:
        """Whether `crontab` is installed; whether cron runs is not known here."""
        return is_installed("crontab")

    def install(self, job: ScheduledJob) -> None:
        """Add our lines at the end of the crontab."""
        if len(scheduler_texts.line(job).encode("utf-8", "surrogateescape")) > LONGEST_LINE:
            raise errors.SchedulerRefused(program="crontab", detail=_("the path of the archive is too long for it"))
        before = self._read()
        self._write(before, scheduler_texts.install(before, job))
        if scheduler_texts.find(self._read(), job.name) is None:
            raise errors.SchedulerRefused(program="crontab", detail=_("it did not keep the registered line"))

    def find(self, name: str) -> str | None:
        """The line that cron runs."""
        return scheduler_texts.find(self._read(), name)

    def remove(self, name: str) -> bool:
        """Remove our lines; a crontab that held nothing else is removed as a whole."""
        before = self._read()
        after = scheduler_texts.remove(before, name)
        self._write(before, after)
        return before != after

    def start(self, job: ScheduledJob) -> None:
        """Run the job's command with the environment that cron would give it (crontab(5))."""
        variables = {name: os.environ[name] for name in ("HOME", "LOGNAME") if name in os.environ}
        environ = {**variables, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
        try:
            start_in_background("/bin/sh", "-c", shlex.join(job.command), environ=environ)
        except OSError as error:
            raise SchedulerRefused(program="/bin/sh", detail=error.strerror or type(error).__name__) from error

    def mail_address(self) -> str:
        """Where cron mails what the jobs print; empty if the crontab names no address. Raises SchedulerRefused."""
        return scheduler_texts.mail_address(self._read())

    def _read(self) -> str:
        """The whole crontab. Raises SchedulerRefused if it cannot be read: then it is not written either."""
        result = run_program("crontab", "-l")
        if result.code and "no crontab" not in result.message.lower():
            raise errors.SchedulerRefused(program="crontab", detail=result.message or f"exit {result.code}")
        return "" if result.code else os.fsdecode(result.stdout)

    def _write(self, before: str, after: str) -> None:
        if after == before:
            return
        time.sleep(scheduler_texts.reading_time_left(datetime.now(UTC)))
        if after:
            require_success("crontab", "-", given=os.fsencode(after))
        else:
            require_success("crontab", "-r")


class FileScheduler(NamedTuple):
    """A scheduler that reads files of the user's, and what its program is told: `{name}` of the job, `{file}` of it.

    Its methods are those of every scheduler here; each may raise SchedulerMissing and SchedulerRefused.
    """

    program: str
    folder: Path
    texts: Mapping[str, Callable[[ScheduledJob], str]]
    """The ending of each file → its text."""
    begin: tuple[str, ...]
    end: str
    start_now: str
    probe: str = ""
    """What is answered where it can be used; empty: it can wherever its program is."""
    forget: str = ""

    def is_usable(self) -> bool:
        """Whether it runs for this user."""
        return is_installed(self.program) and not (self.probe and self._run(self.probe, "").code)

    def install(self, job: ScheduledJob) -> None:
        """Register the job in place of an earlier one of this archive."""
        if self.probe:
            self._require(self.probe, "")
        self._run(self.end, job.name)  # an earlier one; that there is none is no error
        try:
            for path, text in zip(self._paths(job.name), self.texts.values(), strict=True):
                with disk_errors(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text(job), encoding="utf-8", errors="surrogateescape", newline="\n")
            for words in self.begin:
                self._require(words, job.name)
        except errors.ArchiverError:
            with suppress(errors.ArchiverError):
                self.remove(job.name)
            raise

    def find(self, name: str) -> str | None:
        """The texts registered under a job's name, if all are there."""
        texts = [_read_text(path) for path in self._paths(name)]
        return "\n".join(text for text in texts if text) if all(texts) else None

    def remove(self, name: str) -> bool:
        """Remove the job and return whether there was one, also where its program is gone."""
        paths = self._paths(name)
        if not any(path.exists() for path in paths):
            return False
        with suppress(SchedulerMissing):
            self._run(self.end, name)
        for path in paths:
            with disk_errors(path):
                path.unlink(missing_ok=True)
        if self.forget and is_installed(self.program):
            self._run(self.forget, name)
        return True

    def start(self, job: ScheduledJob) -> None:
        """Begin one run of the registered job now, without waiting for its end."""
        self._require(self.start_now, job.name)

    def _paths(self, name: str) -> list[Path]:
        return [self.folder / f"{name}.{ending}" for ending in self.texts]

    def _words(self, words: str, name: str) -> list[str]:
        return [word.format(name=name, file=self._paths(name)[0]) for word in words.split()]

    def _run(self, words: str, name: str) -> CommandResult:
        return run_program(self.program, *self._words(words, name))

    def _require(self, words: str, name: str) -> None:
        require_success(self.program, *self._words(words, name))


def systemd(environ: Mapping[str, str]) -> FileScheduler:
    """The systemd of the user (not of the system)."""
    return FileScheduler(
        program="systemctl",
        folder=config_folder(environ) / "systemd" / "user",
        texts={"timer": scheduler_texts.timer, "service": scheduler_texts.service},
        begin=("--user daemon-reload", "--user enable {name}.timer", "--user restart {name}.timer"),
        end="--user disable --now {name}.timer",
        start_now="--user start --no-block {name}.service",
        probe="--user show-environment",
        forget="--user daemon-reload",
    )


def launchd() -> FileScheduler:
    """The agents of the user on macOS."""
    domain = f"gui/{getattr(os, 'getuid', int)()}"
    return FileScheduler(
        program="launchctl",
        folder=Path.home() / "Library" / "LaunchAgents",
        texts={"plist": scheduler_texts.plist},
        begin=(f"bootstrap {domain} {{file}}",),
        end=f"bootout {domain}/{{name}}",
        start_now=f"kickstart {domain}/{{name}}",
    )


class Windows:
    """The Task Scheduler of Windows, through `schtasks`."""

    def is_usable(self) -> bool:
        """Whether this is Windows."""
        return is_installed("schtasks")

    def install(self, job: ScheduledJob) -> None:
        """Register the XML, in place of an earlier task of the same name."""
        with tempfile.TemporaryDirectory(prefix="archive-task-") as folder:
            path = Path(folder) / "task.xml"
            path.write_bytes(scheduler_texts.task(job).replace("\n", "\r\n").encode("utf-16"))
            require_success("schtasks", "/Create", "/TN", job.name, "/XML", str(path), "/F")

    def find(self, name: str) -> str | None:
        """The task's XML as the Task Scheduler gives it."""
        result = run_program("schtasks", "/Query", "/TN", name, "/XML")
        return None if result.code else _decode(result.stdout)

    def remove(self, name: str) -> bool:
        """Delete the task."""
        if self.find(name) is None:
            return False
        require_success("schtasks", "/Delete", "/TN", name, "/F")
        return True

    def start(self, job: ScheduledJob) -> None:
        """Run the task once."""
        require_success("schtasks", "/Run", "/TN", job.name)


def _decode(data: bytes) -> str:
    """Decode the output of a Windows program: UTF-16 with a mark, else a code page of which ASCII is enough."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None


Backend = Cron | FileScheduler | Windows
