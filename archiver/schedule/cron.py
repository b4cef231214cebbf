"""Adds our lines to the text of a crontab, removes and finds them.

Every line of ours ends with the job's name; all others stay as they are, byte for byte. We set no variable such as
MAILTO or PATH, which would hold for the lines below (crontab(5)).
"""

from __future__ import annotations

import re
import shlex
from datetime import datetime

from archiver.schedule.job import ScheduledJob

BEGIN = "# BEGIN (made by: archive init schedule; taken out by: archive init schedule --off) # "
END = "# END # "


READ_BY_SECOND = 5
"""The second of a minute by which a cron has read its tables: Debian's begins up to two seconds late."""


def reading_time_left(now: datetime) -> float:
    """Seconds to wait before the crontab is written, so that a cron is not just reading it.

    Debian's cron looks at its tables each full minute and compares times in whole seconds. A table that is replaced in
    the second in which it is read is not seen then, nor later, until it changes again.
    """
    second = (now.second + now.microsecond / 1_000_000 + 1) % 60
    return max(0.0, READ_BY_SECOND + 1 - second)


def line(job: ScheduledJob) -> str:
    """The entry: five fields and a command of `/bin/sh`, with `%` escaped, which would end the line."""
    return f"{_fields(job)} {shlex.join(job.command)} # {job.name}".replace("%", r"\%")


def block(job: ScheduledJob) -> str:
    """Our three lines."""
    return f"{BEGIN}{job.name}\n{line(job)}\n{END}{job.name}\n"


def install(table: str, job: ScheduledJob) -> str:
    """The crontab with our lines at its end, once."""
    others = remove(table, job.name)
    if others and not others.endswith("\n"):
        others += "\n"
    return others + block(job)


def remove(table: str, name: str) -> str:
    """The crontab without our lines, whatever somebody wrote between them."""
    return "".join(one for one in table.splitlines(keepends=True) if not _is_ours(one, name))


def find(table: str, name: str) -> str | None:
    """The entry that cron would run; None if there is none, or it is commented out."""
    found = [one for one in table.splitlines() if _is_ours(one, name) and not one.lstrip().startswith("#")]
    return found[0].strip() if found else None


def mail_address(table: str) -> str:
    """The address to which cron mails what jobs print, by the user's own line MAILTO; empty if there is none."""
    found = re.findall(r"(?m)^\s*MAILTO\s*=[ \t]*[\"']?([^\"'\n]*)", table)
    return found[-1].strip() if found else ""


def _is_ours(text: str, name: str) -> bool:
    return re.search(rf"# {re.escape(name)}\s*\Z", text) is not None


def _fields(job: ScheduledJob) -> str:
    """The five fields of time: each multiple of the interval, moved by the job's offset."""
    if job.minutes == 1:
        return "* * * * *"
    if job.minutes < 60:
        return f"{f'{job.offset}-59' if job.offset else '*'}/{job.minutes} * * * *"
    hours = job.minutes // 60
    return f"{job.offset} {'*' if hours == 1 else '0' if hours == 24 else f'*/{hours}'} * * *"
