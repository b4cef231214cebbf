"""How the user's own enclosures are called: their labels, exhibit numbers, file names and places in a package."""

from __future__ import annotations

import re

from archiver.records import Enclosure

SCREENSHOT = "screenshot"

FOLDERS = ("04_screenshots/", "05_cw_notices/", "data/enclosures/")
"""The folders of the user's own evidence in a package."""

COURT_EXTENSIONS = frozenset({"pdf", "jpg", "jpeg", "png", "mp3", "mp4"})
"""File extensions that a court's system takes into its record; others must be handed in as PDF."""

_EXHIBIT = re.compile(r"甲[0-9]{3,}(\.[a-z0-9]{1,10})?")

_EXTENSION = re.compile(r".*\.([A-Za-z0-9]{1,10})", re.DOTALL)


def label(enclosure: Enclosure) -> str:
    """`S-001` for a screenshot, `N-01` for everything else; numbered within the contract."""
    return f"S-{enclosure.number:03}" if enclosure.kind == SCREENSHOT else f"N-{enclosure.number:02}"


def file_name(enclosure: Enclosure) -> str:
    """The file name, `S-001.png`: only the extension is taken from the user's name."""
    return _with_extension(label(enclosure), enclosure)


def exhibit_number(enclosure: Enclosure) -> int:
    """The exhibit number for a court, whatever is added or withdrawn: 1 is the report and the messages."""
    return enclosure.number + 1


def exhibit_label(enclosure: Enclosure) -> str:
    """The name of an exhibit in a package for a court, without an extension: `甲002`."""
    return f"甲{exhibit_number(enclosure):03}"


def exhibit_name(enclosure: Enclosure) -> str:
    """The file name of an exhibit, `甲002.png`: only the extension is taken from the user's name."""
    return _with_extension(exhibit_label(enclosure), enclosure)


def is_enclosure(name: str) -> bool:
    """Whether a file of a package is the user's own evidence."""
    return name.startswith(FOLDERS) or is_exhibit(name)


def is_exhibit(name: str) -> bool:
    """Whether a file of a package for a court is the user's own evidence."""
    return _EXHIBIT.fullmatch(name) is not None


def path_in_package(enclosure: Enclosure) -> str:
    """The path of a piece of evidence in a package for a platform."""
    return FOLDERS[0 if enclosure.kind == SCREENSHOT else 1] + file_name(enclosure)


def _with_extension(stem: str, enclosure: Enclosure) -> str:
    match = _EXTENSION.fullmatch(enclosure.name)
    return f"{stem}.{match[1].lower()}" if match else stem
