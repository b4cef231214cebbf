"""Compares a package with what the archive recorded when it made packages: made here, changed since, not made here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.custody.daily_verification import compare_objects
from archiver.custody.verify import verify_path
from archiver.evidence.chain import canonical, digest, digest_file, digest_stream
from archiver.evidence.verify.findings import Progress, Verification, time_in_japan
from archiver.evidence.verify.package import ENTRIES, RAW, TAG_MANIFEST, is_package
from archiver.evidence.verify.package_at_path import DIGEST_LIST, is_submission, zip_in_folder
from archiver.evidence.verify.package_reader import (
    READ_ERRORS,
    PackageFiles,
    PackageFolder,
    ZippedPackage,
    is_system_name,
    read_all,
)
from archiver.records import JST, ExportedPackage
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.queries.entries import exports
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values

_STATED_NAME = re.compile(r"(?m)^External-Identifier: (.+?)\r?$")
_README = "00_README.txt"
_MADE_LINE = re.compile(r"(?m)^(?P<label>作成|Made): .*?(?P<time>\d\d:\d\d:\d\d)")
"""Where a package says in its own language when it was made; the day stands in its name."""
_LIST_STAMP = re.compile(r"(?:tagmanifest-sha256|SHA256SUMS)\.txt\.(?P<authority>[a-z0-9-]{1,20})\.tsr")
_LIST = re.compile(r"(?:tag)?manifest-sha256\.txt|manifest[0-9]{8}\.txt|data/content-sha256\.txt|SHA256SUMS\.txt")
"""Lists follow from the other files."""
_ABOUT_AUTHORITIES = frozenset({"data/tsa/", "beside", "system files"})
"""What the digest of the package says nothing of: whose roots those are, and files that lie in or beside it."""


def verify_here(
    path: Path, home: Path, *, now: datetime, deep: bool = False, progress: Progress | None = None
) -> Verification:
    """Verify what lies at a path, and compare a package with what the archive in `home` recorded when it made it.

    Raises what `verify_path` raises.
    """
    verification = verify_path(path, deep=deep, progress=progress, now=now)
    if deep and not (path / DATABASE).is_file():
        _compare_replies(verification, path)
    compare_with_exports(verification, path, Archive(home))
    return verification


def _compare_replies(verification: Verification, path: Path) -> None:
    """Find the records of a package that do not say what the reply beside them shows; masked ones are not compared."""
    try:
        with package_files(path) as (tree, _packed):
            described = {
                json.loads(read_all(tree, name))["digest"]: name.replace(".meta.json", ".json")
                for name in tree.names()
                if name.startswith(RAW) and name.endswith(".meta.json")
            }
            if described:
                with tree.open(ENTRIES) as file:
                    lines = (line.rstrip(b"\n") for line in file)
                    compare_objects(
                        verification,
                        lines,
                        lambda digest: read_all(tree, described[digest]) if digest in described else None,
                    )
    except (KeyError, TypeError, ValueError, RecursionError, *READ_ERRORS):  # said already when it was verified
        return


def compare_with_exports(verification: Verification, path: Path, archive: Archive) -> None:
    """Say whether this archive made the package at a path, and which of its files were changed since.

    A package whose digest is the one recorded is as it was made, so nothing of it is left unchecked, provided that
    its own lists hold. Nothing is said where there is no archive, or where the path is no package.
    """
    if not archive.exists() or (path / DATABASE).is_file():
        return
    try:
        packages = archive.read(exports)
        digests, stated, stamps, made = _traits(path)
    except (errors.ArchiverError, *READ_ERRORS):
        return
    same = next((one for one in packages if digests & {one.sha256, one.making.get("list_sha256")}), None)
    if same is not None:
        _compare_stamps(verification, same, stamps)
        _tell_made_here(verification, same)
        return
    of_name = [one for one in packages if _bare_name(one.name) in stated]
    named = [one for one in of_name if made is None or _made(one) in (None, made)]
    if named:
        sentence = _("This archive made an export of this name, but its hash was another: it was changed since.")
        verification.add_finding("export-record", path.name, sentence)
        verification.unchecked[:] = [one for one in verification.unchecked if one.subject != TAG_MANIFEST]
        _name_changed_files(verification, path, archive, named[-1])
    elif of_name:
        sentence = _(
            "This archive made an export of this name at another time or in another language; it has no "
            "record of this one, so it was not compared with its records."
        )
        verification.add_note(sentence)
    else:
        sentence = _(
            "This archive has no record that it made this export, so it was not compared with its records. "
            "Automatic daily copies are not recorded, and an older state of the archive does not know what "
            "was made after it."
        )
        verification.add_note(sentence)


def _name_changed_files(verification: Verification, path: Path, archive: Archive, package: ExportedPackage) -> None:
    """Add a finding for each file that is not as this archive put it into the package; all others were compared."""
    try:
        files = archive.read(remembered_values.EXPORT_FILES.of(package.contract).recall).get(package.name, {})
        with package_files(path) as (tree, _packed):
            here = {name: _digest(tree, name) for name in tree.names() if name in files or not is_system_name(name)}
    except (errors.ArchiverError, *READ_ERRORS):  # said already when it was verified
        return
    if package.making.get("files_sha256") != digest(canonical(dict(files))):
        text = _("Which of its files were changed is not known: their hashes are not remembered any more.")
        verification.add_unchecked("files", text)
        return
    changed = {name for name in here.keys() | files.keys() if here.get(name) != files.get(name)}
    for name in sorted({one for one in changed if not _LIST.fullmatch(one)} or changed):
        if name not in here:
            sentence = _("This archive put this file into the export; it is not here.")
        elif name not in files:
            sentence = _("This archive put no such file into the export.")
        else:
            sentence = _("The file has other bytes than the one that this archive put into the export.")
        verification.add_finding("export-record", name, sentence)
    verification.unchecked[:] = [one for one in verification.unchecked if one.subject in _ABOUT_AUTHORITIES]


@contextmanager
def package_files(path: Path) -> Iterator[tuple[PackageFiles, Path | None]]:
    """The files of the package at a path, as its verification reads them, and the zip if it is one.

    Raises READ_ERRORS.
    """
    if path.is_dir():
        folder = PackageFolder(path, Verification())
        if is_package(folder.names()) or is_submission(folder.names()):
            yield folder, None
            return
        path = zip_in_folder(path) or path
    packed = ZippedPackage(path, Verification())
    try:
        yield packed, path
    finally:
        packed.close()


def _traits(path: Path) -> tuple[set[str], set[str], Mapping[str, str], tuple[str, str] | None]:
    """By what an archive knows the package at a path again; of the files that are verified, and of no others.

    The digests of its last list, and of its zip; its name on the disk, in its zip, and as it states it itself;
    authority → SHA-256 of its stamp over the last list; the language in which it says when it was made, and the time of
    day, None where it does not say it. Raises READ_ERRORS.
    """
    with package_files(path) as (tree, packed):
        names = set(tree.names())
        last_list = TAG_MANIFEST if is_package(names) else DIGEST_LIST
        digests = {_digest(tree, last_list)} if last_list in names else set()
        stated = {_bare_name(path.resolve().name)}
        if packed is not None:
            digests.add(digest_file(packed))
            stated |= {_bare_name(packed.name), getattr(tree, "root", "").rstrip("/")}
        if "bag-info.txt" in names:
            stated |= set(_STATED_NAME.findall(read_all(tree, "bag-info.txt").decode("utf-8", "replace")))
        text = read_all(tree, _README).decode("utf-8", "replace") if _README in names else ""
        line = _MADE_LINE.search(text)
        made = None if line is None else ("ja" if line["label"] == "作成" else "en", line["time"])
        stamps = {match["authority"]: _digest(tree, name) for name in names if (match := _LIST_STAMP.fullmatch(name))}
    return digests, stated, stamps, made


def _made(package: ExportedPackage) -> tuple[str, str] | None:
    """What the package of a record says of when it was made; None: the record does not tell."""
    at = package.making.get("made_at")
    return None if at is None else (package.lang, f"{from_text(at).astimezone(JST):%H:%M:%S}")


def _digest(tree: PackageFiles, name: str) -> str:
    with tree.open(name) as file:
        return digest_stream(file)


def _compare_stamps(verification: Verification, package: ExportedPackage, stamps: Mapping[str, str]) -> None:
    """Compare the package's own stamps, which no list names, with those recorded when it was made."""
    if "stamps" not in package.making:
        return
    recorded = package.making["stamps"]
    for authority in sorted(stamps.keys() - recorded.keys()):
        sentence = _("A time stamp of {authority} over the export did not come when it was made.")
        verification.add_finding("export-record", authority, sentence.format(authority=authority))
    for authority, sha256 in sorted(recorded.items()):
        if authority not in stamps:
            sentence = _("The time stamp of {authority} over the export came when it was made; it is not here.")
            verification.add_finding("export-record", authority, sentence.format(authority=authority))
        elif stamps[authority] != sha256:
            sentence = _("It is not the time stamp of {authority} that came when the export was made.")
            verification.add_finding("export-record", authority, sentence.format(authority=authority))


def _tell_made_here(verification: Verification, package: ExportedPackage) -> None:
    time = time_in_japan(f"{package.at:%Y-%m-%dT%H:%M:%SZ}")
    if not verification.ok:
        sentence = _(
            "This archive made an export with this list of hashes at {time}. What does not match it is named above."
        )
        verification.add_note(sentence.format(time=time))
        return
    sentence = _("This archive made this export at {time}; its hash is the one recorded then.")
    verification.add_note(sentence.format(time=time))
    verification.unchecked[:] = [one for one in verification.unchecked if one.subject in _ABOUT_AUTHORITIES]


def _bare_name(name: str) -> str:
    return name.removesuffix(".zip")
