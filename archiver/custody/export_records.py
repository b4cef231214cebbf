"""Compares a package with what the archive recorded when it made packages: made here, changed since, not made here."""

from __future__ import annotations

import zipfile
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.evidence.manifest import digest_file, digest_stream
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.package import TAG_MANIFEST
from archiver.evidence.verify.package_files import READ_ERRORS
from archiver.records import ExportedPackage
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.queries.runs import exports


def compare_with_exports(verification: Verification, path: Path, archive: Archive) -> ExportedPackage | None:
    """Say whether this archive made the package at a path, and whether it is unchanged since.

    Returns the record of a package of this name that is not unchanged, which can be made anew to be compared.

    A package whose digest is the one recorded is as it was made, so nothing of it is left unchecked, provided that
    its own lists hold. Nothing is said where there is no archive, or where the path is no package.
    """
    if not archive.exists() or (path / DATABASE).is_file():
        return None
    try:
        with archive.reading() as reading:
            packages = exports(reading)
        digests = _digests(path)
    except (errors.ArchiverError, *READ_ERRORS):
        return None
    same = next((one for one in packages if one.sha256 in digests), None)
    if same is not None:
        _tell_made_here(verification, same)
        return None
    named = [one for one in packages if _bare_name(one.name) == _bare_name(path.resolve().name)]
    if named:
        sentence = _("This archive made a package of this name, but its digest was another: it was changed since.")
        verification.add_finding("export-record", path.name, sentence)
    else:
        verification.add_note(_("This archive did not make this package, so it was not compared with its records."))
    return named[-1] if named else None


def _tell_made_here(verification: Verification, package: ExportedPackage) -> None:
    sentence = _("This archive made this package at {time}; its digest is the one recorded then.")
    verification.add_note(sentence.format(time=f"{package.at:%Y-%m-%dT%H:%M:%SZ}"))
    if verification.ok:
        verification.unchecked.clear()


def _digests(path: Path) -> set[str]:
    """The digests by which the archive may have recorded a package: of its last list, or of its zip."""
    if path.is_dir():
        names = (TAG_MANIFEST, f"{path.resolve().name}.zip")
        return {digest_file(path / name) for name in names if (path / name).is_file()}
    digests = {digest_file(path)}
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name.rpartition("/")[2] == TAG_MANIFEST and name.count("/") <= 1:
                with packed.open(name) as file:
                    digests.add(digest_stream(file))
    return digests


def _bare_name(name: str) -> str:
    return name.removesuffix(".zip")
