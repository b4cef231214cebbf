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


def check_enclosures(told: Verification, there: Mapping[str, str | None], entries: Iterable[EntryObject]) -> None:
    """Compare what lies in the folder (name → SHA-256) with what the records say was added and not taken back."""
    wanted = _standing_attachments(entries)
    for name, digest in sorted(there.items()):
        told.checked["files"] += 1
        found = _ENCLOSED_AS.fullmatch(name)
        label = found.group("label") if found else ""
        if label not in wanted:
            said = _("No record in the package says that this evidence was added.")
            told.find("package-enclosures", ENCLOSURES + name, said)
        elif digest != wanted.pop(label):
            said = _("It is not the evidence that was added: its SHA-256 is not that of the record.")
            told.find("package-enclosures", ENCLOSURES + name, said)
    for label in sorted(wanted):
        said = _("A record says that this evidence was added, but it is not in the package.")
        told.find("package-enclosures", ENCLOSURES + label, said)


def _standing_attachments(entries: Iterable[EntryObject]) -> dict[str, str]:
    """What each piece of evidence is called in a package → its SHA-256, as last stated."""
    last: dict[str, Any] = {}
    for entry in entries:
        found = _ATTACHMENT_KEY.fullmatch(str(entry["key"])) if entry["kind"] == "attachment" else None
        if found:
            last[found.group("number")] = entry["payload"]
    return {
        _label_of(one, int(number)): str(one.get("sha256"))
        for number, one in last.items()
        if isinstance(one, dict) and one.get("state") != "withdrawn"
    }


def _label_of(payload: Mapping[str, Any], number: int) -> str:
    return f"S-{number:03}" if payload.get("kind") == "screenshot" else f"N-{number:02}"
