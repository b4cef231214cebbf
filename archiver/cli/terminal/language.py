"""Which language the program speaks, chosen before click says its first word.

`--help` is eager, so `--lang` and `--home` are read ahead of click. The language becomes that of gettext's
global domain, which click asks for its own texts too.
"""

from __future__ import annotations

import contextlib
import gettext
import io
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from archiver import errors
from archiver.settings.home import home_path, language_of

DOMAIN = "messages"
CATALOGUES = Path(__file__).parents[2] / "locale"


def read_ahead(arguments: Sequence[str], option: str) -> str | None:
    """The value of `--home` or `--lang` before the command's name; the last one wins, as click has it."""
    found = None
    waiting = iter(arguments)
    for argument in waiting:
        name, equals, value = argument.partition("=")
        if name in {"--home", "--lang"}:
            value = value if equals else next(waiting, "")
            found = value if name == option else found
        elif not argument.startswith("-") or argument == "--":
            break
    return found


def choose(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    system_language: Callable[[], str | None] = lambda: None,
) -> str:
    """`ja` or `en`: `--lang`, ARCHIVE_LANG, `archive.toml`, the locale, the system; Japanese if none speaks.

    `system_language` is asked where no variable names a locale: Windows sets none. Never fails: a value that
    cannot be meant is left to click and to `settings` to refuse.
    """
    given = read_ahead(arguments, "--lang")
    if given in {"ja", "en"}:
        return given
    if environ.get("ARCHIVE_LANG"):
        return _language(environ["ARCHIVE_LANG"])
    with contextlib.suppress(errors.ArchiverError):
        if written := language_of(home_path(read_ahead(arguments, "--home"), environ)):
            return _language(written)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return _language(environ[variable])
    return _language(system_language() or "")


def speak(language: str) -> None:
    """Make `ja` or `en` the language of gettext's global domain, in this process and those it starts."""
    os.environ["LANGUAGE"] = language  # the first variable that gettext looks at
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def windows_language() -> str | None:
    """The language of Windows' own screens, such as `ja_JP`; None on other systems."""
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "en")
    return None


def make_output_safe() -> None:
    """Write UTF-8 everywhere, and `\\udXXX` for what it has no bytes for.

    A pipe on Windows would get the code page (cp932), in which an emoji is a crash. A scheduled job without a
    console (pythonw) has no streams at all; what it says goes nowhere then.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _language(name: str) -> str:
    """`ja_JP.UTF-8` → ja, `C` → ja, `de_DE` → en."""
    first = re.split(r"[_.@-]", name.strip().lower())[0]
    return "ja" if first in {"ja", "japanese", "c", "posix", ""} else "en"


def spoken() -> str:
    """`ja` or `en`: what `speak` chose."""
    return os.environ.get("LANGUAGE", "ja")
