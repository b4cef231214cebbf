"""Writes the property list of a launchd agent (launchd.plist(5)) for a job."""

from __future__ import annotations

from archiver.schedule.job import ScheduledJob

COMMENT = "<!-- Written by: archive schedule install   Taken out by: archive schedule remove -->\n"


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


def file_name(job: ScheduledJob) -> str:
    """The name of the file in `~/Library/LaunchAgents`."""
    return f"{job.name}.plist"
