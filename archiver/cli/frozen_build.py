"""What the one-folder build does before any command: it is its own Python, so its child processes start it again."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence


def is_frozen() -> bool:
    """Whether this program runs from a one-folder build (PyInstaller sets `sys.frozen`)."""
    return bool(getattr(sys, "frozen", False))


def restore_library_path(environ: MutableMapping[str, str]) -> None:
    """Give child processes the user's library path again, in place of that of the folder.

    The starter puts the folder's libraries first and keeps the user's value under another name (PyInstaller's manual,
    "Launching external programs from the frozen application"). This process read it when it began, and keeps it.
    """
    for name in ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"):
        before = environ.pop(f"{name}_ORIG", None)
        if before is not None:
            environ[name] = before
        elif _is_ours(environ.get(name, "")):
            del environ[name]


def _is_ours(path: str) -> bool:
    """Whether a library path names the folder of this program."""
    folder = getattr(sys, "_MEIPASS", None)
    return folder is not None and folder in path.split(os.pathsep)


def run_child(arguments: Sequence[str]) -> bool:
    """Do the work of a child process if this is one; return whether it was. A worker of a PDF never returns."""
    import multiprocessing

    from archiver.notices import apprise_sender

    multiprocessing.freeze_support()
    if list(arguments) != [apprise_sender.CHILD_ARGUMENT]:
        return False
    apprise_sender.main()
    return True


def is_double_clicked(arguments: Sequence[str]) -> bool:
    """Whether the program was started by a click: without arguments, and with no terminal that was there before."""
    if arguments:
        return False
    if sys.platform == "win32":
        return _owns_console()
    return not any(os.isatty(number) for number in (0, 1, 2))


def _owns_console() -> bool:
    """Whether no other process shares the console, so that Windows opened it for this one (GetConsoleProcessList)."""
    import ctypes

    processes = (ctypes.c_uint32 * 2)()
    windll = getattr(ctypes, "windll")  # noqa: B009 - mypy knows it on Windows alone
    return int(windll.kernel32.GetConsoleProcessList(processes, 2)) <= 1
