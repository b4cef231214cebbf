"""Checks of the user's own evidence in a package: each screenshot, notice or mail is the one that a record names.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import Any, Iterable, Mapping  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import EntryObject
from archiver.evidence.verify.findings import Verification

ENCLOSURES = "data/enclosures/"

_ENCLOSED_AS = re.compile(r"(?P<label>[SN]-[0-9]{2,6})(?:\.[a-z0-9]{1,10})?")
_ATTACHMENT_KEY = re.compile(r"attachment/[a-z0-9-]{1,32}/(?P<number>[1-9][0-9]{0,5})")


def check_enclosures(
    verification: Verification, digests: Mapping[str, str | None], entries: Iterable[EntryObject]
) -> None:
    """Compare the folder's files (name → SHA-256) with the evidence that records say was added and not withdrawn."""
    expected = _attached_digests(entries)
    for name, digest in sorted(digests.items()):
        verification.checked["files"] += 1
        match = _ENCLOSED_AS.fullmatch(name)
        label = match.group("label") if match else ""
        if label not in expected:
            sentence = _("No record in the package says that this file was added.")
            verification.add_finding("package-enclosures", ENCLOSURES + name, sentence)
        elif digest != expected.pop(label):
            sentence = _("It is not the file that was added: its SHA-256 differs from that in the record.")
            verification.add_finding("package-enclosures", ENCLOSURES + name, sentence)
    for label in sorted(expected):
        sentence = _("A record says that this file was added, but it is not in the package.")
        verification.add_finding("package-enclosures", ENCLOSURES + label, sentence)


def _attached_digests(entries: Iterable[EntryObject]) -> dict[str, str]:
    """The SHA-256 of each piece of evidence, as last recorded, by its label in a package."""
    latest: dict[str, Any] = {}
    for entry in entries:
        match = _ATTACHMENT_KEY.fullmatch(str(entry["key"])) if entry["kind"] == "attachment" else None
        if match:
            latest[match.group("number")] = entry["payload"]
    return {
        _label_of(payload, int(number)): str(payload.get("sha256"))
        for number, payload in latest.items()
        if isinstance(payload, dict) and payload.get("state") != "withdrawn"
    }


def _label_of(payload: Mapping[str, Any], number: int) -> str:
    return f"S-{number:03}" if payload.get("kind") == "screenshot" else f"N-{number:02}"
