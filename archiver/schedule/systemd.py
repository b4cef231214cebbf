"""Writes the two files of a systemd user timer (systemd.timer(5), systemd.service(5)) for a job."""

from __future__ import annotations

from archiver.schedule.job import ScheduledJob

HEAD = "# Written by: archive schedule install   Taken out by: archive schedule remove\n"

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


def files(job: ScheduledJob) -> dict[str, str]:
    """Name → text of the files that make the job."""
    return {f"{job.name}.service": service(job), f"{job.name}.timer": timer(job)}


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
