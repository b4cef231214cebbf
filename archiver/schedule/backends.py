"""Puts a job into a scheduler of this computer, takes it out again, and looks whether it is there.

One class for each scheduler, all with the same functions; what is written there is made by `cron`, `systemd`,
`launchd` and `windows`. What could not be registered whole is not left there in part.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path
from typing import Protocol

from archiver import errors
from archiver.schedule import cron, launchd, systemd, windows
from archiver.schedule.commands import begin, call, is_there, must
from archiver.schedule.job import ScheduledJob
from archiver.store.disk import storage_error

LONGEST_LINE = 990
"""Bytes of a command that cron takes (crontab(5) of Debian: 998)."""


class Backend(Protocol):
    """One scheduler."""

    def usable(self) -> bool:
        """Whether it can be spoken to here and now."""

    def install(self, job: ScheduledJob) -> None:
        """Register the job, in place of an earlier one of this archive. Raises SchedulerMissing, SchedulerRefused."""

    def find(self, name: str) -> str | None:
        """What is registered there under a job's name, as it lies there; None: nothing. Raises as `install`."""

    def remove(self, name: str) -> bool:
        """Take the job out; whether there was one. Raises as `install`."""

    def start(self, job: ScheduledJob) -> None:
        """Begin one run of the registered job now, without waiting for its end. Raises as `install`."""


class Cron:
    """The user's crontab, through the program `crontab`."""

    def usable(self) -> bool:
        """Whether there is such a program; that its daemon runs cannot be known."""
        return is_there("crontab")

    def install(self, job: ScheduledJob) -> None:
        """Add our lines at the foot."""
        if len(cron.line(job).encode("utf-8", "surrogateescape")) > LONGEST_LINE:
            raise errors.SchedulerRefused(program="crontab", detail=_("the path of the archive is too long for it"))
        before = self._read()
        self._write(before, cron.install(before, job))
        if cron.find(self._read(), job.name) is None:
            raise errors.SchedulerRefused(program="crontab", detail=_("it did not keep the line"))

    def find(self, name: str) -> str | None:
        """The line that cron runs."""
        return cron.find(self._read(), name)

    def remove(self, name: str) -> bool:
        """Take our lines out; a crontab that held nothing else goes as a whole."""
        before = self._read()
        after = cron.remove(before, name)
        self._write(before, after)
        return before != after

    def start(self, job: ScheduledJob) -> None:
        """Cron starts nothing on demand: what it would run, with the little it gives a job (crontab(5))."""
        given = {name: os.environ[name] for name in ("HOME", "LOGNAME") if name in os.environ}
        begin("/bin/sh", "-c", shlex.join(job.command), environ={**given, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"})

    def _read(self) -> str:
        """The whole crontab. Raises SchedulerRefused if it cannot be read: then it is not written either."""
        told = call("crontab", "-l")
        if told.code and "no crontab" not in told.said.lower():
            raise errors.SchedulerRefused(program="crontab", detail=told.said or f"exit {told.code}")
        return "" if told.code else os.fsdecode(told.out)

    def _write(self, before: str, after: str) -> None:
        if after == before:
            return
        if after:
            must("crontab", "-", given=os.fsencode(after))
        else:
            must("crontab", "-r")


class Systemd:
    """The systemd of the user (not of the system): two files, and `systemctl --user`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        base = environ.get("XDG_CONFIG_HOME") or ""
        self.folder = (Path(base) if base.startswith("/") else Path.home() / ".config") / "systemd" / "user"

    def usable(self) -> bool:
        """Whether a systemd runs for this user."""
        return is_there("systemctl") and not call("systemctl", "--user", "show-environment").code

    def install(self, job: ScheduledJob) -> None:
        """Write both files and start the timer, now and at each log-in."""
        must("systemctl", "--user", "show-environment")
        try:
            for name, text in systemd.files(job).items():
                _write(self.folder / name, text)
            must("systemctl", "--user", "daemon-reload")
            must("systemctl", "--user", "enable", f"{job.name}.timer")
            must("systemctl", "--user", "restart", f"{job.name}.timer")
        except errors.ArchiverError:
            with suppress(errors.ArchiverError):
                self.remove(job.name)
            raise

    def find(self, name: str) -> str | None:
        """Both files, if both are there."""
        texts = [_text(self.folder / f"{name}.{end}") for end in ("timer", "service")]
        return "\n".join(text for text in texts if text) if all(texts) else None

    def remove(self, name: str) -> bool:
        """Stop the timer and take both files away; also where no systemd runs any more."""
        paths = [self.folder / f"{name}.{end}" for end in ("timer", "service")]
        if not any(path.exists() for path in paths):
            return False
        if is_there("systemctl"):
            call("systemctl", "--user", "disable", "--now", f"{name}.timer")
        for path in paths:
            _unlink(path)
        if is_there("systemctl"):
            call("systemctl", "--user", "daemon-reload")
        return True

    def start(self, job: ScheduledJob) -> None:
        """The service, once."""
        must("systemctl", "--user", "start", "--no-block", f"{job.name}.service")


class Launchd:
    """An agent of the user on macOS: one file, and `launchctl`."""

    def __init__(self) -> None:
        self.folder = Path.home() / "Library" / "LaunchAgents"

    def usable(self) -> bool:
        """Whether this is a mac."""
        return is_there("launchctl")

    def install(self, job: ScheduledJob) -> None:
        """Write the file and load it anew."""
        if not is_there("launchctl"):
            raise errors.SchedulerMissing(program="launchctl")
        path = self.folder / launchd.file(job)
        call("launchctl", "bootout", f"{_domain()}/{job.name}")  # an earlier one; that there is none is no fault
        _write(path, launchd.plist(job))
        try:
            must("launchctl", "bootstrap", _domain(), str(path))
        except errors.ArchiverError:
            _unlink(path)
            raise

    def find(self, name: str) -> str | None:
        """The file."""
        return _text(self.folder / f"{name}.plist")

    def remove(self, name: str) -> bool:
        """Unload it and take the file away."""
        path = self.folder / f"{name}.plist"
        if not path.exists():
            return False
        if is_there("launchctl"):
            call("launchctl", "bootout", f"{_domain()}/{name}")
        _unlink(path)
        return True

    def start(self, job: ScheduledJob) -> None:
        """The agent, once."""
        must("launchctl", "kickstart", f"{_domain()}/{job.name}")


class Windows:
    """The Task Scheduler of Windows, through `schtasks`."""

    def usable(self) -> bool:
        """Whether this is Windows."""
        return is_there("schtasks")

    def install(self, job: ScheduledJob) -> None:
        """Register the XML, in place of an earlier task of the same name."""
        with tempfile.TemporaryDirectory(prefix="archive-task-") as folder:
            path = Path(folder) / "task.xml"
            path.write_bytes(windows.task(job).replace("\n", "\r\n").encode("utf-16"))
            must("schtasks", "/Create", "/TN", job.name, "/XML", str(path), "/F")

    def find(self, name: str) -> str | None:
        """The task's XML as the Task Scheduler gives it."""
        told = call("schtasks", "/Query", "/TN", name, "/XML")
        return None if told.code else _decoded(told.out)

    def remove(self, name: str) -> bool:
        """Delete the task."""
        if self.find(name) is None:
            return False
        must("schtasks", "/Delete", "/TN", name, "/F")
        return True

    def start(self, job: ScheduledJob) -> None:
        """The task, once."""
        must("schtasks", "/Run", "/TN", job.name)


def _decoded(data: bytes) -> str:
    """What a program of Windows prints: UTF-16 where it says so, else a code page whose ASCII is enough for us."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _domain() -> str:
    return f"gui/{os.getuid()}"  # type: ignore[attr-defined,unused-ignore]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError as error:
        raise storage_error(error, path) from error


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error
