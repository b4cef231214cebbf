"""Names of files that some systems take for one: they differ only in case, in the way an accent is written, in dots or
spaces at the end of a part, or in what follows a colon.

Where such a package is unpacked, one of the files replaces the other. Standard library and Python 3.8 syntax, because
this module is also handed out inside packages.
"""

from __future__ import annotations

import unicodedata
from gettext import gettext as _
from typing import Dict, Iterable  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification


def find_similar_names(verification: Verification, names: Iterable[str]) -> None:
    """Add a finding for each name that Windows or macOS take for one before it."""
    first: Dict[str, str] = {}  # noqa: UP006
    for name in sorted(names):
        other = first.setdefault(_plain_name(name), name)
        if other != name:
            sentence = _(
                "Windows and macOS take its name for that of {other}: unpacked there, only one of them is left."
            )
            verification.add_finding("unsafe", name, sentence.format(other=other))


def _plain_name(name: str) -> str:
    """The name as Windows or macOS take it: without the stream behind a colon and without dots and spaces at an end."""
    parts = unicodedata.normalize("NFC", name).lower().split("/")
    return "/".join(part.split(":")[0].rstrip(". ") or part for part in parts)
