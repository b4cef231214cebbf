"""The property list of a launchd agent (launchd.plist(5)): a job in, text out."""

from __future__ import annotations

import plistlib

from archiver.schedule.job import ScheduledJob

COMMENT = "<!-- Written by: archive schedule install   Taken out by: archive schedule remove -->\n"


def plist(job: ScheduledJob) -> str:
    """An agent that runs at log-in and at each multiple of the pace; launchd never runs one twice at a time."""
    wanted = {
        "Label": job.name,
        "ProgramArguments": list(job.command),
        "StartInterval": job.minutes * 60,
        "RunAtLoad": True,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
    }
    text = plistlib.dumps(wanted, sort_keys=False).decode()
    return text.replace("<plist ", COMMENT + "<plist ", 1)


def file(job: ScheduledJob) -> str:
    """The name of the file in `~/Library/LaunchAgents`."""
    return f"{job.name}.plist"
