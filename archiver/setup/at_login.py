"""Waiting from each log-in on: the entry that starts it, one file of the user for each archive, and the one of today.

Linux: "Desktop Application Autostart Specification" (freedesktop.org). macOS: an agent of launchd. Windows: a link in
the Startup folder. The last two follow those systems' documentation and never ran there.
"""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from archiver import errors
from archiver.app import utc_now
from archiver.schedule.backends import start_in_background
from archiver.schedule.schedulers import job_name
from archiver.settings.model import Settings
from archiver.setup.archive_setup import ProgramCall
from archiver.setup.menu_entry import PICTURES, application_command, desktop_entry, write_links
from archiver.store.archive import Archive
from archiver.store.durable_files import storage_error, write_durably
from archiver.waiting.state_file import state_file
from archiver.wording import gettext as _


def entry(call: ProgramCall) -> Path:
    """The file of this archive's entry."""
    environ, name = call.environ, f"{job_name(call.home)}-waiting"
    if sys.platform == "win32":
        roaming = Path(environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
        return roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup" / f"{name}.lnk"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "LaunchAgents" / f"{name}.plist"
    base = environ.get("XDG_CONFIG_HOME") or ""
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "autostart" / f"{name}.desktop"


def is_possible() -> bool:
    """Whether the library that shows the sign is installed; on Linux it is."""
    return find_spec("jeepney" if sys.platform == "linux" else "pystray") is not None


def turn_on(call: ProgramCall, note_state: Callable[[Settings, datetime], None]) -> str:
    """Wait from now on, once `note_state` has written how saving stands, and say so.

    Raises NoArchive, StorageError, and UsageError where the library is missing.
    """
    if not Archive(call.home).exists():
        raise Archive(call.home).absence()
    if not is_possible():
        raise errors.UsageError(detail=_("This needs a part that is not installed here: the extra [tray]."))
    path, command = entry(call), (*application_command(call.home), "--wait")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            write_links([path], command, PICTURES / "icon.png")
        elif sys.platform == "darwin":
            agent = {"Label": path.stem, "ProgramArguments": list(command), "RunAtLoad": True}
            write_durably(path, plistlib.dumps(agent))
        else:
            text = desktop_entry(_("Chatwork archive"), command, icon=str(PICTURES / "icon.svg"))
            write_durably(path, os.fsencode(text))
        state_file(call.home).parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(state_file(call.home), b"{}")
    except OSError as error:
        raise storage_error(error, path) from error
    note_state(call.settings(), utc_now())
    with suppress(errors.SchedulerRefused):  # then at the next log-in
        start_in_background(*command, environ=call.environ)
    return _("From each log-in on, a sign beside the clock shows how saving goes; a click on it opens the pages.")


def turn_off(call: ProgramCall) -> str:
    """Wait no longer, and say so; what waits sees that the state is gone, and ends. Raises StorageError."""
    was_on = entry(call).exists()
    for path in (entry(call), state_file(call.home)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, path) from error
    return _("The sign beside the clock goes within a minute.") if was_on else _("Nothing waited; nothing was changed.")
