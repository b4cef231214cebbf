"""The application in this computer's menu, on its desktop, and started at each log-in to wait; folders shown.

Linux: an XDG entry, also for the log-in ("Desktop Application Autostart Specification"). macOS: a bundle, and an agent
of launchd. Windows: links. What is for the last two follows those systems' documentation and never ran there.
"""

from __future__ import annotations

import base64
import os
import plistlib
import re
import shlex
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from archiver import errors
from archiver.app import utc_now
from archiver.folder_sync import disk_errors
from archiver.schedule.backends import run_program
from archiver.schedule.scheduler_texts import program
from archiver.schedule.schedulers import job_name
from archiver.settings.home import APPLICATION, WINDOWS_FOLDER, config_folder, home_path, start_in_background
from archiver.settings.model import Settings
from archiver.settings.other_archives import state_folder
from archiver.setup.archive_setup import ProgramCall
from archiver.store.archive import Archive
from archiver.store.durable_files import write_durably
from archiver.waiting_sign import state_file
from archiver.wording import gettext as _
from archiver.wording import single_quoted

PICTURES = Path(__file__).parents[1] / "web" / "static"
"""Of these, `icon.svg` and `icon.png` (256 pixels a side) are the same picture."""

LINK = """\
$ErrorActionPreference = 'Stop'
$link = (New-Object -ComObject WScript.Shell).CreateShortcut((Join-Path $env:TEMP 'chatwork-archiver.lnk'))
$link.TargetPath = {target}
$link.Arguments = {arguments}
$link.IconLocation = {icon}
$link.WindowStyle = 7
$link.Save()
foreach ($path in {paths}) {{ Copy-Item -Force -LiteralPath $link.FullName -Destination $path }}
Remove-Item -LiteralPath $link.FullName
"""
"""Saved under a plain name first: `Save` cannot write a name that this Windows has no code page for. 7 is minimised."""


def application_command(home: Path) -> tuple[str, ...]:
    """The words that open the application of an archive, wherever they are started; a usual home is not named."""
    return (*program(sys.argv[0]), *(() if _is_usual(home) else ("--home", str(home))), "app")


def desktop_entry(name: str, command: Sequence[str], *lines: str, icon: str = APPLICATION) -> str:
    """An entry as freedesktop.org specifies it, hidden where its program is gone; `lines` are put at its end."""
    words = " ".join(map(_exec_word, command)).replace("\\", r"\\").replace("\n", r"\n")
    head = ("[Desktop Entry]", "Type=Application", f"Name={name}", f"Exec={words}", f"TryExec={command[0]}")
    return "\n".join((*head, f"Icon={icon}", "Terminal=false", "Categories=Office;", *lines, ""))


def has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether there is a desktop, with a menu and a browser, and not a terminal alone."""
    return sys.platform in ("win32", "darwin") or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def show_folder(folder: Path) -> bool:
    """Try to show a folder, and return whether that was tried. Never waits and never raises."""
    with suppress(OSError):  # what lies there is complete even if no file manager starts
        if sys.platform == "win32":
            os.startfile(folder)  # noqa: S606 - a folder that we made ourselves
            return True
        program = "open" if sys.platform == "darwin" else "xdg-open" if has_desktop(os.environ) else ""
        if path := shutil.which(program):
            start_in_background(path, str(folder), environ=os.environ)  # it lives on, and writes into no terminal
            return True
    return False


def places(home: Path) -> list[Path]:
    """Where the application is put: in the menu, then on the desktop if there is one."""
    from platformdirs import user_applications_path, user_desktop_path

    ends = {"win32": (WINDOWS_FOLDER, "lnk"), "darwin": (WINDOWS_FOLDER, "app")}
    stem, end = ends.get(sys.platform, (APPLICATION, "desktop"))
    folders = (user_applications_path(), *(path for path in (user_desktop_path(),) if path.is_dir()))
    return [folder / f"{stem}{_suffix(home)}.{end}" for folder in folders]


def is_placed(home: Path) -> bool:
    """Whether the application stands in the menu by this program's hand."""
    return places(home)[0].exists()


def place(home: Path) -> list[Path]:
    """Put the application into the menu and on the desktop, or renew it there. Raises StorageError."""
    paths, writers = places(home), {"win32": _write_links, "darwin": _write_bundle}
    with disk_errors(paths[0]):
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        writers.get(sys.platform, _write_entries)(home, paths)
    return paths


def remove(home: Path) -> list[Path]:
    """Take it away again; return what was there. Raises StorageError."""
    found = [path for path in places(home) if os.path.lexists(path)]
    with disk_errors(_icon(home)):
        for path in (*found, _icon(home)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return found


def _is_usual(home: Path) -> bool:
    return home == home_path(None, {})


def _suffix(home: Path) -> str:
    """What tells the entry of an archive from that of the usual home."""
    return "" if _is_usual(home) else job_name(home).removeprefix(APPLICATION)


def _icon(home: Path) -> Path:
    """Where the picture lies that the entry names; a bundle has it inside."""
    if sys.platform == "win32":
        return state_folder() / f"{APPLICATION}{_suffix(home)}.ico"
    folder = places(home)[0].parents[1] / "icons" / "hicolor" / "scalable" / "apps"
    return folder / f"{APPLICATION}{_suffix(home)}.svg"


def _exec_word(word: str) -> str:
    """A word of `Exec`: quoted unless it is plain, and `%` doubled, which would begin a field code."""
    quoted = re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%")
    return word if re.fullmatch(r"[\w@./:+,-]+", word) else f'"{quoted}"'


def _write_entries(home: Path, paths: Sequence[Path]) -> None:
    icon, name = _icon(home), _("Chatwork archive") + ("" if _is_usual(home) else f" {home.name}")
    icon.parent.mkdir(parents=True, exist_ok=True)
    write_durably(icon, (PICTURES / "icon.svg").read_bytes(), mode=0o644)
    text = desktop_entry(name, application_command(home), icon=icon.stem)
    for path in paths:
        write_durably(path, os.fsencode(text), mode=0o755)  # a desktop starts no entry that is not executable


def _write_links(home: Path, paths: Sequence[Path]) -> None:
    icon, picture, command = _icon(home), (PICTURES / "icon.png").read_bytes(), application_command(home)
    icon.parent.mkdir(parents=True, exist_ok=True)
    write_durably(icon, struct.pack("<3H4B2H2I", 0, 1, 1, 0, 0, 0, 0, 1, 32, len(picture), 22) + picture)
    write_links(paths, command, icon)


def write_links(paths: Sequence[Path], command: Sequence[str], icon: Path) -> None:
    """Write links of Windows (`.lnk`) that start a command, through PowerShell. Raises OSError."""
    script = LINK.format(
        target=single_quoted(command[0]),
        arguments=single_quoted(subprocess.list2cmdline(command[1:])),
        icon=single_quoted(str(icon)),
        paths=", ".join(single_quoted(str(path)) for path in paths),
    )
    encoded = base64.b64encode(script.encode("utf-16-le", "surrogatepass")).decode()
    result = run_program("powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded)
    if result.code:
        raise OSError(result.message)


def _write_bundle(home: Path, paths: Sequence[Path]) -> None:
    bundle, picture = paths[0] / "Contents", (PICTURES / "icon.png").read_bytes()
    properties = {
        "CFBundleExecutable": "open",
        "CFBundleIconFile": "icon",
        "CFBundleIdentifier": f"jp.{APPLICATION}{_suffix(home)}",
        "CFBundlePackageType": "APPL",
        "LSUIElement": True,
    }
    files = {
        "Info.plist": plistlib.dumps(properties),
        "MacOS/open": os.fsencode(f"#!/bin/sh\nexec {shlex.join(application_command(home))}\n"),
        "Resources/icon.icns": struct.pack(">4sI4sI", b"icns", len(picture) + 16, b"ic08", len(picture) + 8) + picture,
    }
    for name, body in files.items():
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        write_durably(bundle / name, body, mode=0o755)
    for link in paths[1:]:
        link.unlink(missing_ok=True)
        link.symlink_to(paths[0])


def login_entry(call: ProgramCall) -> Path:
    """The file of this archive's entry."""
    environ, name = call.environ, f"{job_name(call.home)}-waiting"
    if sys.platform == "win32":
        roaming = Path(environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
        return roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup" / f"{name}.lnk"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "LaunchAgents" / f"{name}.plist"
    return config_folder(environ) / "autostart" / f"{name}.desktop"


def begin_waiting(call: ProgramCall, note_state: Callable[[Settings, datetime], None]) -> str:
    """Wait from now on, once `note_state` has written how saving stands, and say so.

    Raises NoArchive, StorageError, and UsageError where the library is missing.
    """
    if not Archive(call.home).exists():
        raise Archive(call.home).absence()
    if find_spec("jeepney" if sys.platform == "linux" else "pystray") is None:
        raise errors.UsageError(detail=_("This needs a part that is not installed here: the extra [tray]."))
    path, command = login_entry(call), (*application_command(call.home), "--wait")
    with disk_errors(path):
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
    note_state(call.settings(), utc_now())
    with suppress(OSError):  # then at the next log-in
        start_in_background(*command, environ=call.environ)
    return _("From each log-in on, a sign beside the clock shows how saving goes; a click on it opens the pages.")


def end_waiting(call: ProgramCall) -> str:
    """Wait no longer, and say so; what waits sees that the state is gone, and ends. Raises StorageError."""
    was_on = login_entry(call).exists()
    for path in (login_entry(call), state_file(call.home)):
        with disk_errors(path):
            path.unlink(missing_ok=True)
    return _("The sign beside the clock goes within a minute.") if was_on else _("Nothing waited; nothing was changed.")
