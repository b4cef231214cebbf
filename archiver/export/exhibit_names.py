"""The user's own evidence in a package: how its pieces are called, and what their metadata is as it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from archiver.records import Enclosure
from archiver.report_language import say

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


def is_exhibit(name: str) -> bool:
    """Whether a file of a package for a court is the user's own evidence."""
    return _EXHIBIT.fullmatch(name) is not None


def _with_extension(stem: str, enclosure: Enclosure) -> str:
    match = _EXTENSION.fullmatch(enclosure.name)
    return f"{stem}.{match[1].lower()}" if match else stem


class MetadataField(StrEnum):
    """What a piece of metadata is about."""

    AUTHOR = "author"
    MODIFIED_BY = "modified_by"
    COMPANY = "company"
    POSITION = "position"
    DEVICE = "device"
    TEXT = "text"
    """A title, a subject, keywords, a description or a comment."""


WORDS = {
    MetadataField.AUTHOR: "作成者",
    MetadataField.MODIFIED_BY: "最終更新者",
    MetadataField.COMPANY: "会社",
    MetadataField.POSITION: "位置",
    MetadataField.DEVICE: "機器",
    MetadataField.TEXT: "題名・説明",
}
"""The words that a package prints."""


class MetadataState(StrEnum):
    """How far a file was looked at."""

    READ = "read"
    PLAIN = "plain"
    """Text and the like, in whose format nothing stands beside the content."""
    UNKNOWN = "unknown"
    """The format is not one that is looked at, or the file is too large."""
    DAMAGED = "damaged"
    """The file could not be read to its end in time."""
    LEFT_OUT = "left_out"
    """The file is not in the package, as no copy without its metadata could be made."""


@dataclass(frozen=True, slots=True)
class MetadataItem:
    """A piece of metadata."""

    field: MetadataField
    value: str


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """The metadata of one file of a package."""

    file: str
    """The number of the file in the package, such as `S-001`."""
    state: MetadataState
    items: tuple[MetadataItem, ...]
    removed: bool = False
    """Whether the package holds a copy without it."""


_STATES = {
    MetadataState.PLAIN: "なし",
    MetadataState.UNKNOWN: "調べていません(この形式・大きさは対象外)",
    MetadataState.DAMAGED: "調べられませんでした(ファイルを読み取れません)",
    MetadataState.LEFT_OUT: "この資料に入っていません(メタデータを確実に除けないため)",
}


def metadata_text(metadata: FileMetadata) -> str:
    """What a file says beside its content, as a package prints it."""
    if metadata.removed:
        fields = say("、").join(dict.fromkeys(say(WORDS[one.field]) for one in metadata.items))
        return say("除きました({fields})", fields=fields) if fields else say("除きました")
    if metadata.state is not MetadataState.READ:
        return say(_STATES[metadata.state])
    return "\n".join(f"{say(WORDS[one.field])} {one.value}" for one in metadata.items) or say("なし")
