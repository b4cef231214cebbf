"""The job that a system's scheduler starts: which command, for which home, how often.

The token is never part of it: a scheduled run reads the token where the settings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePath

NAME = "chatwork-archiver"

MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Intervals in minutes that every scheduler can keep: they divide an hour or a day."""

RUN_SHARE = 0.8
"""Share of the interval that a run may take, so that it ends before the next one begins."""


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """The scheduled job of one archive."""

    program: tuple[str, ...]
    """What starts `archive`, the first part as an absolute path: a scheduler's PATH is short."""
    home: PurePath
    """Absolute; named on the command line, as a scheduler knows no ARCHIVE_HOME."""
    minutes: int = 5
    """One of `MINUTES`."""
    language: str | None = None
    """Given on the command line if the job would otherwise speak another language than the user."""
    user: str = ""
    """On Windows the user that the job runs as, `DOMAIN\\name`."""

    @property
    def name(self) -> str:
        """The job's name in the scheduler, one for each home, so that two archives do not collide."""
        return f"{NAME}-{sha256(str(self.home).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"

    @property
    def offset(self) -> int:
        """The minute of the interval at which it runs, so that not everybody asks Chatwork at the full hour."""
        return int(self.name[-8:], 16) % min(self.minutes, 60)

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command line, with `-q`, so that only what needs the user is printed (cron mails it)."""
        language = ("--lang", self.language) if self.language else ()
        seconds = max(30, int(self.minutes * 60 * RUN_SHARE))
        return (*self.program, "--home", str(self.home), *language, "-q", "sync", "--max-seconds", str(seconds))


def pace(every: timedelta) -> int:
    """The longest interval of `MINUTES` that is not longer than `every`; at least one minute."""
    minutes_wanted = every / timedelta(minutes=1)
    return max((minutes for minutes in MINUTES if minutes <= minutes_wanted), default=MINUTES[0])
