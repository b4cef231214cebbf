"""The command line of `verify.py` in a package: check the package, print the findings, return an exit code.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
import time
from gettext import gettext as _
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence, TextIO  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.tables.cells import visible_text
from archiver.evidence.verify.findings import Verification, time_sentence
from archiver.evidence.verify.package_at_path import packages_below, verify_package_at
from archiver.evidence.verify.stamps import openssl_check

EXIT_GOOD, EXIT_WRONG_USAGE, EXIT_FOUND = 0, 2, 3
"""The exit codes: nothing found, wrong usage, something found."""


def main(arguments: Sequence[str], here: Path, set_language: Callable[[str], None], program: str = "") -> int:
    """Check the package that the arguments name, else the one at `here`, and return the exit code.

    `program` is printed with the result: name, version and digest of what checked.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    set_language(choose_language(arguments, os.environ, _system_language()))
    options = _parser().parse_args(arguments)
    path = Path(options.path) if options.path else here
    try:
        verification = verify_package_at(path, check=openssl_check(), now=time.time())
    except OSError as error:
        _print_line(_("It cannot be read: {detail}").format(detail=error.strerror or error), sys.stderr)
        return EXIT_WRONG_USAGE
    if verification is None:
        for line in _nothing_lines(path):
            _print_line(line, sys.stderr)
        return EXIT_WRONG_USAGE
    _print_verification(verification, as_json=options.json, program=program)
    return EXIT_GOOD if verification.ok else EXIT_FOUND


def _nothing_lines(path: Path) -> Iterator[str]:
    yield _("There is no package: {path}").format(path=path)
    inner = packages_below(path)
    if inner:
        sentence = _("But there is something in it: {files}. Take it out if it lies in a zip, and check that one.")
        yield sentence.format(files=", ".join(inner))


def choose_language(arguments: Sequence[str], environ: Mapping[str, str], system: str | None) -> str:
    """`ja` or `en`: as `--lang` says, else the environment, else the system; Japanese if that is unclear."""
    for index, argument in enumerate(arguments):
        value = argument[len("--lang=") :] if argument.startswith("--lang=") else ""
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in ("ja", "en"):
            return value
    from_environment = [environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)]
    code = (from_environment or [system or ""])[0].partition(".")[0].lower()
    return "ja" if code in ("", "c", "posix") or code.startswith("ja") else "en"


def _system_language() -> str | None:
    """The language of Windows' own screens, such as `ja_JP`, as it sets no variable; None on other systems."""
    if sys.platform == "win32":
        import ctypes

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return locale.windows_locale.get(number, "en")
    return None


def _parser() -> argparse.ArgumentParser:
    description = _("Checks that a package was not changed: its lists, records, seals, tables and time stamps.")
    parser = argparse.ArgumentParser(prog="verify.py", description=description)
    parser.add_argument("path", nargs="?", help=_("A package (folder or zip); left out: where this program is."))
    parser.add_argument("--lang", choices=("ja", "en"), help=_("The language of the output."))
    parser.add_argument("--json", action="store_true", help=_("Give the result as one JSON document."))
    return parser


def _print_verification(verification: Verification, *, as_json: bool, program: str) -> None:
    if as_json:
        findings = [one._asdict() for one in verification.findings]
        document = {
            "ok": verification.ok,
            "checked": verification.checked,
            "findings": findings,
            "notes": verification.notes,
            "unchecked": [one._asdict() for one in verification.unchecked],
            "times": [one._asdict() for one in verification.times],
            "program": program,
        }
        _print_line(json.dumps(document, ensure_ascii=False))
        return
    _print_line(verification.closing_sentence())
    counts = _("Checked: {entries} records, {seals} seals, {stamps} time stamps, {files} files, {messages} messages.")
    _print_line(counts.format(**verification.checked))
    for finding in verification.findings:
        _print_line(f"[{finding.check}] {finding.subject}: {finding.text}")
    for stamped in verification.times:
        _print_line(_("Time: {text}").format(text=time_sentence(stamped)))
    for note in verification.notes:
        _print_line(_("Note: {text}").format(text=note))
    for unchecked in verification.unchecked:
        _print_line(_("Not checked: {text}").format(text=unchecked.text))
    if program:
        _print_line(_("Checked with {program}").format(program=program))


def _print_line(text: str, stream: TextIO | None = None) -> None:
    """Print a text as one line, even if a file's name in it has line breaks."""
    line = text.replace("\n", "[U+000A]").replace("\r", "[U+000D]")
    (stream or sys.stdout).write(visible_text(line) + "\n")
