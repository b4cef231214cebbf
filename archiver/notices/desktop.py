"""Shows a notice on the desktop by the system's own program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from archiver.settings.home import child_environ

TITLE, TEXT = "ARCHIVE_NOTICE_TITLE", "ARCHIVE_NOTICE_TEXT"
"""Variables in which PowerShell gets the title and the text."""

PATIENCE = 15
"""Seconds that such a program may take."""

APPLE = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")

APP_ID = "ChatworkArchiver.Notices"
"""The AppUserModelID of the notices on Windows: without a registered one Windows drops them without a word."""

APP, NAME = "ARCHIVE_NOTICE_APP", "ARCHIVE_NOTICE_NAME"
"""Variables in which PowerShell gets that id and the name that stands above a notice."""

TOAST = r"""
$ErrorActionPreference = 'Stop'
$app = 'HKCU:\Software\Classes\AppUserModelId\' + $env:ARCHIVE_NOTICE_APP
if (-not (Test-Path -LiteralPath $app)) { $null = New-Item -Path $app -Force }
$null = New-ItemProperty -LiteralPath $app -Name DisplayName -Value $env:ARCHIVE_NOTICE_NAME -PropertyType String -Force
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$kind = [Windows.UI.Notifications.ToastTemplateType]::ToastText02
$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent($kind)
$words = $toast.GetElementsByTagName('text')
$null = $words.Item(0).AppendChild($toast.CreateTextNode($env:ARCHIVE_NOTICE_TITLE))
$null = $words.Item(1).AppendChild($toast.CreateTextNode($env:ARCHIVE_NOTICE_TEXT))
$shower = [Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($env:ARCHIVE_NOTICE_APP)
$state = 'Enabled'
try { $state = [string]$shower.Setting } catch { }
if ($state -like 'Disabled*') { exit 3 }
$shower.Show([Windows.UI.Notifications.ToastNotification]::new($toast))
"""
"""Registers the id for this user (learn.microsoft.com, "Send a local toast notification from other types of unpackaged
apps"), then shows the notice; it fails where the user or a rule has turned such notices off."""


def show(title: str, text: str, environ: Mapping[str, str], *, platform: str = sys.platform) -> bool:
    """Show a notice and return whether the desktop took it; without a desktop nothing happens."""
    command = desktop_command(title, text, platform=platform)
    program = shutil.which(command[0], path=environ.get("PATH"))
    if program is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, words of ours
            [program, *command[1:]],
            env=child_environ(notice_environ(title, text, environ, platform=platform)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def is_possible(environ: Mapping[str, str]) -> bool:
    """Whether this computer has the program that shows notices; a server or a container mostly has none."""
    return shutil.which(desktop_command("", "", platform=sys.platform)[0], path=environ.get("PATH")) is not None


def desktop_command(title: str, text: str, *, platform: str) -> list[str]:
    """The command line by which a system shows a notice."""
    if platform == "win32":
        return ["powershell", "-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", TOAST]
    if platform == "darwin":
        return ["osascript", *(part for line in APPLE for part in ("-e", line)), title, text]
    return ["notify-send", "--app-name=chatwork-archiver", "--", title, text]


def notice_environ(title: str, text: str, environ: Mapping[str, str], *, platform: str) -> dict[str, str]:
    """The environment of such a program, with the words for PowerShell; the title is the program's name, too."""
    words = {TITLE: title, TEXT: text, APP: APP_ID, NAME: title}
    return {**environ, **_session_variables(environ, platform=platform), **words}


def _session_variables(environ: Mapping[str, str], *, platform: str) -> dict[str, str]:
    """On Linux the address of the desktop's bus, which a job of cron is not given (its place is systemd's)."""
    if platform in ("win32", "darwin") or "DBUS_SESSION_BUS_ADDRESS" in environ:
        return {}
    bus = Path(f"/run/user/{os.getuid()}/bus")  # type: ignore[attr-defined,unused-ignore]
    return {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}"} if bus.exists() else {}
