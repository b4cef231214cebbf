"""A scheduled job, and the texts in which schedulers read it: crontab lines, files of systemd and launchd, a task.

The token is never part of it: a scheduled run reads the token where the settings say.
"""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePath
from typing import NamedTuple

NAME = "chatwork-archiver"

MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Intervals in minutes that every scheduler can keep: they divide an hour or a day."""

RUN_SHARE = 0.8
"""Share of the interval that a run may take, so that it ends before the next one begins."""


class ScheduledJob(NamedTuple):
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


def program(argv0: str) -> tuple[str, ...]:
    """The words that start this program from anywhere: absolute paths, on Windows without a console window."""
    python = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return (str(python),)
    if sys.platform == "win32":
        silent = python.with_name("pythonw.exe")
        return (str(silent if silent.is_file() else python), "-m", "archiver")
    called = Path(argv0).absolute()
    for path in (called, python.with_name("archive")):
        if path.name == "archive" and path.is_file() and os.access(path, os.X_OK):
            return (str(path),)
    return (str(python), "-m", "archiver")


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


HEAD = "# Written by: archive init schedule   Taken out by: archive init schedule --off\n"

SERVICE = """\
[Unit]
Description=Save the Chatwork conversations of contracted rooms

[Service]
Type=oneshot
ExecStart={command}
# 11: another run was under way, so nothing was lost. 4 and 10 stay failures: they need somebody.
SuccessExitStatus=11
UMask=0077
Nice=10
"""

TIMER = """\
[Unit]
Description=Save the Chatwork conversations of contracted rooms, again and again

[Timer]
OnCalendar={calendar}
# After sleep or switching off, what was missed is made up for once.
Persistent=true
AccuracySec=10s

[Install]
WantedBy=timers.target
"""


def service(job: ScheduledJob) -> str:
    """The service file; systemd never starts a unit that is still running."""
    return HEAD + SERVICE.format(command=" ".join(_quote(word) for word in job.command))


def timer(job: ScheduledJob) -> str:
    """The timer file."""
    return HEAD + TIMER.format(calendar=_calendar(job))


def _calendar(job: ScheduledJob) -> str:
    """The times as in systemd.time(7): `*:3/5` is each fifth minute from the third on."""
    if job.minutes < 60:
        return f"*:{job.offset}/{job.minutes}"
    if job.minutes == 1440:
        return f"0:{job.offset:02}"
    return f"0/{job.minutes // 60}:{job.offset:02}"


def _quote(word: str) -> str:
    """A word of ExecStart, with `%`, `$` and spaces quoted, which have a meaning there."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if text != word or not word or any(char.isspace() or char in "';" for char in word) else word


# --- launchd -------------------------------------------------------------------------------------

COMMENT = "<!-- Written by: archive init schedule   How to take it out: archive init schedule -h -->\n"


def plist(job: ScheduledJob) -> str:
    """An agent that runs at log-in and once every interval; launchd never runs one twice at a time."""
    import plistlib  # here, as it brings an XML parser along that no other system needs

    properties = {
        "Label": job.name,
        "ProgramArguments": list(job.command),
        "StartInterval": job.minutes * 60,
        "RunAtLoad": True,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
    }
    text = plistlib.dumps(properties, sort_keys=False).decode()
    return text.replace("<plist ", COMMENT + "<plist ", 1)


# --- Windows -------------------------------------------------------------------------------------

# What is left out has the value that is wanted.
# Runs on battery, makes up for a missed start, never twice at a time, no console window (the program is pythonw).
TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<!-- Written by: archive init schedule   How to take it out: archive init schedule -h -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Save the Chatwork conversations of contracted rooms</Description>
    <URI>\\{name}</URI>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:{offset:02}:00</StartBoundary>
      <Repetition>
        <Interval>{interval}</Interval>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
{user}      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <ExecutionTimeLimit>{limit}</ExecutionTimeLimit>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
    </IdleSettings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def task(job: ScheduledJob) -> str:
    """The task's XML, for UTF-16 with its mark, which `schtasks` expects; its repetition has no end."""
    user = f"      <UserId>{_escape(job.user)}</UserId>\n" if job.user else ""
    return TASK.format(
        name=_escape(job.name),
        offset=job.offset,
        interval=f"PT{job.minutes}M",
        limit=f"PT{max(60, 2 * job.minutes)}M",
        user=user,
        command=_escape(job.command[0]),
        arguments=_escape(subprocess.list2cmdline(job.command[1:])),
    )


def _escape(text: str) -> str:
    """A text between two tags; not by `xml.sax`, whose parser would be loaded in each round of any system."""
    return html.escape(text, quote=False)
