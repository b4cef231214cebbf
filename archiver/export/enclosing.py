"""The user's own evidence in a package: screenshots, notices, mails; under numbers, never under the names they had."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.records import Enclosure

SCREENSHOT = "screenshot"
FOLDERS = ("04_screenshots/", "05_cw_notices/", "data/enclosures/")
"""Where the user's own evidence lies in a package."""

_EXTENSION = re.compile(r".*\.([A-Za-z0-9]{1,10})", re.DOTALL)


def label(one: Enclosure) -> str:
    """`S-001` for a screenshot, `N-01` for everything else; its number is that within its contract."""
    return f"S-{one.number:03}" if one.kind == SCREENSHOT else f"N-{one.number:02}"


def file_name(one: Enclosure) -> str:
    """`S-001.png`: the extension alone is taken from the user's name."""
    found = _EXTENSION.fullmatch(one.name)
    return f"{label(one)}.{found[1].lower()}" if found else label(one)


def place(one: Enclosure) -> str:
    """Where it lies in a package for a platform."""
    return FOLDERS[0 if one.kind == SCREENSHOT else 1] + file_name(one)


def smallest_first(enclosures: Sequence[Enclosure]) -> list[Enclosure]:
    """The order in which they are put into a package that must not grow too large."""
    return sorted(enclosures, key=lambda one: (one.size, one.number))
