"""The job that a system's scheduler starts, as a value: which command, for which home, how often.

Pure. The token is never part of it: a scheduled run finds it where the settings say, or says that it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePath

NAME = "chatwork-archiver"

MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Paces that every scheduler can keep: they divide an hour or a day."""

PART = 0.8
"""How much of the pace a run may take, so that it has ended before the next one begins."""


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One archive's job."""

    program: tuple[str, ...]
    """What starts `archive`, the first part as an absolute path: a scheduler's PATH is short."""
    home: PurePath
    """Absolute; named on the command line, as a scheduler knows no ARCHIVE_HOME."""
    minutes: int = 5
    """One of `MINUTES`."""
    language: str | None = None
    """Given on the command line if the job would otherwise speak another language than the user."""
    user: str = ""
    """Windows alone: `DOMAIN\\name` of whom it runs as."""

    @property
    def name(self) -> str:
        """Under which the scheduler knows it: one for each home, so that two archives do not meet."""
        return f"{NAME}-{sha256(str(self.home).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"

    @property
    def offset(self) -> int:
        """At which minute of its pace it runs, so that not all the world asks Chatwork at the full hour."""
        return int(self.name[-8:], 16) % min(self.minutes, 60)

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command line: quiet, so that only what needs the user is said (cron mails it)."""
        spoken = ("--lang", self.language) if self.language else ()
        seconds = max(30, int(self.minutes * 60 * PART))
        return (*self.program, "--home", str(self.home), *spoken, "-q", "sync", "--max-seconds", str(seconds))


def pace(every: timedelta) -> int:
    """The longest pace in minutes that schedulers keep and that is not longer than `every`; at least one minute."""
    wanted = every / timedelta(minutes=1)
    return max((minutes for minutes in MINUTES if minutes <= wanted), default=MINUTES[0])
