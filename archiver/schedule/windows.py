"""Writes the XML of a task for the Windows Task Scheduler (MS-TSCH, section 2.4.2) for a job."""

from __future__ import annotations

import html
import subprocess

from archiver.schedule.job import ScheduledJob

ENCODING = "UTF-16"
"""The encoding, with byte order mark, that `schtasks /Create /XML` expects."""

# Runs on battery, makes up for a missed start, never twice at a time, no console window (the program is pythonw).
TASK = """\
<?xml version="1.0" encoding="{encoding}"?>
<!-- Written by: archive schedule install   Taken out by: archive schedule remove -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Save the Chatwork conversations of contracted rooms</Description>
    <URI>\\{name}</URI>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Enabled>true</Enabled>
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
    <AllowHardTerminate>true</AllowHardTerminate>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>{limit}</ExecutionTimeLimit>
    <Hidden>false</Hidden>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <Priority>7</Priority>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <StartWhenAvailable>true</StartWhenAvailable>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <WakeToRun>false</WakeToRun>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def task(job: ScheduledJob, *, encoding: str = ENCODING) -> str:
    """The task's XML; its repetition has no end."""
    user = f"      <UserId>{_escape(job.user)}</UserId>\n" if job.user else ""
    return TASK.format(
        encoding=encoding,
        name=_escape(job.name),
        offset=job.offset,
        interval=_duration(job.minutes),
        limit=_duration(max(60, 2 * job.minutes)),
        user=user,
        command=_escape(job.command[0]),
        arguments=_escape(subprocess.list2cmdline(job.command[1:])),
    )


def _duration(minutes: int) -> str:
    """A duration as in XML Schema; a repetition may last a day at most."""
    return f"PT{minutes}M"


def _escape(text: str) -> str:
    """A text between two tags; not by `xml.sax`, whose parser would be loaded in each round of any system."""
    return html.escape(text, quote=False)
