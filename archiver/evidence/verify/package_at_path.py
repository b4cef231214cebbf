"""Verifies the package at a path, a folder or a zip; and the command line of `verify.py`, which does so."""

from __future__ import annotations

import argparse
import json
import locale
import os
import re
import sys
import time
import zipfile
from contextlib import closing
from gettext import gettext as _
from pathlib import Path
from typing import Callable, Dict, Iterable, Mapping, Optional, Sequence, TextIO  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import digest_stream
from archiver.evidence.stamps.reply_claims import KNOWN_ROOTS, claimed_time
from archiver.evidence.tables.cells import visible_text
from archiver.evidence.verify.findings import Progress, StampedTime, Verification
from archiver.evidence.verify.package import PackageCheck, compare_list, is_package
from archiver.evidence.verify.package_reader import (
    READ_ERRORS,
    PackageFiles,
    PackageFolder,
    ZippedPackage,
    find_similar_names,
    leave_out_system_files,
    read_all,
    unreadable_found,
)
from archiver.evidence.verify.stamps import CheckToken, StampJudge, openssl_check
from archiver.evidence.verify.zip_structure import zip_oddities

_ZIP_BEGINS = b"PK"


VerifyFiles = Callable[[Verification, PackageFiles], Verification]
"""Checks the files of a package, and gives what it found with the rest."""


def verify_package_at(
    path: Path,
    progress: Progress | None = None,
    *,
    check: CheckToken | None = None,
    known: Callable[[str], bool] | None = None,
    known_roots: Mapping[str, str] = KNOWN_ROOTS,
    now: float | None = None,
) -> Verification | None:
    """Check the package at a path; None if there is none.

    `check` verifies stamps. `known` says whether browsers trust a root, `known_roots` are those that this program
    knows, with their names; `now`: the clock of this computer in Unix seconds, None: it is not looked at.
    Raises OSError.
    """
    judge = StampJudge(check, known=known, known_roots=known_roots, now=now)

    def verify_files(verification: Verification, tree: PackageFiles) -> Verification:
        leave_out_system_files(tree, verification)
        find_similar_names(verification, tree.names())
        if is_package(tree.names()) or not is_submission(tree.names()):
            PackageCheck(verification, tree, progress, judge).verify()
        else:
            verify_submission(verification, tree, progress, judge)
        verification.close()
        return verification

    if path.is_dir():
        verification = Verification()
        folder = PackageFolder(path, verification)
        if _is_known_package(folder):
            return verify_files(verification, folder)
        return _verify_beside(path, verify_files, progress)
    return _verify_zip(path, verify_files, progress) if path.is_file() else None


def _verify_beside(path: Path, verify_files: VerifyFiles, progress: Progress | None) -> Verification | None:
    """Verify the zip in a folder, and those of the zip's files that lie beside it to be handed in alone."""
    packed = zip_in_folder(path)
    verification = None if packed is None else _verify_zip(packed, verify_files, progress)
    if packed is None or verification is None:
        return None
    if packed.stem != path.resolve().name:
        verification.add_note(_("Checked: {name}, which lies in this folder.").format(name=packed.name))
    with unreadable_found(verification, path.name):
        _compare_loose(verification, path, packed)
    return verification


def zip_in_folder(folder: Path) -> Path | None:
    """The zip in a folder that is no package: that of the folder's own name, else the only one; None: neither."""
    named = folder / f"{folder.resolve().name}.zip"  # `.` has no name of its own
    if named.is_file():
        return named
    zips = [path for path in folder.iterdir() if _is_zip_name(path.name)]
    return zips[0] if len(zips) == 1 and zips[0].is_file() else None


def _compare_loose(verification: Verification, folder: Path, packed: Path) -> None:
    """Check that each file beside the zip with the name of a file in it is the same file, and name the others."""
    others = []
    with zipfile.ZipFile(packed) as opened:
        inside = {name.rpartition("/")[2]: name for name in opened.namelist()}
        for loose in sorted(folder.iterdir()):
            if loose.name not in inside or not loose.is_file():
                others += [] if loose.name == packed.name else [loose.name]
                continue
            with opened.open(inside[loose.name]) as kept, loose.open("rb") as file:
                if digest_stream(kept) != digest_stream(file):
                    sentence = _("The file is not the one that {list} holds: its SHA-256 differs.")
                    verification.add_finding("manifest", loose.name, sentence.format(list=packed.name))
    if others:
        sentence = _("{files}: these lie beside {list} and not in it; they were not looked at.")
        verification.add_unchecked("beside", sentence.format(files=", ".join(others), list=packed.name))


def _verify_zip(path: Path, verify_files: VerifyFiles, progress: Progress | None) -> Verification | None:
    """Verify a zip; a file that begins as a zip does is taken for one, however damaged."""
    with path.open("rb") as file:
        if file.read(len(_ZIP_BEGINS)) != _ZIP_BEGINS:
            return None
    verification = Verification()
    try:
        tree = ZippedPackage(path, verification)
    except READ_ERRORS as error:
        cut = _("its end is missing or damaged; copy or download it once more")
        detail = cut if isinstance(error, zipfile.BadZipFile) else error
        verification.add_finding("unreadable", path.name, _("The zip cannot be read: {detail}").format(detail=detail))
        return verification
    with closing(tree):
        if verification.ok and not _is_known_package(tree):
            return None
        with unreadable_found(verification, path.name, _("The zip cannot be read: {detail}")):
            for subject, sentence in zip_oddities(path, progress):
                verification.add_finding("zip-form", subject, sentence)
        sentence = _("Whether a zip hides bytes within its packed files and their fields, which no program shows.")
        verification.add_unchecked("zip", sentence)
        return verify_files(verification, tree)


def _is_known_package(tree: PackageFiles) -> bool:
    return is_package(tree.names()) or is_submission(tree.names())


def _is_zip_name(name: str) -> bool:
    """Whether a file's name is a zip's, and not that of what macOS puts beside one on other systems' disks."""
    return name.lower().endswith(".zip") and not name.startswith("._")


DIGEST_LIST = "SHA256SUMS.txt"

_LIST_STAMP = re.compile(r"SHA256SUMS\.txt\.[a-z0-9-]{1,20}\.tsr")


def is_submission(names: Iterable[str]) -> bool:
    """Whether these names are those of a package for a platform's office."""
    return DIGEST_LIST in set(names)


def verify_submission(
    verification: Verification,
    tree: PackageFiles,
    progress: Optional[Progress],  # noqa: UP045
    judge: StampJudge,
) -> None:
    """Check a package for a platform's office; findings, notes and counts go to the verification."""
    names = sorted(tree.names())
    digests: Dict[str, Optional[str]] = {}  # noqa: UP006, UP045
    for done, name in enumerate(names, 1):
        if name != DIGEST_LIST and not _LIST_STAMP.fullmatch(name):
            digests[name] = None
            with unreadable_found(verification, name), tree.open(name) as file:
                digests[name] = digest_stream(file)
        if progress is not None:
            progress("files", done, len(names))
    verification.checked["files"] = len(digests)
    sums = _read_or_empty(verification, tree, DIGEST_LIST)
    if not compare_list(verification, DIGEST_LIST, sums, digests):
        return
    for name in filter(_LIST_STAMP.fullmatch, names):
        verification.checked["stamps"] += 1
        time = claimed_time(_read_or_empty(verification, tree, name), sums)
        if time is None:
            verification.add_finding("stamp", name, _("The time stamp is not for these bytes."))
        else:
            authority, is_ahead = name.split(".")[2], judge.is_ahead(time)
            verification.stamped.append(StampedTime(name, None, authority, time, None, None, is_ahead))
            verification.add_note(
                _("Only the bytes of {name} were compared; its signature was not checked.").format(name=name)
            )
    if not digests and verification.ok:
        verification.add_finding(
            "nothing", DIGEST_LIST, _("The package holds no files, so there was nothing to check.")
        )
    if verification.checked["stamps"]:
        verification.add_note(
            _("This package holds no root certificates, so the signatures of its time stamps were not checked.")
        )
    verification.add_unchecked(
        DIGEST_LIST,
        _(
            "This package holds no records: the only check was that its files are those listed in {list}. The "
            "package for a lawyer can be compared with the records."
        ).format(list=DIGEST_LIST),
    )


def _read_or_empty(verification: Verification, tree: PackageFiles, name: str) -> bytes:
    body = b""
    with unreadable_found(verification, name):
        body = read_all(tree, name)
    return body  # noqa: RET504 - what is there if it cannot be read


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
        _print_line(_("There is no package: {path}").format(path=path), sys.stderr)
        hint = _("Choose the package's own folder or zip. Take it out first if it lies in another zip.")
        _print_line(hint, sys.stderr)
        return EXIT_WRONG_USAGE
    try:
        _print_verification(verification, as_json=options.json, program=program)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output has enough, as `head`; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_GOOD if verification.ok else EXIT_FOUND


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
        _print_line(json.dumps({**verification.document(), "program": program}, ensure_ascii=False))
        return
    for line in (verification.closing_sentence(), verification.checked_sentence(), *verification.result_lines()):
        _print_line(line)
    if program:
        _print_line(_("Checked with {program}").format(program=program))


def _print_line(text: str, stream: TextIO | None = None) -> None:
    """Print a text as one line, even if a file's name in it has line breaks."""
    line = text.replace("\n", "[U+000A]").replace("\r", "[U+000D]")
    (stream or sys.stdout).write(visible_text(line) + "\n")
