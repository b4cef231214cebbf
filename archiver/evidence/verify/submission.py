"""Checks of a package for a platform's office: its one list of digests, and the stamps over that list.

It holds no records, so nothing in it can be built again and compared; a note says so. Standard library and Python
3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import Dict, Iterable, Optional  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.manifest import ManifestError, compare_manifest, difference_text, digest_stream, parse_manifest
from archiver.evidence.stamps.reply_claims import claimed_time
from archiver.evidence.verify.findings import Progress, StampedTime, Verification
from archiver.evidence.verify.package_files import READ_ERRORS, PackageFiles, read_all
from archiver.evidence.verify.times import CLOCK_TOLERANCE_SECONDS, unix_seconds

DIGEST_LIST = "SHA256SUMS.txt"

_LIST_STAMP = re.compile(r"SHA256SUMS\.txt\.[a-z0-9-]{1,20}\.tsr")


def is_submission(names: Iterable[str]) -> bool:
    """Whether these names are those of a package for a platform's office."""
    return DIGEST_LIST in set(names)


def verify_submission(
    verification: Verification,
    tree: PackageFiles,
    progress: Optional[Progress] = None,  # noqa: UP045
    *,
    now: Optional[float] = None,  # noqa: UP045
) -> None:
    """Check a package for a platform's office; findings, notes and counts go to the verification.

    `now`: the clock of this computer in Unix seconds; None: times are not compared with it.
    """
    names = sorted(tree.names())
    digests: Dict[str, Optional[str]] = {}  # noqa: UP006, UP045
    for done, name in enumerate(names, 1):
        if name != DIGEST_LIST and not _LIST_STAMP.fullmatch(name):
            digests[name] = _digest_or_none(verification, tree, name)
        if progress is not None:
            progress("files", done, len(names))
    verification.checked["files"] = len(digests)
    sums = _read_or_empty(verification, tree, DIGEST_LIST)
    try:
        listed = parse_manifest(sums)
    except ManifestError as error:
        verification.add_finding(
            "manifest", DIGEST_LIST, _("Line {line} does not belong in a list of hashes.").format(line=error.line)
        )
        return
    for difference in compare_manifest(listed, digests):
        verification.add_finding("manifest", difference.path, difference_text(difference, DIGEST_LIST))
    for name in filter(_LIST_STAMP.fullmatch, names):
        verification.checked["stamps"] += 1
        time = claimed_time(_read_or_empty(verification, tree, name), sums)
        if time is None:
            verification.add_finding("stamp", name, _("The time stamp is not for these bytes."))
        else:
            stamped = unix_seconds(time)
            is_ahead = now is not None and stamped is not None and stamped > now + CLOCK_TOLERANCE_SECONDS
            verification.stamped.append(StampedTime(name, None, name.split(".")[2], time, None, None, is_ahead))
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


def _digest_or_none(verification: Verification, tree: PackageFiles, name: str) -> Optional[str]:  # noqa: UP045
    try:
        with tree.open(name) as file:
            return digest_stream(file)
    except READ_ERRORS as error:
        verification.add_finding("unreadable", name, _("The file cannot be read: {detail}").format(detail=error))
        return None


def _read_or_empty(verification: Verification, tree: PackageFiles, name: str) -> bytes:
    try:
        return read_all(tree, name)
    except READ_ERRORS as error:
        verification.add_finding("unreadable", name, _("The file cannot be read: {detail}").format(detail=error))
        return b""
