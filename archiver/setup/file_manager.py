"""Opens a folder in the desktop's file manager, if there is a desktop and the call is interactive."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from archiver.setup.menu_entry import has_desktop


def open_folder(folder: Path) -> bool:
    """Try to show a folder, and return whether that was tried. Never waits and never raises."""
    return sys.stdout.isatty() and sys.stdin.isatty() and show_folder(folder)


def show_folder(folder: Path) -> bool:
    """Try to show a folder that somebody asked for by clicking, and return whether that was tried."""
    with contextlib.suppress(OSError):  # the package is complete even if no file manager starts
        return _open(folder)
    return False


def _open(folder: Path) -> bool:
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606 - a folder that we made ourselves
        return True
    program = _program()
    if program is None:
        return False
    from archiver.settings.child_environ import child_environ

    # The file manager lives on after us and must not write into our terminal.
    subprocess.Popen(  # noqa: S603 - a program of the system, and a folder that we made ourselves
        [program, str(folder)],
        env=child_environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True


def _program() -> str | None:
    if sys.platform == "darwin":
        return shutil.which("open")
    return shutil.which("xdg-open") if has_desktop(os.environ) else None
