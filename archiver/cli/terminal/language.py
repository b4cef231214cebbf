"""Chooses the program's language before click writes anything.

`--help` is eager, so `--lang` and `--home` are read before click parses. The language is set for gettext's
global domain, which click uses for its own texts too.
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


def read_option_ahead(arguments: Sequence[str], option: str) -> str | None:
    """The value of `--home` or `--lang` before the command's name; the last one wins, as in click."""
    value_found = None
    remaining = iter(arguments)
    for argument in remaining:
        name, equals, value = argument.partition("=")
        if name in {"--home", "--lang"}:
            value = value if equals else next(remaining, "")
            value_found = value if name == option else value_found
        elif not argument.startswith("-") or argument == "--":
            break
    return value_found


def choose_language(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    system_language: Callable[[], str | None] = lambda: None,
) -> str:
    """`ja` or `en`, from `--lang`, ARCHIVE_LANG, `archive.toml`, the locale or the system; Japanese if none is set.

    `system_language` is called if no variable names a locale, as on Windows. Never raises: a bad value is left
    to click and to `settings` to refuse.
    """
    option = read_option_ahead(arguments, "--lang")
    if option in {"ja", "en"}:
        return option
    if environ.get("ARCHIVE_LANG"):
        return _language(environ["ARCHIVE_LANG"])
    with contextlib.suppress(errors.ArchiverError):
        if setting := language_of(home_path(read_option_ahead(arguments, "--home"), environ)):
            return _language(setting)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return _language(environ[variable])
    return _language(system_language() or "")


def set_language(language: str) -> None:
    """Make `ja` or `en` the language of gettext's global domain, in this process and its child processes."""
    os.environ["LANGUAGE"] = language  # the first variable that gettext looks at
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def windows_language() -> str | None:
    """The display language of Windows, such as `ja_JP`; None on other systems."""
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "en")
    return None


def make_output_safe() -> None:
    """Write UTF-8 everywhere, and `\\udXXX` for lone surrogates.

    A pipe on Windows would get the code page (cp932), in which an emoji raises an error. A scheduled job without
    a console (pythonw) has no streams at all; its output is discarded, and its input is empty.
    """
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process
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


def current_language() -> str:
    """`ja` or `en`: what `set_language` chose."""
    return os.environ.get("LANGUAGE", "ja")
