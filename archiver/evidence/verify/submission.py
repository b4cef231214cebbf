"""Checks of a package for a platform's office: its one list of digests, and the stamps over that list.

It holds no records, so nothing in it can be made again and compared; that is said. Standard library and Python 3.8
syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import Dict, Iterable, Optional  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.manifest import ManifestFault, compare, digest_stream, parse_manifest, sentence
from archiver.evidence.stamps.reply_text import said_time
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.package_files import READ_FAULTS, PackageFiles, read_all

SUMS = "SHA256SUMS.txt"

_STAMP = re.compile(r"SHA256SUMS\.txt\.[a-z0-9-]{1,20}\.tsr")


def is_submission(names: Iterable[str]) -> bool:
    """Whether these names are those of a package for a platform's office."""
    return SUMS in set(names)


def verify_submission(told: Verification, tree: PackageFiles, progress: Optional[Progress] = None) -> None:  # noqa: UP045
    """Check such a package; findings, notes and counts go to the verification."""
    names = sorted(tree.names())
    there: Dict[str, Optional[str]] = {}  # noqa: UP006, UP045
    for done, name in enumerate(names, 1):
        if name != SUMS and not _STAMP.fullmatch(name):
            there[name] = _digest(told, tree, name)
        if progress is not None:
            progress("files", done, len(names))
    told.checked["files"] = len(there)
    sums = _read(told, tree, SUMS)
    try:
        listed = parse_manifest(sums)
    except ManifestFault as error:
        told.find("manifest", SUMS, _("Line {line} is not one of a list of digests.").format(line=error.line))
        return
    for difference in compare(listed, there):
        told.find("manifest", difference.path, sentence(difference, SUMS))
    for name in filter(_STAMP.fullmatch, names):
        told.checked["stamps"] += 1
        if said_time(_read(told, tree, name), sums) is None:
            told.find("stamp", name, _("The stamp is not one over these bytes."))
        else:
            told.note(_("Of {name} only the bytes were compared; its signature was not checked.").format(name=name))
    if not there and told.ok:
        told.find("nothing", SUMS, _("The package holds no files, so there was nothing to check."))
    if told.checked["stamps"]:
        told.note(_("This package holds no root certificates, so the signatures of its stamps were not checked."))
    told.note(
        _(
            "This package holds no records: only that its files are those listed in {list} was checked. "
            "The package for a lawyer can be compared with the records."
        ).format(list=SUMS)
    )


def _digest(told: Verification, tree: PackageFiles, name: str) -> Optional[str]:  # noqa: UP045
    try:
        with tree.open(name) as file:
            return digest_stream(file)
    except READ_FAULTS as error:
        told.find("unreadable", name, _("The file cannot be read: {detail}").format(detail=error))
        return None


def _read(told: Verification, tree: PackageFiles, name: str) -> bytes:
    try:
        return read_all(tree, name)
    except READ_FAULTS as error:
        told.find("unreadable", name, _("The file cannot be read: {detail}").format(detail=error))
        return b""
