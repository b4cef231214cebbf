"""A crontab with and without our lines: text in, text out.

Every line that is ours ends with the job's name; all others stay as they are, byte for byte. Nothing is set there
that would hold for the lines below, such as MAILTO or PATH (crontab(5)).
"""

from __future__ import annotations

import re
import shlex

from archiver.schedule.job import ScheduledJob

BEGIN = "# BEGIN (made by: archive schedule install; taken out by: archive schedule remove) # "
END = "# END # "


def line(job: ScheduledJob) -> str:
    """The entry: five fields, and a command of `/bin/sh` in which `%` would end the line if it were not escaped."""
    return f"{_fields(job)} {shlex.join(job.command)} # {job.name}".replace("%", r"\%")


def block(job: ScheduledJob) -> str:
    """Our lines, each with its end of line."""
    return f"{BEGIN}{job.name}\n{line(job)}\n{END}{job.name}\n"


def install(table: str, job: ScheduledJob) -> str:
    """The crontab with our lines at its foot, once."""
    others = remove(table, job.name)
    if others and not others.endswith("\n"):
        others += "\n"
    return others + block(job)


def remove(table: str, name: str) -> str:
    """The crontab without our lines, whatever somebody wrote between them."""
    return "".join(one for one in table.splitlines(keepends=True) if not _is_ours(one, name))


def find(table: str, name: str) -> str | None:
    """The entry that cron would run; None if there is none, or it was made a comment."""
    found = [one for one in table.splitlines() if _is_ours(one, name) and not one.lstrip().startswith("#")]
    return found[0].strip() if found else None


def _is_ours(text: str, name: str) -> bool:
    return re.search(rf"# {re.escape(name)}\s*\Z", text) is not None


def _fields(job: ScheduledJob) -> str:
    """At each multiple of the pace, moved by the job's own offset."""
    if job.minutes == 1:
        return "* * * * *"
    if job.minutes < 60:
        return f"{f'{job.offset}-59' if job.offset else '*'}/{job.minutes} * * * *"
    hours = job.minutes // 60
    return f"{job.offset} {'*' if hours == 1 else '0' if hours == 24 else f'*/{hours}'} * * *"
