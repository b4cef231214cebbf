"""What `verify.py` in a package does when it is started: check the package, say what was found, give a number.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Callable, Mapping, Sequence, TextIO  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.tables.cells import shown
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.openssl import openssl_check
from archiver.evidence.verify.path import verify_place

GOOD, WRONG_USAGE, FOUND = 0, 2, 3
"""What the program ends with."""


def main(arguments: Sequence[str], here: Path, speak: Callable[[str], None]) -> int:
    """Check the package that the arguments name, else the one at `here`; `speak` chooses the language."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    speak(language(arguments, os.environ, _system_language()))
    given = _parser().parse_args(arguments)
    path = Path(given.path) if given.path else here
    try:
        told = verify_place(path, check=openssl_check())
    except OSError as error:
        _say(_("It cannot be read: {detail}").format(detail=error.strerror or error), sys.stderr)
        return WRONG_USAGE
    if told is None:
        _say(_("There is no package: {path}").format(path=path), sys.stderr)
        return WRONG_USAGE
    _tell(told, as_json=given.json)
    return GOOD if told.ok else FOUND


def language(arguments: Sequence[str], environ: Mapping[str, str], system: str | None) -> str:
    """`ja` or `en`: as `--lang` says, else the environment, else the system; Japanese if that is unclear."""
    for index, argument in enumerate(arguments):
        value = argument[len("--lang=") :] if argument.startswith("--lang=") else ""
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in ("ja", "en"):
            return value
    named = [environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)]
    found = (named or [system or ""])[0].partition(".")[0].lower()
    return "ja" if found in ("", "c", "posix") or found.startswith("ja") else "en"


def _system_language() -> str | None:
    """The language of Windows' own screens, such as `ja_JP`, as it sets no variable; None on other systems."""
    if sys.platform == "win32":
        import ctypes

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(number, "en")
    return None


def _parser() -> argparse.ArgumentParser:
    said = _("Checks that a package was not changed: its lists, records, seals, tables and stamps.")
    parser = argparse.ArgumentParser(prog="verify.py", description=said)
    parser.add_argument("path", nargs="?", help=_("A package (folder or zip); left out: where this program lies."))
    parser.add_argument("--lang", choices=("ja", "en"), help=_("The language of what is said."))
    parser.add_argument("--json", action="store_true", help=_("Give the result as one JSON document."))
    return parser


def _tell(told: Verification, *, as_json: bool) -> None:
    if as_json:
        findings = [one._asdict() for one in told.findings]
        document = {"ok": told.ok, "checked": told.checked, "findings": findings, "notes": told.notes}
        _say(json.dumps(document, ensure_ascii=False))
        return
    counts = _("Checked: {entries} records, {seals} seals, {stamps} stamps, {files} files, {messages} messages.")
    _say(counts.format(**told.checked))
    for one in told.findings:
        _say(f"[{one.check}] {one.subject}: {one.text}")
    for note in told.notes:
        _say(_("Note: {text}").format(text=note))
    if told.ok:
        _say(_("Nothing was found changed."))
    else:
        number = len(told.findings)
        _say(ngettext("{n} thing does not match.", "{n} things do not match.", number).format(n=number))


def _say(text: str, stream: TextIO | None = None) -> None:
    """One line, whatever a file's name holds."""
    line = text.replace("\n", "[U+000A]").replace("\r", "[U+000D]")
    (stream or sys.stdout).write(shown(line) + "\n")
